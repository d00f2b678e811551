//! Just-in-time provisioning: the real gateway between a real OpenID provider and Splashtop's simulator.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::http::{Http, HttpAnswer, HttpRequest};
use scim_gateway_tests::openid_provider::{CLIENT_ID, CLIENT_SECRET, EMAIL, RealProvider};
use scim_gateway_tests::simulators::Simulator;
use scim_gateway_tests::system::{Plan, System};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use url::Url;

const APP: &str = "https://my.splashtop.example/login/sso";
/// The public address of the gateway; [`Browser`] also plays the reverse proxy in front of it.
const PUBLIC: &str = "https://scim.example.test";
const SPLASHTOP_USER: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

/// The gateway's process, its app and its provider.
struct Stage {
    system: System,
    provider: RealProvider,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Self {
        Self::with_groups(false).await
    }

    async fn with_groups(groups: bool) -> Self {
        let callback = format!("{PUBLIC}/acme/jit/callback").parse().unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let provider = RealProvider::start(target, &callback).await.unwrap_or_else(|error| panic!("{error}"));
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plans = [Plan::new("acme", "splashtop").setting("default-sso-name", "Okta SSO")];
        let system = System::start_with(&artifacts, folder.path(), &plans, |config| {
            let secret = config.credential("provider", CLIENT_SECRET).unwrap();
            let jit = json!({
                "issuer": provider.issuer,
                "client-id": CLIENT_ID,
                "client-secret": secret,
                "public-url": PUBLIC,
                "sign-in-url": APP,
                "groups": groups,
            });
            let Value::Object(jit) = jit else { panic!("{jit}") };
            config.instance_mut("acme").unwrap().jit = jit;
        });
        let system = system.await.unwrap_or_else(|error| panic!("{error}"));
        Self { system, provider, _folder: folder }
    }

    fn app(&self) -> &Simulator {
        &self.system.instances[0].app
    }

    /// The accounts of the app.
    fn accounts(&self) -> Vec<Value> {
        self.app().state()["users"].as_array().unwrap().clone()
    }

    /// The calls to the app that change something.
    fn changes(&self) -> Vec<(String, String, Value)> {
        let calls = self.app().calls().into_iter().filter(|call| call.method != "GET");
        calls.map(|call| (call.method, call.path, call.body)).collect()
    }

    fn browser(&self) -> Browser {
        Browser { http: Http::default(), gateway: self.system.gateway.url().to_owned(), cookie: String::new() }
    }

    /// Signs in from the start address and returns the gateway's last answer.
    async fn sign_in(&self) -> HttpAnswer {
        let mut browser = self.browser();
        let authorization = browser.begin().await;
        let callback = self.provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
        browser.open(&callback).await
    }

