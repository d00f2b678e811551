//! What a connector costs an operation, measured with the released Samanage connector: a fresh instance from the pool, a call that
//! needs only the instance, and calls that send one request to the app.
//!
//! The app is a stub on the loopback interface, on the same thread, so that no wake-up between threads is measured. `egress` calls it
//! without a connector; the rest of a call with an app is the cost of the connector.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed call cannot be measured")]

mod app;
mod samanage;

use criterion::{Criterion, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use samanage::Samanage;
use scim_egress::{AppRequest, Budget, Purpose};
use serde_json::json;
use tokio::runtime;
use tokio::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(parts, connector);
criterion_main!(parts);

fn connector(criterion: &mut Criterion) {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let egress = runtime.block_on(app::start());
    let samanage = runtime.block_on(Samanage::load(&egress));
    let user = app::user();
    let roles = json!([{"displayName": "Requester", "primary": true}]);
    let mut group = criterion.benchmark_group("connector");
    group.bench_function("instantiate", |bencher| {
        bencher.to_async(&runtime).iter(|| samanage.open());
    });
    group.bench_function("transform", |bencher| {
        bencher.to_async(&runtime).iter(async || samanage.open().await.transform_to_app("role", &roles).await.unwrap());
    });
    group.bench_function("read", |bencher| {
        bencher.to_async(&runtime).iter(async || samanage.open().await.read("User", app::ID, &[]).await.unwrap());
    });
    group.bench_function("create", |bencher| {
        bencher.to_async(&runtime).iter(async || samanage.open().await.create("User", &user).await.unwrap());
    });
    group.finish();
    criterion.bench_function("egress", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let request =
                AppRequest { method: "GET".to_owned(), path: "/users/4711.json".to_owned(), ..AppRequest::default() };
            let mut budget = Budget::new(1, Instant::now() + Duration::from_secs(20));
            egress.send(request, Purpose::Live, &mut budget).await.unwrap()
        });
    });
}
