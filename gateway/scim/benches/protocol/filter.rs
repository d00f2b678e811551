//! A filter (RFC 7644 §3.4.2.2): parsed once per request, and evaluated for each resource that the app cannot filter itself.

use crate::{fixture, resources};
use criterion::{BenchmarkId, Criterion};
use scim_protocol::Filter;
use std::hint::black_box;

const FILTERS: [(&str, &str); 3] = [
    ("user-name", r#"userName eq "ALICE@contoso.example""#),
    ("value-path", r#"emails[type eq "work"].value eq "alice@contoso.example""#),
    (
        "compound",
        r#"active eq true and (not (title pr) or name.familyName co "dam") and meta.lastModified gt "2026-01-01T00:00:00Z""#,
    ),
];

pub(crate) fn parts(criterion: &mut Criterion) {
    let (user, alice) = (fixture::user(), resources::alice());
    let read = |text: &str| Filter::parse(text).and_then(|filter| filter.check(&user)).unwrap();
    let mut group = criterion.benchmark_group("filter");
    for (name, text) in FILTERS {
        group.bench_function(BenchmarkId::new("parse", name), |bencher| bencher.iter(|| read(black_box(text))));
        let filter = read(text);
        assert!(filter.matches(&user, &alice), "{text}");
        group.bench_function(BenchmarkId::new("evaluate", name), |bencher| {
            bencher.iter(|| filter.matches(&user, black_box(&alice)));
        });
    }
}
