//! What the operator is warned of.

use super::*;

/// The warnings about a configuration whose credential's file has this mode.
fn warnings(text: &str, mode: u32) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = directory();
    let secret = directory.path().join("app.secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).expect("a mode");
    let config = Config::parse(&directory.path().join("gateway.toml"), text, &|_| None);
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    let prefix = format!("{}/", directory.path().display());
    config.warnings().iter().map(|warning| warning.to_string().replace(&prefix, "")).collect()
}

#[test]
fn a_secret_that_everybody_can_read_is_warned_of() {
    let jit = "[instances.acme.jit]\nissuer = \"https://acme.okta.com\"\nclient-id = \"a\"\nclient-secret = \"file:app.secret\"\n\
        public-url = \"https://scim.acme.example\"\nsign-in-url = \"https://my.app.example\"";
    let text = instance(&format!("credential = \"file:app.secret\"\n{jit}"));
    assert_eq!(
        warnings(&text, 0o604),
        [
            "gateway.toml:6:14: instances.acme.credential: every user of this machine can read app.secret; run chmod o-rwx app.secret",
            "gateway.toml:10:17: instances.acme.jit.client-secret: every user of this machine can read app.secret; run chmod o-rwx \
             app.secret",
        ]
    );
    assert_eq!(warnings(&text, 0o640), Vec::<String>::new());
}

#[test]
fn the_hash_of_the_documentation_is_warned_of() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("tokens = [\"").expect("a hash");
    let (hash, _) = rest.split_once('"').expect("a hash");
    let text = format!("[server]\nadmin-tokens = [\"{hash}\"]\n{}", instance("").replace(HASH, hash));
    let found = warnings(&text, 0o600);
    let expected = [
        "2:17: server.admin-tokens: is the example hash from the documentation",
        "7:11: instances.acme.tokens: is the example hash",
    ];
    assert!(found.len() == 2 && found.iter().zip(expected).all(|(found, part)| found.contains(part)), "{found:#?}");
    assert!(include_str!("../../../gateway.example.toml").contains(hash), "one example is known");
}
