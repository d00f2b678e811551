//! Splashtop's documented errors, and the advice to the administrator.

use super::*;

#[test]
fn p10_a_refused_user_comes_with_what_to_do_about_it() {
    for (status, scim_type, said, expected, advice) in [
        (403, None, "the domain evil.example is not allowed", (403, None), "Add the domain"),
        (403, None, "the team has no licence left", (403, None), "buy more licences"),
        (403, None, "", (403, None), "token"),
        (409, None, "ada is an account of another team", (409, Some("uniqueness")), "must leave that team"),
        (400, Some("uniqueness"), "exists already", (409, Some("uniqueness")), "must leave that team"),
        (400, Some("invalidValue"), "no SSO method is called X", (400, Some("invalidValue")), "X"),
    ] {
        let fake = FakeApp::new().reply("POST", "/Users", Reply::scim_error(status, scim_type, said));
        let fault = Splashtop::create(fake.app(), "User", wanted(Some("Acme SSO"))).unwrap_err();
        assert!(fault.is(expected.0, expected.1), "{said}: {fault:?}");
        assert!(fault.detail.contains(said) && fault.detail.contains(advice), "{fault}");
    }
}

#[test]
fn p10_a_computer_group_of_the_same_name_is_409_and_too_many_groups_are_403() {
    for (status, said, expected, advice) in [
        (409, "there is a computer group Sales", (409, Some("uniqueness")), "rename it in the Splashtop portal"),
        (403, "the team has as many groups as it can have", (403, None), "2000"),
    ] {
        let fake = FakeApp::new().reply("POST", "/Groups", Reply::scim_error(status, None, said)).reply(
            "PATCH",
            "/Groups/b",
            Reply::scim_error(status, None, said),
        );
        for fault in [
            Splashtop::create(fake.app(), "Group", object(json!({"displayName": "Sales"}))).unwrap_err(),
            Splashtop::update(fake.app(), "Group", "b", &change(json!({"displayName": "Sales"}))).unwrap_err(),
        ] {
            assert!(fault.is(expected.0, expected.1), "{fault:?}");
            assert!(fault.detail.contains(said) && fault.detail.contains(advice), "{fault}");
        }
    }
}

#[test]
fn p10_a_token_that_splashtop_does_not_take_is_the_instances_fault_and_not_the_clients() {
    let fake = FakeApp::new().reply("GET", "/Users", Reply::scim_error(401, None, "the token is not valid"));
    let fault = Splashtop::check(fake.app()).unwrap_err();
    assert_eq!(fault.status, 401);
    assert!(fault.detail.contains("credential"), "{fault}");
}
