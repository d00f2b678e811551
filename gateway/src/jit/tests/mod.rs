//! Complete sign-ins over loopback, and every way of getting somebody else's account.

mod provider;
mod scene;

use super::{AccountError, Created, HttpLimits};
use crate::config::EmailClaim;
use http::header::{LOCATION, SET_COOKIE};
use provider::{Behaviour, Draft, Key, Signature};
use scene::{APP, Scene};
use serde_json::json;
use std::time::Duration;

/// How a provider changes a token.
type Alteration = fn(&mut Draft);

/// The initial time of the clock.
const START: u64 = 1_800_000_000;

#[tokio::test]
async fn a_first_sign_in_creates_the_account_and_ends_at_the_app() {
    let scene = Scene::new().await;
    let begun = scene.begin().await;
    assert!(begun.authorization.as_str().starts_with(&format!("{}/authorize?tenant=acme&", scene.provider.issuer)));
    let query = scene.provider.sign_in(&begun.authorization);
    let answer = scene.come_back(&query, Some(&begun.cookie)).await;
    assert_eq!((answer.status.as_u16(), answer.header(LOCATION.as_str())), (302, APP.to_owned()), "{}", answer.body);
    assert!(answer.header(SET_COOKIE.as_str()).contains("Max-Age=0"));
    assert_eq!(
        (answer.header("cache-control"), answer.header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
    assert_eq!(scene.asked(), [("ada@example.com".to_owned(), Vec::new())], "no groups where they are switched off");
}

#[tokio::test]
async fn an_existing_account_is_not_changed_and_its_owner_reaches_the_app() {
    let scene = Scene::new().await;
    *scene.accounts.answer.lock().expect("the answer") = Ok(Created::Existed);
    assert_eq!(scene.sign_in().await.header(LOCATION.as_str()), APP);
}

#[tokio::test]
async fn metadata_and_keys_are_requested_once_an_hour() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        assert_eq!(scene.sign_in().await.status, 302);
    }
    assert_eq!((scene.provider.calls("/.well-known/openid-configuration"), scene.provider.calls("/keys")), (1, 1));
    scene.later(3601);
    assert_eq!(scene.sign_in().await.status, 302);
    assert_eq!(scene.provider.calls("/keys"), 2);
}

