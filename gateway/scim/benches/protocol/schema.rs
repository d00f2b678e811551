//! The work for every resource that a client sends: making names canonical, and checking it against its schemas (RFC 7643 §2).

use crate::{fixture, resources};
use criterion::{BatchSize, Criterion};
use scim_protocol::{Direction, check};
use std::hint::black_box;

pub(crate) fn parts(criterion: &mut Criterion) {
    let (user, alice) = (fixture::user(), resources::alice());
    let mut group = criterion.benchmark_group("schema");
    group.bench_function("normalize", |bencher| {
        bencher.iter_batched(|| alice.clone(), |alice| user.normalize(alice).unwrap(), BatchSize::LargeInput);
    });
    let alice = user.normalize(alice.clone()).unwrap().resource;
    group.bench_function("check", |bencher| {
        bencher.iter(|| check(&user, black_box(&alice), Direction::Create).unwrap());
    });
}
