//! Readiness and metrics.

use super::*;

#[tokio::test]
async fn readiness_and_metrics_are_not_public_if_they_have_their_own_listener() {
    let gateway = start(Options { has_observe_listener: true, ..Options::default() }).await;
    for (path, status) in [("/healthz", 200), ("/readyz", 404), ("/metrics", 404)] {
        assert_eq!(gateway.get(path).await.status(), status, "{path}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (router, in_flight) = (gateway.observed.clone(), InFlight::new(1));
    let serving = async { serve(listener, router, &in_flight, ListenLimits::default(), std::future::pending()).await };
    let asking = async {
        for (path, status) in [("/readyz", 200), ("/metrics", 200), ("/acme/scim/v2/Users", 404)] {
            let answer = gateway.client().get(format!("{base}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
        }
    };
    tokio::select! { _ = serving => {}, () = asking => {} }
}

#[tokio::test]
async fn readiness_names_what_is_not_ready_and_one_slow_app_does_not_stop_the_others() {
    let degraded = ComponentState::Degraded { reason: "the app does not answer".into() };
    let failed = ComponentState::Failed { reason: "imports wasi:cli".into() };
    let components = |state: ComponentState| Components {
        instances: [("acme".to_owned(), state), ("globex".to_owned(), ComponentState::Ready)].into(),
        ..Components::default()
    };
    for (state, code, status, reason) in [
        (ComponentState::Ready, 200, "ready", Value::Null),
        (degraded, 200, "ready", "the app does not answer".into()),
        (failed, 503, "not-ready", "imports wasi:cli".into()),
    ] {
        let gateway = start(Options { components: components(state), ..Options::default() }).await;
        let response = gateway.get("/readyz").await;
        assert_eq!(response.status(), code);
        let body: Value = response.json().await.unwrap();
        assert_eq!((&body["status"], &body["instances"]["acme"]["reason"]), (&status.into(), &reason));
        assert_eq!(body["instances"]["globex"]["state"], "ready");
    }
}
