//! DELETE.

use super::*;

#[test]
fn s16_the_body_of_a_deletion_is_ignored_and_404_means_done() {
    for (status, body) in [(200, r#"{"messages":{"message":"Deleted user"}}"#), (204, ""), (200, "<ok"), (404, "")] {
        let fake = FakeApp::new().reply("DELETE", "/users/5.json", Reply::text(status, body));
        assert_eq!(Samanage::delete(fake.app(), "User", "5"), Ok(()), "{status}");
        assert_eq!(fake.calls().len(), 1);
    }
}

#[test]
fn s16_after_another_error_only_a_get_that_answers_404_proves_that_it_is_gone() {
    for refusal in [Reply::status(422), Reply::status(500), Reply::lost("timeout", true)] {
        for (status, gone) in [(404, true), (200, false)] {
            let fake = FakeApp::new().reply("DELETE", "/groups/70.json", refusal.clone()).reply(
                "GET",
                "/groups/70.json",
                Reply::status(status),
            );
            assert_eq!(Samanage::delete(fake.app(), "Group", "70").is_ok(), gone);
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
fn an_id_that_samanage_never_gave_is_gone_already() {
    assert_eq!(Samanage::delete(FakeApp::new().app(), "User", "../groups/7"), Ok(()));
}