    async fn bend(&self, claims: &Value, forged: bool) {
        self.provider.bend_next_id_token(claims, forged).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// A browser with one cookie, that of the sign-in.
struct Browser {
    http: Http,
    gateway: String,
    cookie: String,
}

impl Browser {
    /// Opens the start address and returns the address that it redirects to.
    async fn begin(&mut self) -> Url {
        let answer = self.open(&format!("{PUBLIC}/acme/jit").parse().unwrap()).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        self.cookie = answer.headers["set-cookie"].split(';').next().unwrap().to_owned();
        answer.headers["location"].parse().unwrap()
    }

    async fn open(&self, url: &Url) -> HttpAnswer {
        let inside = url.as_str().strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{url} is not the gateway's"));
        let request = HttpRequest::new("GET", format!("{}{inside}", self.gateway)).header("cookie", &self.cookie);
        self.http.send(request).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn ends_at_the_app(answer: &HttpAnswer) {
    let location = answer.headers.get("location").map(String::as_str);
    assert_eq!((answer.status, location), (302, Some(APP)), "{}", answer.body);
}

fn ends_at_a_page(answer: &HttpAnswer, status: u16, what: &str) {
    assert_eq!((answer.status, answer.headers.get("location")), (status, None), "{what}: {}", answer.body);
    assert!(answer.body.contains("Reference for your administrator"), "{what}: {}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sign_in_makes_an_account_of_the_address_alone_and_a_later_one_changes_nothing() {
    let stage = Stage::new().await;
    ends_at_the_app(&stage.sign_in().await);
    let [(method, path, sent)] = &stage.changes()[..] else { panic!("{:?}", stage.changes()) };
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/scim/v1/Users"));
    // Splashtop requires an SSO method; apart from it, only the person's address is sent.
    let mut keys: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert!(keys.iter().all(|key| ["active", "schemas", SPLASHTOP_USER, "userName"].contains(key)), "{keys:?}");
    assert_eq!((&sent["userName"], &sent[SPLASHTOP_USER]), (&json!(EMAIL), &json!({ "ssoName": "Okta SSO" })));
    let [account] = &stage.accounts()[..] else { panic!("{:?}", stage.accounts()) };
    assert_eq!(account["userName"], EMAIL);

    // The administrator edits the new account in the app itself.
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "displayName", "value": "Ada, Countess" }],
    });
    let (header, credential) = stage.system.instances[0].credential();
    let url = format!("{}/Users/{}", stage.app().api_url, account["id"].as_str().unwrap());
    let by_hand = HttpRequest::new("PATCH", url).json(&patch).header(&header, credential);
    assert!(Http::default().send(by_hand).await.unwrap().status < 300);

    let before = stage.accounts();
    assert_eq!(before[0]["displayName"], "Ada, Countess");
    stage.app().clear_calls();
    for _ in 0..2 {
        ends_at_the_app(&stage.sign_in().await);
        assert_eq!((stage.accounts(), stage.changes()), (before.clone(), vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_the_token_come_along_only_where_they_are_switched_on() {
    for groups in [false, true] {
        let stage = Stage::with_groups(groups).await;
        stage.bend(&json!({"groups": ["Sales"]}), false).await;
        ends_at_the_app(&stage.sign_in().await);
        let state = stage.app().state();
        let made = state["groups"].as_array().unwrap();
        let sales: Vec<&Value> = made.iter().filter(|group| group["displayName"] == "Sales").collect();
        assert_eq!(sales.len(), usize::from(groups), "{state}");
        assert!(sales.iter().all(|group| group["members"][0]["display"] == EMAIL), "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_could_not_be_joined_is_joined_at_the_next_sign_in_and_never_again() {
    let stage = Stage::with_groups(true).await;
    let fault = json!({ "path": "/scim/v1/Groups", "status": 503, "times": 50 });
    stage.app().fault(json!({ "faults": [fault] })).unwrap();
    stage.bend(&json!({"groups": ["Sales"]}), false).await;
    ends_at_a_page(&stage.sign_in().await, 503, "the account is created, and the app is down");
    assert_eq!(stage.accounts().len(), 1);
    let members = || {
        let state = stage.app().state();
        let groups = state["groups"].as_array().unwrap().iter();
        let sales: Vec<Value> = groups.filter(|group| group["displayName"] == "Sales").cloned().collect();
        sales.iter().map(|group| group["members"].as_array().map_or(0, Vec::len)).sum::<usize>()
    };
    assert_eq!(members(), 0);

    stage.app().fault(json!({ "faults": [] })).unwrap();
    stage.bend(&json!({"groups": ["Sales"]}), false).await;
    ends_at_the_app(&stage.sign_in().await);
    assert_eq!((stage.accounts().len(), members()), (1, 1));

    // Now it is an account like any other.
    stage.app().clear_calls();
    stage.bend(&json!({"groups": ["Marketing"]}), false).await;
    ends_at_the_app(&stage.sign_in().await);
    assert_eq!(stage.changes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_the_provider_would_not_have_sent_make_no_account() {
    let stage = Stage::new().await;
    let nothing = json!({});
    let cases: [(&str, Value, bool, u16); 9] = [
        ("forged", nothing, true, 502),
        ("expired", json!({"exp": 1_600_000_000}), false, 502),
        ("issued before the sign-in", json!({"iat": 1_600_000_000}), false, 502),
        ("not valid yet", json!({"nbf": 4_000_000_000_u64}), false, 502),
        ("replayed", json!({"nonce": "of an earlier sign-in"}), false, 502),
        ("for another client", json!({"aud": "somebody-else"}), false, 502),
        ("of another issuer", json!({"iss": "https://sso.example.com"}), false, 502),
        ("not verified", json!({"email_verified": false}), false, 403),
        ("without an address", json!({"email": null}), false, 403),
    ];
    for (what, claims, forged, status) in cases {
        stage.bend(&claims, forged).await;
        ends_at_a_page(&stage.sign_in().await, status, what);
        assert!(stage.app().calls().is_empty(), "{what} reached the app");
    }
    stage.bend(&json!({"nbf": 0}), false).await;
    ends_at_the_app(&stage.sign_in().await);
    assert_eq!(stage.accounts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_works_once_and_only_where_it_began() {
    let stage = Stage::new().await;
    let mut attacker = stage.browser();
    let authorization = attacker.begin().await;
    let callback = stage.provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
    ends_at_a_page(&stage.browser().open(&callback).await, 400, "a link from somebody else");
    assert!(stage.accounts().is_empty());
    let mut browser = stage.browser();
    let authorization = browser.begin().await;
    let callback = stage.provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
    ends_at_the_app(&browser.open(&callback).await);
    ends_at_a_page(&browser.open(&callback).await, 400, "opened twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_another_client_got_is_worth_nothing_here() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let authorization = browser.begin().await;
    let swapped = authorization.query_pairs().map(|(name, value)| match name.as_ref() {
        "client_id" => (name, "somebody-else".into()),
        "redirect_uri" => (name, "http://127.0.0.1:9/callback".into()),
        _ => (name, value),
    });
    let mut elsewhere = authorization.clone();
    elsewhere.query_pairs_mut().clear().extend_pairs(swapped);
    let got = stage.provider.sign_in(&elsewhere).await.unwrap_or_else(|error| panic!("{error}"));
    let mut callback: Url = format!("{PUBLIC}/acme/jit/callback").parse().unwrap();
    callback.set_query(got.query());
    ends_at_a_page(&browser.open(&callback).await, 502, "a code of another client");
    assert!(stage.accounts().is_empty());
}
