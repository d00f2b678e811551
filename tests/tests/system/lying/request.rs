//! Requests that read, and what comes of them.

use scim_gateway_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// Much longer than any of these requests takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);
/// More pages than any of these lists has.
const PAGES: usize = 40;

/// A request that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request<'r> {
    /// A part of a list by index.
    Window(&'r str, &'r str),
    /// All that match, by index.
    Filter(&'r str),
    /// A whole list, sorted by the gateway.
    Sorted(&'r str),
    /// A whole list, by cursor and in pages of so many.
    Cursor(&'r str),
    One(&'r str),
}

/// What a client has in the end.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Answer(Value),
    /// Status and detail.
    Refused(u16, String),
}

impl Request<'_> {
    /// Makes the request. For a list by cursor, these are all requests to its end.
    pub(super) async fn make(self, world: &World, endpoint: &str) -> Outcome {
        let made = timeout(SOON, self.outcome(world, endpoint)).await;
        made.unwrap_or_else(|_| panic!("{self:?} of {endpoint} was not answered within {SOON:?}"))
    }

    async fn outcome(self, world: &World, endpoint: &str) -> Outcome {
        let answer = match self {
            Self::Window(start, count) => world.list(endpoint, &[("startIndex", start), ("count", count)]).await,
            Self::Filter(filter) => world.list(endpoint, &[("filter", filter)]).await,
            Self::Sorted(attribute) => world.list(endpoint, &[("sortBy", attribute), ("count", "200")]).await,
            Self::One(id) => world.get(&format!("{endpoint}/{id}")).await,
            Self::Cursor(count) => return by_cursor(world, endpoint, count).await,
        };
        match answer.status {
            200 => Outcome::Answer(answer.body),
            status => Outcome::Refused(status, detail(&answer.body)),
        }
    }
}

async fn by_cursor(world: &World, endpoint: &str, count: &str) -> Outcome {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let answer = world.list(endpoint, &[("cursor", cursor.as_str()), ("count", count)]).await;
        if answer.status != 200 {
            return Outcome::Refused(answer.status, detail(&answer.body));
        }
        all.extend(answer.body["Resources"].as_array().cloned().unwrap_or_default());
        match answer.body["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return Outcome::Answer(json!(all)),
        }
    }
    panic!("the list of {endpoint} by cursor has no end");
}

fn detail(error: &Value) -> String {
    error["detail"].as_str().unwrap_or_default().to_owned()
}
