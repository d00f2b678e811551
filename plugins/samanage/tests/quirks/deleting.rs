//! DELETE.

use super::*;

#[test]
fn s16_the_body_of_a_deletion_is_ignored_and_404_is_404() {
    for (status, body, done) in [
        (200, r#"{"messages":{"message":"Deleted user"}}"#, true),
        (204, "", true),
        (200, "<ok", true),
        (404, "", false),
    ] {
        let fake = FakeApp::new().reply("DELETE", "/users/5.json", Reply::text(status, body));
        let expected = if done { Ok(()) } else { Err(404) };
        assert_eq!(Samanage::delete(fake.app(), "User", "5").map_err(|fault| fault.status), expected, "{status}");
        assert_eq!(fake.calls().len(), 1);
    }
}

#[test]
fn s16_after_another_error_only_a_get_that_answers_404_proves_that_it_is_gone() {
    for (refusal, gone) in [
        (Reply::status(422), Err(404)),
        (Reply::status(500), Err(404)),
        // This is what deleted it.
        (Reply::lost("timeout", true), Ok(())),
    ] {
        for (status, is_gone) in [(404, true), (200, false)] {
            let fake = FakeApp::new().reply("DELETE", "/groups/70.json", refusal.clone()).reply(
                "GET",
                "/groups/70.json",
                Reply::status(status),
            );
            let deleted = Samanage::delete(fake.app(), "Group", "70").map_err(|fault| fault.status);
            assert_eq!(deleted == gone, is_gone, "{deleted:?}");
        }
    }
}

#[test]
fn s16_what_is_about_the_caller_is_not_looked_into() {
    for status in [401, 403] {
        let fake = FakeApp::new().reply("DELETE", "/users/5.json", Reply::status(status));
        assert!(Samanage::delete(fake.app(), "User", "5").is_err());
    }
}

#[test]
fn an_id_that_samanage_never_gave_is_404_without_a_call() {
    assert_eq!(Samanage::delete(FakeApp::new().app(), "User", "../groups/7").unwrap_err().status, 404);
}