#[tokio::test]
async fn an_invalid_token_creates_no_account() {
    let cases: Vec<(&str, &str, Alteration)> = vec![
        ("forged signature", "Crypto error", |draft| draft.signature = Signature::Stranger),
        ("alg none", "No signature found", |draft| {
            draft.header["alg"] = json!("none");
            draft.signature = Signature::Absent;
        }),
        ("no signature", "Crypto error", |draft| draft.signature = Signature::Absent),
        ("HS256 with the public key", "Disallowed signature algorithm", |draft| {
            draft.header["alg"] = json!("HS256");
            draft.signature = Signature::PublicKeyAsSecret;
        }),
        ("HS256 with the client's secret", "Disallowed signature algorithm", |draft| {
            draft.header["alg"] = json!("HS256");
            draft.signature = Signature::ClientSecret;
        }),
        ("an algorithm nobody knows", "the ID token in it, cannot be read", |draft| {
            draft.header["alg"] = json!("XX999")
        }),
        ("RS256 said of an EC key", "a key that the provider does not publish", |draft| {
            draft.header["alg"] = json!("RS256")
        }),
        ("critical header", "critical JWT header", |draft| draft.header["crit"] = json!(["exp"])),
        ("unknown key", "a key that the provider does not publish", |draft| draft.header["kid"] = json!("another")),
        ("expired", "Expired", |draft| draft.claims["exp"] = json!(START - 1)),
        ("expires now", "Expired", |draft| draft.claims["exp"] = json!(START)),
        ("no expiry", "the ID token in it, cannot be read", |draft| draft.claims["exp"] = json!(null)),
        ("not yet valid", "(nbf)", |draft| draft.claims["nbf"] = json!(START + 301)),
        ("issued in the future", "(iat)", |draft| draft.claims["iat"] = json!(START + 301)),
        ("issued before the sign-in", "(iat)", |draft| draft.claims["iat"] = json!(START - 601)),
        ("another nonce", "nonce mismatch", |draft| draft.claims["nonce"] = json!("earlier")),
        ("no nonce", "missing nonce", |draft| draft.claims["nonce"] = json!(null)),
        ("another audience", "Invalid audiences", |draft| draft.claims["aud"] = json!("somebody-else")),
        ("no audience", "Invalid audiences", |draft| draft.claims["aud"] = json!([])),
        ("several audiences", "not a trusted audience", |draft| {
            draft.claims["aud"] = json!(["gateway", "somebody-else"]);
            draft.claims["azp"] = json!("gateway");
        }),
        ("another authorized party", "(azp)", |draft| draft.claims["azp"] = json!("somebody-else")),
        ("another issuer", "Invalid issuer", |draft| draft.claims["iss"] = json!("https://sso.example.com")),
        ("an issuer with a slash more", "Invalid issuer", |draft| {
            draft.claims["iss"] = json!(format!("{}/", draft.claims["iss"].as_str().expect("a text")))
        }),
    ];
    let scene = Scene::new().await;
    for (name, cause, alter) in cases {
        scene.provider.alter(alter);
        scene.sign_in().await.is_page(502, "could not be completed");
        let log = scene.logged();
        assert!(log.contains(cause), "{name}: want {cause:?} in {log}");
        assert!(scene.asked().is_empty(), "{name} made an account");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes_and_entra_may_backdate() {
    let cases: Vec<(&str, Alteration)> = vec![
        ("ahead", |draft| {
            draft.claims["iat"] = json!(START + 299);
            draft.claims["nbf"] = json!(START + 299);
        }),
        ("dated back", |draft| draft.claims["iat"] = json!(START - 599)),
        ("one audience in a list, azp ours", |draft| {
            draft.claims["aud"] = json!(["gateway"]);
            draft.claims["azp"] = json!("gateway");
        }),
        ("no nbf", |draft| draft.claims["nbf"] = json!(null)),
        ("no kid, one key", |draft| draft.header["kid"] = json!(null)),
    ];
    let scene = Scene::new().await;
    for (name, alter) in cases {
        scene.provider.alter(alter);
        assert_eq!(scene.sign_in().await.status, 302, "{name}");
    }
}

#[tokio::test]
async fn only_a_verified_address_becomes_an_account() {
    let cases: Vec<(&str, Alteration, &str)> = vec![
        ("not verified", |draft| draft.claims["email_verified"] = json!(false), "not verified"),
        ("no e-mail", |draft| draft.claims["email"] = json!(null), "no usable e-mail"),
        ("not an address", |draft| draft.claims["email"] = json!("<b>ada</b>"), "no usable e-mail"),
        ("another domain", |draft| draft.claims["email"] = json!("ada@example.com.evil.example"), "no access"),
        ("two at signs", |draft| draft.claims["email"] = json!("ada@evil.example@example.com"), "no usable e-mail"),
    ];
    let scene =
        Scene::with(|jit| jit.email_domains = vec!["Example.com".parse().expect("a domain")], HttpLimits::default())
            .await;
    for (name, alter, text) in cases {
        scene.provider.alter(alter);
        scene.sign_in().await.is_page(403, text);
        assert!(scene.asked().is_empty(), "{name} made an account");
    }
    scene.provider.alter(|draft| draft.claims["email_verified"] = json!(null));
    assert_eq!(scene.sign_in().await.status, 302, "a provider that does not say email_verified");
}

#[tokio::test]
async fn entras_user_names_are_used_only_if_configured() {
    for (claim, name) in [(EmailClaim::PreferredUsername, "preferred_username"), (EmailClaim::Upn, "upn")] {
        let scene = Scene::with(|jit| jit.email_claim = claim, HttpLimits::default()).await;
        scene.sign_in().await.is_page(403, "no usable e-mail");
        scene.provider.alter(move |draft| {
            draft.claims[name] = json!("ada@acme.example");
            draft.claims["email_verified"] = json!(false);
        });
        assert_eq!(scene.sign_in().await.status, 302);
        assert_eq!(scene.asked(), [("ada@acme.example".to_owned(), Vec::new())]);
    }
}

#[tokio::test]
async fn groups_are_used_only_if_enabled() {
    let scene = Scene::with(|jit| jit.groups = true, HttpLimits::default()).await;
    assert_eq!(scene.sign_in().await.status, 302);
    scene.provider.alter(|draft| {
        draft.claims["groups"] = json!(null);
        draft.claims["_claim_names"] = json!({"groups": "src1"});
    });
    assert_eq!(scene.sign_in().await.status, 302, "too many groups for a token");
    let groups: Vec<Vec<String>> = scene.asked().into_iter().map(|(_, groups)| groups).collect();
    assert_eq!(groups, [vec!["g-1".to_owned(), "g-2".to_owned()], vec![]]);
    for odd in [json!("g-1"), json!([1]), json!([""]), json!(vec!["g"; 201])] {
        scene.provider.alter(move |draft| draft.claims["groups"] = odd.clone());
        scene.sign_in().await.is_page(403, "groups");
    }
    assert_eq!(scene.asked().len(), 2);
}

#[tokio::test]
async fn a_sign_in_is_used_once_and_within_ten_minutes() {
    let scene = Scene::new().await;
    let begun = scene.begin().await;
    let query = scene.provider.sign_in(&begun.authorization);
    assert_eq!(scene.come_back(&query, Some(&begun.cookie)).await.status, 302);
    scene.come_back(&query, Some(&begun.cookie)).await.is_page(400, "has ended");
    let begun = scene.begin().await;
    let query = scene.provider.sign_in(&begun.authorization);
    scene.later(601);
    scene.come_back(&query, Some(&begun.cookie)).await.is_page(400, "has ended");
    assert_eq!(scene.asked().len(), 1);
}

#[tokio::test]
async fn a_code_that_was_used_or_belongs_to_another_sign_in_is_refused() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let used = scene.provider.sign_in(&first.authorization);
    assert_eq!(scene.come_back(&used, Some(&first.cookie)).await.status, 302);
    let second = scene.begin().await;
    let own = scene.provider.sign_in(&second.authorization);
    let code = used.split('&').next().expect("a code");
    let query = format!("{code}&{}", own.split_once('&').expect("a state").1);
    scene.come_back(&query, Some(&second.cookie)).await.is_page(502, "could not be completed");
    // A victim's fresh code in an attacker's sign-in: PKCE says no.
    let (victim, attacker) = (scene.begin().await, scene.begin().await);
    let stolen = scene.provider.sign_in(&victim.authorization);
    let own = scene.provider.sign_in(&attacker.authorization);
    let query = format!("{}&{}", stolen.split('&').next().expect("a code"), own.split_once('&').expect("a state").1);
    scene.come_back(&query, Some(&attacker.cookie)).await.is_page(502, "could not be completed");
    assert_eq!(scene.asked().len(), 1);
}

#[tokio::test]
async fn only_the_browser_that_started_may_return() {
    let scene = Scene::new().await;
    let other = scene.begin().await;
    for cookie in [None, Some(other.cookie.as_str()), Some("scim-jit-x=y")] {
        let begun = scene.begin().await;
        let query = scene.provider.sign_in(&begun.authorization);
        scene.come_back(&query, cookie).await.is_page(400, "started elsewhere");
        scene.come_back(&query, Some(&begun.cookie)).await.is_page(400, "has ended");
    }
    assert!(scene.asked().is_empty());
    assert_eq!(scene.provider.calls("/token"), 0);
}

#[tokio::test]
async fn two_tabs_do_not_interfere() {
    let scene = Scene::new().await;
    let (first, second) = (scene.begin().await, scene.begin().await);
    let cookies = format!("{}; {}", first.cookie, second.cookie);
    for begun in [first, second] {
        let query = scene.provider.sign_in(&begun.authorization);
        assert_eq!(scene.come_back(&query, Some(&cookies)).await.status, 302);
    }
}

#[tokio::test]
async fn new_keys_are_found_and_unknown_ones_do_not_cause_a_flood_of_requests() {
    let scene = Scene::new().await;
    assert_eq!(scene.sign_in().await.status, 302);
    scene.provider.lock().keys = vec![Key::new("second")];
    for _ in 0..5 {
        scene.sign_in().await.is_page(502, "could not be completed");
    }
    assert_eq!(scene.provider.calls("/keys"), 1, "younger than a minute");
    scene.later(61);
    for _ in 0..3 {
        assert_eq!(scene.sign_in().await.status, 302);
    }
    assert_eq!(scene.provider.calls("/keys"), 2);
}

#[tokio::test]
async fn a_faulty_provider_costs_little_and_is_asked_again_later() {
    let limits = HttpLimits { time: Duration::from_millis(200), bytes: 64 * 1024 };
    for behaviour in [Behaviour::Down, Behaviour::Silent, Behaviour::Huge, Behaviour::Redirecting, Behaviour::Impostor]
    {
        let scene = Scene::with(|_| (), limits).await;
        scene.provider.lock().behaviour = behaviour;
        for _ in 0..3 {
            scene.get("/acme/jit", None).await.is_page(502, "could not be completed");
        }
        assert_eq!(
            scene.provider.calls("/.well-known/openid-configuration"),
            1,
            "{behaviour:?} is not asked again at once"
        );
        scene.provider.lock().behaviour = Behaviour::Normal;
        scene.later(6);
        let begun = scene.begin().await;
        let query = scene.provider.sign_in(&begun.authorization);
        scene.provider.lock().behaviour = behaviour;
        if behaviour != Behaviour::Impostor {
            scene.come_back(&query, Some(&begun.cookie)).await.is_page(502, "could not be completed");
        }
        assert!(scene.asked().is_empty());
    }
}

#[tokio::test]
async fn invented_codes_soon_reach_the_provider_no_more_and_people_still_sign_in() {
    let scene = Scene::new().await;
    let begun = scene.begin().await;
    let by_hand = scene.provider.sign_in(&begun.authorization);
    let mut too_many = 0;
    for _ in 0..60 {
        let begun = scene.begin().await;
        let state = begun.authorization.query_pairs().find(|(name, _)| name == "state").expect("a state").1;
        let answer = scene.come_back(&format!("code=invented&state={state}"), Some(&begun.cookie)).await;
        if answer.status == 429 {
            answer.is_page(429, "Wait a minute");
            assert_eq!(answer.header("retry-after"), "6");
            too_many += 1;
        }
    }
    assert_eq!((scene.provider.calls("/token"), too_many), (20, 40));
    assert_eq!(scene.logged().matches("sign-in failed").count(), 20);
    // Somebody else behind the same address waits; their sign-in is not lost.
    scene.come_back(&by_hand, Some(&begun.cookie)).await.is_page(429, "Too many sign-ins");
    scene.later(6);
    assert_eq!(scene.come_back(&by_hand, Some(&begun.cookie)).await.status, 302);
    for _ in 0..60 {
        assert_eq!(scene.sign_in().await.status, 302, "who signs in is never too many");
    }
}

#[tokio::test]
async fn browsers_that_wait_for_a_slow_provider_are_bounded() {
    let limits = HttpLimits { time: Duration::from_millis(500), ..HttpLimits::default() };
    let scene = Scene::with(|_| (), limits).await;
    let mut callbacks = Vec::new();
    for _ in 0..100 {
        let begun = scene.begin().await;
        callbacks.push((scene.provider.sign_in(&begun.authorization), begun.cookie));
    }
    scene.provider.lock().behaviour = Behaviour::Silent;
    let all = callbacks.iter().map(|(query, cookie)| scene.come_back(query, Some(cookie)));
    let answers = futures_util::future::join_all(all).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(502) + count(503) + count(429), 100);
    assert!((1..=20).contains(&scene.provider.calls("/token")), "{}", scene.provider.calls("/token"));
    // It was the provider's fault: nobody has to wait for that.
    scene.provider.lock().behaviour = Behaviour::Normal;
    assert_eq!(scene.sign_in().await.status, 302);
}

