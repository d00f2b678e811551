//! Resolves names to addresses that have been checked. The address that is connected to is the one that was checked, so a name
//! that resolves differently a moment later gains nothing. Every connection resolves its name here.
//!
//! Threat: a name server that does not answer. The system's resolver blocks a thread for as long as it likes. The number of
//! these threads is therefore limited, waiting ends after a while, and a thread occupies its slot until it is really free.

use super::address::{AddressClass, judge};
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};
use tower::{BoxError, Service};

/// Threads that may look up names at the same time, for all instances together.
const MAX_LOOKUPS: usize = 32;
/// How long a connection waits for its addresses: less than its own time limit, so that the error names the cause.
const LOOKUP_TIME: Duration = Duration::from_secs(4);

/// Which addresses a name may resolve to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The public internet.
    Public,
    /// Loopback and private networks, too.
    Private,
    /// Any: the only name is that of a proxy, which the operator chose.
    Proxy,
}

/// The system's resolver behind the rules of [`super::address`].
#[derive(Debug, Clone)]
pub(crate) struct CheckingResolver {
    pub(crate) reach: Reach,
    pub(crate) lookups: Lookups,
}

/// The slots for looking up names.
#[derive(Debug, Clone)]
pub(crate) struct Lookups(Arc<Semaphore>);

/// A name resolves to no permitted address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` resolves to {class}; set `allow-private-addresses` if the app is in your own network")]
pub(crate) struct ForbiddenName {
    name: String,
    class: AddressClass,
}

/// A name was not resolved in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address of `{name}` was not found within {} s", LOOKUP_TIME.as_secs())]
struct LookupTimeout {
    name: String,
}

impl Default for Lookups {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LOOKUPS)))
    }
}

impl Lookups {
    async fn look_up(&self, name: String) -> std::io::Result<Vec<SocketAddr>> {
        let slot = Arc::clone(&self.0).acquire_owned().await.map_err(std::io::Error::other)?;
        let looking = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            // The connection sets the port.
            (name.as_str(), 0).to_socket_addrs().map(Iterator::collect)
        });
        looking.await.map_err(std::io::Error::other)?
    }
}

impl Service<Name> for CheckingResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { reach, lookups } = self.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = timeout(LOOKUP_TIME, lookups.look_up(name.clone()))
                .await
                .map_err(|_| LookupTimeout { name: name.clone() })??;
            Ok(permitted(&name, found, reach)?.into_iter())
        })
    }
}

/// Keeps the permitted addresses.
fn permitted(name: &str, found: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, ForbiddenName> {
    let mut forbidden = None;
    let mut is_permitted = |address: &SocketAddr| match reach {
        Reach::Proxy => true,
        Reach::Public | Reach::Private => match judge(address.ip(), reach == Reach::Private) {
            Ok(()) => true,
            Err(class) => {
                forbidden = Some(class);
                false
            }
        },
    };
    let kept: Vec<_> = found.into_iter().filter(|address| is_permitted(address)).collect();
    match forbidden {
        Some(class) if kept.is_empty() => Err(ForbiddenName { name: name.to_owned(), class }),
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
            .map_err(|forbidden| forbidden.to_string())
    }

    #[test]
    fn a_public_name_that_resolves_to_an_internal_address_is_refused() {
        let said =
            "`app.example` resolves to loopback; set `allow-private-addresses` if the app is in your own network";
        assert_eq!(kept(&["127.0.0.1"], Reach::Public), Err(said.to_owned()));
        for reach in [Reach::Private, Reach::Proxy] {
            assert_eq!(kept(&["127.0.0.1"], reach), Ok(vec!["127.0.0.1".to_owned()]));
        }
    }

    #[test]
    fn only_the_public_addresses_of_a_mixed_answer_are_used() {
        assert_eq!(kept(&["10.0.0.1", "8.8.8.8", "::1"], Reach::Public), Ok(vec!["8.8.8.8".to_owned()]));
    }

    #[tokio::test]
    async fn the_resolver_itself_refuses_localhost() {
        let mut resolver = CheckingResolver { reach: Reach::Public, lookups: Lookups::default() };
        let outcome = resolver.call("localhost".parse().unwrap()).await;
        assert!(outcome.err().unwrap().downcast_ref::<ForbiddenName>().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lookup_gives_up_when_no_slot_becomes_free() {
        let lookups = Lookups::default();
        let _taken = lookups.0.acquire_many(u32::try_from(MAX_LOOKUPS).unwrap()).await.unwrap();
        let mut resolver = CheckingResolver { reach: Reach::Proxy, lookups: lookups.clone() };
        let outcome = resolver.call("localhost".parse().unwrap()).await;
        assert!(outcome.err().unwrap().downcast_ref::<LookupTimeout>().is_some());
    }
}
