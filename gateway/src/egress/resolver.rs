//! Names become addresses that have been judged: what is connected to is what was looked at, so a name that changes
//! its mind between the look and the connection gains nothing. Every connection asks here, the first and every later one.
//!
//! Threat: a name server that does not answer. The system's resolver blocks a thread for as long as it likes, so only so many threads
//! do that at a time, whoever waits gives up after a while, and a thread keeps its place until it is really free.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};
use tower::Service;

use super::address::{Place, judge};
use super::connection::Failed;

/// Threads that may look up names at a time, for all instances together.
const LOOKUPS: usize = 32;
/// How long a connection waits for its name's addresses: less than it may take in all, so that the name server is named.
const PATIENCE: Duration = Duration::from_secs(4);

/// Which addresses a name may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The public internet.
    Public,
    /// Loopback and private networks as well.
    Private,
    /// Anything: the one name is that of a proxy, which the operator chose.
    Proxy,
}

/// The system's resolver behind the rules of [`super::address`].
#[derive(Debug, Clone)]
pub(super) struct JudgingResolver {
    pub(super) reach: Reach,
    pub(super) lookups: Lookups,
}

/// The places for looking up names.
#[derive(Debug, Clone)]
pub(super) struct Lookups(Arc<Semaphore>);

/// A name leads to no address that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` resolves to {place}; set `allow-private-addresses` if the app is in your own network")]
pub(super) struct Closed {
    name: String,
    place: Place,
}

/// A name has not become addresses in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address of `{name}` was not found within {} s", PATIENCE.as_secs())]
struct TooLate {
    name: String,
}

impl Default for Lookups {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LOOKUPS)))
    }
}

impl Lookups {
    async fn look_up(&self, name: String) -> std::io::Result<Vec<SocketAddr>> {
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(std::io::Error::other)?;
        let looking = tokio::task::spawn_blocking(move || {
            let _place = place;
            // The port is put in by the connection.
            (name.as_str(), 0).to_socket_addrs().map(Iterator::collect)
        });
        looking.await.map_err(std::io::Error::other)?
    }
}

impl Service<Name> for JudgingResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Failed;
    type Future = BoxFuture<'static, Result<Self::Response, Failed>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { reach, lookups } = self.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = timeout(PATIENCE, lookups.look_up(name.clone()))
                .await
                .map_err(|_| TooLate { name: name.clone() })??;
            Ok(permitted(&name, found, reach)?.into_iter())
        })
    }
}

/// Keeps the addresses that may be connected to.
fn permitted(name: &str, found: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, Closed> {
    let mut closed = None;
    let mut open = |address: &SocketAddr| match reach {
        Reach::Proxy => true,
        Reach::Public | Reach::Private => match judge(address.ip(), reach == Reach::Private) {
            Ok(()) => true,
            Err(place) => {
                closed = Some(place);
                false
            }
        },
    };
    let kept: Vec<_> = found.into_iter().filter(|address| open(address)).collect();
    match closed {
        Some(place) if kept.is_empty() => Err(Closed { name: name.to_owned(), place }),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(addresses: &[&str], reach: Reach) -> Result<Vec<String>, String> {
        let found = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect();
        permitted("app.example", found, reach)
            .map(|kept| kept.iter().map(|address| address.ip().to_string()).collect())
            .map_err(|closed| closed.to_string())
    }

    #[test]
    fn a_public_name_that_leads_inside_is_refused() {
        let said =
            "`app.example` resolves to loopback; set `allow-private-addresses` if the app is in your own network";
        assert_eq!(kept(&["127.0.0.1"], Reach::Public), Err(said.to_owned()));
        for reach in [Reach::Private, Reach::Proxy] {
            assert_eq!(kept(&["127.0.0.1"], reach), Ok(vec!["127.0.0.1".to_owned()]));
        }
    }

    #[test]
    fn of_a_mixed_answer_only_public_addresses_are_connected_to() {
        assert_eq!(kept(&["10.0.0.1", "8.8.8.8", "::1"], Reach::Public), Ok(vec!["8.8.8.8".to_owned()]));
    }

    #[tokio::test]
    async fn the_resolver_itself_refuses_localhost() {
        let mut resolver = JudgingResolver { reach: Reach::Public, lookups: Lookups::default() };
        let outcome = resolver.call("localhost".parse().unwrap()).await;
        assert!(outcome.err().unwrap().downcast_ref::<Closed>().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_every_place_taken_gives_up_after_a_while() {
        let lookups = Lookups::default();
        let _taken = lookups.0.acquire_many(u32::try_from(LOOKUPS).unwrap()).await.unwrap();
        let mut resolver = JudgingResolver { reach: Reach::Proxy, lookups: lookups.clone() };
        let outcome = resolver.call("localhost".parse().unwrap()).await;
        assert!(outcome.err().unwrap().downcast_ref::<TooLate>().is_some());
    }
}