#[tokio::test]
async fn nothing_in_a_request_decides_where_a_browser_goes_or_what_a_page_says() {
    let scene = Scene::new().await;
    let evil = "redirect=https://evil.example&redirect_uri=https://evil.example&next=//evil.example&return_to=https://evil.example";
    let request = scene.browser.get(format!("{}/acme/jit?{evil}", scene.gateway));
    let request = request.header("host", "evil.example").header("x-forwarded-host", "evil.example");
    let answer = request.send().await.expect("an answer");
    let location = answer.headers()[LOCATION].to_str().expect("a text");
    assert!(location.starts_with(&scene.provider.issuer) && !location.contains("evil.example"), "{location}");
    let begun = scene.begin().await;
    let query = format!("{}&{evil}", scene.provider.sign_in(&begun.authorization));
    assert_eq!(scene.come_back(&query, Some(&begun.cookie)).await.header(LOCATION.as_str()), APP);
    let begun = scene.begin().await;
    let state = begun.authorization.query_pairs().find(|(name, _)| name == "state").expect("a state").1;
    let query = format!("error=access_denied&error_description=<script>call+evil.example</script>&state={state}");
    let answer = scene.come_back(&query, Some(&begun.cookie)).await;
    answer.is_page(403, "were not signed in");
    assert!(!answer.body.contains("evil"));
    for query in ["", "code=x", "state=<b>", "code=x&state=unknown", "error=x"] {
        scene.come_back(query, None).await.is_page(400, "has ended");
    }
}

