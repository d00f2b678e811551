//! How each mistake is reported.

use super::*;

#[test]
fn each_mistake_is_reported_with_its_position_and_a_remedy() {
    let instance = |lines: &str| {
        format!(
            "[connectors.samanage]\nfile = \"connectors/samanage.wasm\"\n[instances.acme]\nconnector = \"samanage\"\n{lines}\n"
        )
    };
    let with_token = |lines: &str| instance(&format!("tokens = [\"{HASH}\"]\n{lines}"));
    let cases: Vec<(String, &str)> = vec![
        ("[server]\nlisten 3".into(), "gateway.toml:2:"),
        (
            "[servr]".into(),
            "gateway.toml:1:2: servr: is not a known key; did you mean `server`? Possible here: `server`",
        ),
        ("server = 1".into(), "gateway.toml:1:10: server: is integer; write a table: [server]"),
        ("[server]\nlisten = 8080".into(), "2:10: server.listen: is a value of type integer; write a string"),
        (
            "[server]\nlisten = \"localhost\"".into(),
            "2:10: server.listen: `localhost` is not an IP address and port; write one",
        ),
        (
            "[server]\nmax-in-flight = 0".into(),
            "2:17: server.max-in-flight: 0 is out of range; write a whole number from 1 to",
        ),
        ("[server]\nmax-in-flight = -5".into(), "-5 is out of range"),
        (
            "[server]\nmax_in_flight = 5".into(),
            "2:1: server.max_in_flight: is not a known key; did you mean `max-in-flight`?",
        ),
        ("[log]\nlevel = \"warning\"".into(), "2:9: log.level: `warning` is not a known value; did you mean `warn`?"),
        ("[store]\nurl = \"mysql://u:pw@h/d\"".into(), "2:7: store.url: `mysql` is not a store; write \"sqlite:"),
        ("[connectors.Bad_Name]\nfile = \"x\"".into(), "1:13: connectors.Bad_Name: `Bad_Name` contains 'B'"),
        ("[connectors.samanage]".into(), "1:13: connectors.samanage.file: is missing; write file ="),
        (
            "[connectors.samanage]\nfile = \"mapping.json\"\nsha256 = \"ab\"".into(),
            "3:10: connectors.samanage.sha256: `ab` is not",
        ),
        (
            instance(""),
            "3:12: instances.acme.tokens: is missing, so nobody could call this instance; run `scim-gateway token new`",
        ),
        (instance("tokens = [\"scim_abc\"]"), "5:11: instances.acme.tokens: this is a token, not its hash"),
        (instance(&format!("tokens = [\n\"{HASH}\",\n\"{HASH}\"]")), "7:1: instances.acme.tokens: lists a hash twice"),
        (instance("tokens = 5"), "5:10: instances.acme.tokens: is a value of type integer; write a list of strings"),
        (with_token("regio = \"eu\""), "6:1: instances.acme.regio: is not a known key; did you mean `region`?"),
        (
            with_token("region = \"eu\"\nbase-url = \"https://a.example\""),
            "6:10: instances.acme.region: cannot be combined with `base-url`",
        ),
        (
            with_token("base-url = \"http://a.example\""),
            "6:12: instances.acme.base-url: would send the credential unencrypted; write https",
        ),
        (with_token("base-url = \"a.example\""), "6:12: instances.acme.base-url: it is not a URL"),
        (
            with_token("credential = \"hunter2\""),
            "6:14: instances.acme.credential: a credential must not be written into this file",
        ),
        (with_token("credential = \"env:NO_SUCH\""), "the environment variable NO_SUCH is not set; set NO_SUCH"),
        (with_token("credential = \"file:absent\""), "absent cannot be read"),
        (with_token("auth = \"basic\""), "6:8: instances.acme.auth: is `basic`, but there is no `username`"),
        (
            with_token("auth = \"bearer\"\nusername = \"x\""),
            "7:12: instances.acme.username: is used only with auth = \"basic\"",
        ),
        (with_token("username = \"a:b\""), "contains a colon"),
        (
            with_token("auth = \"oauth2-client-credentials\""),
            "instances.acme.token-url: is missing; write the URL of the authorization server's token endpoint",
        ),
        (
            with_token("scope = \"users\""),
            "6:9: instances.acme.scope: is used only with auth = \"oauth2-client-credentials\"; set auth",
        ),
        (
            with_token("auth = \"oauth2-client-credentials\"\nclient-id = \"x\"\ntoken-url = \"http://a.example/t\""),
            "8:13: instances.acme.token-url: would send the credential unencrypted; write https",
        ),
        (
            with_token(
                "auth = \"oauth2-client-credentials\"\nclient-id = \"x\"\ntoken-url = \"https://u:hunter2@a.example\"",
            ),
            "8:13: instances.acme.token-url: the URL contains a user name or password",
        ),
        (
            with_token("base-url = \"https://169.254.169.254\""),
            "6:12: instances.acme.base-url: points at link-local or a cloud's metadata service",
        ),
        (with_token("proxy = \"socks5://p\""), "6:9: instances.acme.proxy: the proxy scheme `socks5` is unsupported"),
        (
            with_token("ca-file = \"absent.pem\""),
            "6:11: instances.acme.ca-file: absent.pem cannot be used: No such file",
        ),
        (
            with_token("ca-file = \"mapping.json\""),
            "6:11: instances.acme.ca-file: mapping.json cannot be used: it contains no certificate",
        ),
        (
            with_token("[instances.acme.limits]\nburst = 5"),
            "7:9: instances.acme.limits.burst: has no effect without `requests-per-second`",
        ),
        (
            "[server]\nlisten = \"127.0.0.1:1\"\nobserve-listen = \"127.0.0.1:1\"".into(),
            "3:18: server.observe-listen: is the same as `listen`",
        ),
        (with_token("client = \"azure\""), "6:10: instances.acme.client: `azure` is not a known value"),
        (
            with_token("[instances.acme.limits]\nsends = \"many\""),
            "7:9: instances.acme.limits.sends: is a value of type string",
        ),
        (
            with_token("[instances.acme.limits]\nmemory-mb = 5"),
            "7:1: instances.acme.limits.memory-mb: is not a known key; did you mean",
        ),
        (
            with_token("[instances.acme.settings]\nday = 2026-01-01"),
            "7:7: instances.acme.settings.day: is a date; write it as a string",
        ),
        (
            with_token("[instances.acme.settings]\nx = inf"),
            "7:5: instances.acme.settings.x: inf cannot be represented in JSON",
        ),
        ("[instances.acme]".into(), "1:12: instances.acme.connector: is missing; name one of the [connectors]"),
        (
            "[instances.acme]\nconnector = \"samange\"".into(),
            "2:13: instances.acme.connector: there is no [connectors.samange]",
        ),
    ];
    for (text, expected) in cases {
        let found = mistakes(&text);
        assert!(found.iter().any(|mistake| mistake.contains(expected)), "{text}\nwant: {expected}\nhave: {found:#?}");
        assert!(!found.concat().contains("hunter2") && !found.concat().contains("pw@"), "a secret in {found:#?}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_the_file() {
    let text = "[server]\nlisten = 1\nport = 2\n[log]\nformat = \"xml\"\n[instances.acme]\nclient = \"x\"\n";
    let lines: Vec<String> =
        mistakes(text).iter().map(|mistake| mistake.split(':').nth(1).unwrap_or_default().to_owned()).collect();
    assert_eq!(lines, ["2", "3", "5", "6", "6", "7"]);
}

#[test]
fn two_syntax_errors_are_two_mistakes() {
    assert_eq!(mistakes("a = = 1\nb = \"x\nc = 3\n").len(), 2);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::load(Path::new("no/such/gateway.toml")).expect_err("no file").to_string();
    assert!(error.starts_with("no/such/gateway.toml: cannot be read"), "{error}");
}

#[test]
fn a_later_mistake_gets_the_position_of_its_key() {
    let text = format!(
        "[connectors.samanage]\nfile = \"connectors/samanage.wasm\"\n[instances.acme]\nconnector = \"samanage\"\ntokens = [\"{HASH}\"]\n\
         [instances.acme.settings]\nsite = \"x\"\n"
    );
    let (_directory, config) = parse(&text);
    let config = config.expect("a configuration");
    for (key, line, column) in [
        ("instances.acme.settings.site", 7, 8),
        ("instances.acme.settings.absent", 6, 17),
        ("instances.acme.connector", 4, 13),
        ("instances.acme.region", 3, 12),
        ("connectors.samanage.file", 2, 8),
        ("elsewhere", 1, 1),
    ] {
        assert_eq!(config.mistake(key, "m", "e").position, Some(Position { line, column }), "{key}");
    }
}

#[test]
fn a_guard_rail_without_a_limit_is_a_mistake() {
    let text = format!(
        "[connectors.samanage]\nfile = \"connectors/samanage.wasm\"\n[instances.acme]\nconnector = \"samanage\"\n\
         tokens = [\"{HASH}\"]\n[instances.acme.guard-rails]\nmax-members-removed = 0\nmax-deactivations = {{ window-minutes = 5 }}\n"
    );
    let found = mistakes(&text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|mistake| mistake.contains("max-members-removed: 0 is out of range")), "{found:?}");
    assert!(found.iter().any(|mistake| mistake.contains("max-deactivations.users: is missing")), "{found:?}");
}

#[test]
fn a_value_that_was_not_understood_is_one_mistake_and_not_the_cause_of_another() {
    for (text, expected) in [
        (instance("base-url = \"http://127.0.0.1:1\"\nallow-private-addresses = \"yes\""), "write true or false"),
        (instance("auth = \"oauth\"\ntoken-url = \"https://a.example/t\""), "`oauth` is not a known value"),
        (
            "[server]\nlisten = \"localhost:8080\"\nobserve-listen = \"127.0.0.1:8080\"".to_owned(),
            "is not an IP address and port",
        ),
        (instance("").replace(HASH, "sha256:ab"), "must be followed by 64 hexadecimal digits"),
        (
            instance("[instances.acme.guard-rails]\nmax-deactivations = { users = \"x\" }"),
            "users: is a value of type string",
        ),
    ] {
        let found = mistakes(&text);
        assert!(
            matches!(found.as_slice(), [one] if one.contains(expected)),
            "{text}\nwant: {expected}\nhave: {found:#?}"
        );
    }
}

#[test]
fn an_empty_list_of_tokens_is_as_good_as_none() {
    let found = mistakes(&instance("").replace(&format!("\"{HASH}\""), ""));
    let expected = "gateway.toml:5:10: instances.acme.tokens: is empty, so nobody could call this instance; run `scim-gateway token new`";
    assert!(matches!(found.as_slice(), [one] if one.starts_with(expected)), "{found:#?}");
}

#[test]
fn a_number_in_place_of_a_table_says_what_the_table_is() {
    let found = mistakes(&instance("[instances.acme.guard-rails]\nmax-deactivations = 50"));
    let expected = "7:21: instances.acme.guard-rails.max-deactivations: is a number, not a table; write max-deactivations = \
        { users = 50 }, { percent = 50 } or both";
    assert!(matches!(found.as_slice(), [one] if one.ends_with(expected)), "{found:#?}");
}

#[test]
fn what_is_defined_twice_is_named_with_its_first_place() {
    for (text, expected) in [
        ("[server]\n[log]\n\n[server]\nlisten = \"127.0.0.1:1\"\n", "4:2: server: is defined twice, first on line 1"),
        (
            "[store]\nurl = \"sqlite:a.db\"\n# url = 1\nurl = \"sqlite:b.db\"\n",
            "4:1: store.url: is defined twice, first on line 2",
        ),
        ("a.b = 1\na.\"b\" = 2\n", "2:3: a.b: is defined twice, first on line 1"),
        (
            &format!("{}{}", instance(""), "[instances.acme]\nconnector = \"samanage\"\n"),
            "7:12: instances.acme: is defined twice, first on line 3",
        ),
    ] {
        let found = mistakes(text);
        assert!(
            matches!(found.as_slice(), [one] if one.contains(expected) && one.ends_with("merge the two, or rename one")),
            "{text}\nwant: {expected}\nhave: {found:#?}"
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_file() {
    let (_directory, config) = parse(&format!("\u{feff}{}", instance("")));
    assert_eq!(config.expect("a configuration").instances.len(), 1);
    let found = mistakes("\u{feff}[server]\nport = 1\n");
    assert!(found.concat().contains("gateway.toml:2:1: server.port"), "{found:#?}");
    let directory = directory();
    std::fs::write(directory.path().join("app.secret"), "\u{feff}s3cr3t\r\n").expect("a file");
    let config =
        Config::parse(&directory.path().join("gateway.toml"), &instance("credential = \"file:app.secret\""), &|_| None);
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    let credential = config.instances.values().next().and_then(|acme| acme.credential.clone());
    assert_eq!(credential.expect("a credential").expose_secret(), "s3cr3t");
}
