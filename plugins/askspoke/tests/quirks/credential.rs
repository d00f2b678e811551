//! The token.

use super::*;

#[test]
fn a10_a_token_that_askspoke_does_not_take_is_told_with_advice() {
    let refused = || Reply::json(403, json!({"code": 11038, "message": "API Key invalid."}));
    let fake = FakeApp::new().handle(move |_| Some(refused()));
    let user = object(json!({"userName": "ann@acme.example"}));
    for fault in [
        AskSpoke::check(fake.app()).unwrap_err(),
        AskSpoke::create(fake.app(), "User", user).unwrap_err(),
        AskSpoke::read(fake.app(), "User", "602b", &[]).unwrap_err(),
        AskSpoke::update(fake.app(), "Group", "9", &change(json!({"displayName": "X"}))).unwrap_err(),
        AskSpoke::delete(fake.app(), "User", "602b").unwrap_err(),
        AskSpoke::search(fake.app(), "Group", &query("displayName", "X", &[])).unwrap_err(),
    ] {
        assert!(fault.is(403, None), "{fault:?}");
        assert!(fault.detail.starts_with("askSpoke rejects the credential of this instance"), "{fault}");
        assert!(fault.detail.contains("API Key invalid"), "{fault}");
    }
}