#[tokio::test]
async fn a_response_from_another_issuer_is_refused() {
    let scene = Scene::new().await;
    let begun = scene.begin().await;
    let query = scene.provider.sign_in(&begun.authorization);
    let query = format!("{}&iss=https%3A%2F%2Fother.example", query.split_once("&iss=").expect("an issuer").0);
    scene.come_back(&query, Some(&begun.cookie)).await.is_page(502, "could not be completed");
    assert_eq!(scene.provider.calls("/token"), 0);
}

#[tokio::test]
async fn an_error_of_the_app_is_explained_without_quoting_it() {
    let scene = Scene::new().await;
    for (error, status, text) in [
        (AccountError::Refused("licence <b>".into()), 403, "refused your account"),
        (AccountError::Unavailable("breaker".into()), 503, "is not available"),
    ] {
        *scene.accounts.answer.lock().expect("the answer") = Err(error);
        let answer = scene.sign_in().await;
        answer.is_page(status, text);
        assert!(!answer.body.contains("licence <b>") && !answer.body.contains("breaker"));
    }
}

#[tokio::test]
async fn an_instance_without_sign_in_looks_like_an_unknown_one() {
    let scene = Scene::new().await;
    for path in ["/globex/jit", "/globex/jit/callback?code=a&state=b"] {
        scene.get(path, None).await.is_page(404, "no sign-in here");
    }
}

