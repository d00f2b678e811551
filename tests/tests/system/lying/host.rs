//! What the gateway believes of a connector: nothing that contradicts the request, itself or an earlier answer.

use super::app::{Lie, LyingApp};
use super::request::{Outcome, Request};
use scim_gateway_tests::artifacts::build_liar;
use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Client, INSTANCE, World};
use std::collections::BTreeSet;

const REQUESTS: [Request<'_>; 7] = [
    Request::Window("1", "200"),
    Request::Window("1", "120"),
    Request::Filter("title eq \"T3\""),
    Request::Filter("userName eq \"u77@example.com\""),
    Request::Sorted("title"),
    Request::Cursor("30"),
    Request::One("77"),
];

/// In all three ways of paging, every lie on each of the first pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_lies_is_found_out_or_does_no_harm() {
    let liar = build_liar().unwrap_or_else(|error| panic!("{error}"));
    let app = LyingApp::start().await;
    let configure = |config: &mut GatewayConfig| {
        config.connector("splashtop", liar);
        config.instance_mut(INSTANCE).unwrap().base_url = app.url.clone();
    };
    let world = World::start(Client::Exact, Plan::new(INSTANCE, "splashtop"), configure).await;
    let mut found_out = BTreeSet::new();
    for endpoint in ["/Users", "/Machines", "/Robots"] {
        for request in REQUESTS {
            app.tell(None);
            let right = request.make(&world, endpoint).await;
            assert!(matches!(right, Outcome::Answer(_)), "{request:?} of {endpoint}: {right:?}");
            for lie in Lie::ALL {
                for page in 0..3 {
                    app.tell(Some((lie, page)));
                    let said = format!("{request:?} of {endpoint}, {lie:?} on page {page}");
                    match request.make(&world, endpoint).await {
                        Outcome::Refused(502, detail) => {
                            assert!(detail.contains("cannot be true: "), "{said}: {detail}");
                            found_out.insert(format!("{lie:?}"));
                        }
                        // What is empty without end uses up what one request may look at.
                        Outcome::Refused(400, detail) if lie == Lie::EmptyForEver => {
                            assert!(detail.contains("more than"), "{said}: {detail}");
                            found_out.insert(format!("{lie:?}"));
                        }
                        outcome => assert_eq!(outcome, right, "{said}"),
                    }
                }
            }
        }
    }
    let all: BTreeSet<String> = Lie::ALL.iter().map(|lie| format!("{lie:?}")).collect();
    assert_eq!(found_out, all, "each lie is found out somewhere");
    assert!(
        world.log().contains("connector liar: the connector's answer to `search` cannot be true"),
        "the operator is told"
    );
}
