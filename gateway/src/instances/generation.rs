//! Whom the name of an instance stands for: what is remembered of one tenant or app must not be taken for another one's.
//!
//! A name stands for a connector and the place of its app. The credential does not count, because it is replaced every few months while
//! the tenant stays the same. Where the name comes to stand for something else, nobody can tell a new tenant from one that has moved: so
//! an instance of which something is remembered is held back until the operator says which it is, with `generation`.

use super::context::BuildContext;
use crate::config::Mistake;
use crate::egress::BaseUrl;
use crate::store::{Generation, Store, StoreError};
use jiff::Timestamp;

/// Whom an instance stands for: `samanage at api.samanage.com`.
pub(super) fn identity(connector: &str, base_url: &BaseUrl) -> String {
    let url = base_url.to_string();
    // A move from http to https is none to another tenant.
    let place = url.split_once("://").map_or(url.as_str(), |(_, place)| place);
    format!("{connector} at {}", place.trim_end_matches('/'))
}

/// The store for what the instance stands for now.
pub(super) async fn store(context: &BuildContext<'_>, identity: &str, now: Timestamp) -> Result<Store, Mistake> {
    let name = context.name.as_str();
    let store = &context.shared.store;
    let failed = |error: StoreError| {
        let problem = format!("what the store remembers of the instance cannot be read: {error}");
        context.mistake("generation", problem, "make the store available, and reload")
    };
    let known = store.generations(name).await.map_err(failed)?;
    let number = match choose(context.from.generation, identity, &known) {
        Choice::Use(number) => number,
        Choice::Begin { served, next } if !store.is_valuable(name, served.number).await.map_err(failed)? => next,
        Choice::Begin { served, next } => {
            let problem = format!(
                "the instance is {identity} now, and the store remembers users or groups of it as {}",
                served.identity
            );
            let remedy = format!(
                "write generation = {} if it is the same tenant, which has moved, and generation = {next} if it is another one, which \
                 inherits nothing; `scim-gateway purge --instance {name}` shows what is remembered",
                served.number
            );
            return Err(context.mistake("generation", problem, &remedy));
        }
    };
    let is_served = known.last().is_some_and(|served| served.number == number && served.identity == identity);
    if !is_served {
        if let Some(served) = known.last() {
            tracing::warn!(
                instance = name,
                generation = number,
                identity,
                before = served.number,
                before_identity = served.identity,
                "the instance now serves another generation"
            );
        }
        // The latest is the one that is served, whatever the clock says.
        let latest = known.last().map_or(now, |served| now.max(after(served.served)));
        let generation = Generation { number, identity: identity.to_owned(), served: latest };
        store.serve_generation(name, &generation).await.map_err(failed)?;
    }
    Ok(store.of_generation(name, number))
}

fn after(time: Timestamp) -> Timestamp {
    time.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX)
}

#[derive(Debug, PartialEq)]
enum Choice<'a> {
    /// That one, which the operator names or which it always was.
    Use(u32),
    /// Another one than the served one, if that may be.
    Begin { served: &'a Generation, next: u32 },
}

fn choose<'a>(named: Option<u32>, identity: &str, known: &'a [Generation]) -> Choice<'a> {
    match (named, known.last()) {
        (Some(number), _) => Choice::Use(number),
        // What was remembered before there were generations is the first one's.
        (None, None) => Choice::Use(1),
        (None, Some(served)) if served.identity == identity => Choice::Use(served.number),
        (None, Some(served)) => {
            let highest = known.iter().map(|generation| generation.number).max().unwrap_or(served.number);
            let again = known.iter().find(|generation| generation.identity == identity);
            let next = again.map_or(highest.saturating_add(1), |generation| generation.number);
            Choice::Begin { served, next }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(number: u32, identity: &str) -> Generation {
        Generation { number, identity: identity.to_owned(), served: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_name_stands_for_a_connector_and_a_place_whatever_the_scheme() {
        for (url, expected) in [
            ("https://api.example.com", "X at api.example.com"),
            ("http://api.example.com/", "X at api.example.com"),
            ("https://api.example.com:8443/tenant/", "X at api.example.com:8443/tenant"),
        ] {
            assert_eq!(identity("X", &url.parse().expect(url)), expected);
        }
    }

    #[test]
    fn a_generation_is_the_operators_or_the_one_that_it_always_was() {
        let known = [generation(1, "A"), generation(2, "B")];
        for (named, identity, known, expected) in [
            (None, "A", &known[..0], Choice::Use(1)),
            (None, "A", &known[..1], Choice::Use(1)),
            (None, "B", &known[..], Choice::Use(2)),
            (Some(1), "C", &known[..], Choice::Use(1)),
            (Some(7), "A", &known[..0], Choice::Use(7)),
            (None, "B", &known[..1], Choice::Begin { served: &known[0], next: 2 }),
            (None, "C", &known[..], Choice::Begin { served: &known[1], next: 3 }),
            // It has been this one before.
            (None, "A", &known[..], Choice::Begin { served: &known[1], next: 1 }),
        ] {
            assert_eq!(choose(named, identity, known), expected, "{named:?} {identity}");
        }
    }
}