#[tokio::test]
async fn the_correlation_id_of_the_request_is_on_the_page() {
    let scene = Scene::new().await;
    let request = scene.browser.get(format!("{}/acme/jit/callback", scene.gateway)).header("x-correlation-id", "abc-1");
    let body = request.send().await.expect("an answer").text().await.expect("a body");
    assert!(body.contains("<code>abc-1</code>") && body.contains("/acme/jit\">Start again</a>"), "{body}");
}

#[tokio::test]
async fn a_log_has_neither_secrets_nor_addresses() {
    let scene = Scene::new().await;
    let mut secrets = vec![provider::SECRET.to_owned(), "ada@".into(), "eyJ".into(), "code-".into()];
    let alterations: [Alteration; 3] =
        [|_| (), |draft| draft.claims["email"] = json!("ada@"), |draft| draft.claims["exp"] = json!("ada@example.com")];
    for alter in alterations {
        scene.provider.alter(alter);
        let begun = scene.begin().await;
        let query = scene.provider.sign_in(&begun.authorization);
        let values = begun.authorization.query_pairs().filter(|(name, _)| matches!(name.as_ref(), "state" | "nonce"));
        secrets.extend(values.map(|(_, value)| value.into_owned()));
        secrets.push(begun.cookie.split_once('=').expect("a value").1.to_owned());
        scene.come_back(&query, Some(&begun.cookie)).await;
        scene.come_back(&query, Some(&begun.cookie)).await;
    }
    let log = scene.logged();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("scim_gateway::jit:")).collect();
    assert_eq!(ours.len(), 6, "{ours:#?}");
    for secret in secrets {
        assert!(!ours.iter().any(|line| line.contains(&secret)), "{secret} in {ours:#?}");
    }
}
