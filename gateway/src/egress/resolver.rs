//! Names become addresses that have been judged: what is connected to is what was looked at, so a name that changes
//! its mind between the look and the connection gains nothing.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Place, judge};

/// The system's resolver behind the rules of [`super::address`].
#[derive(Debug, Clone, Copy)]
pub(super) struct JudgingResolver {
    pub(super) allow_private: bool,
}

/// A name leads to no address that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` resolves to {place}; set `allow-private-addresses` if the app is in your own network")]
pub(super) struct Closed {
    name: String,
    place: Place,
}

impl Resolve for JudgingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            // The port is put in by the connection.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let judged = permitted(name.as_str(), found, allow_private)?;
            Ok(Box::new(judged.into_iter()) as Addrs)
        })
    }
}

/// Keeps the addresses that may be connected to.
fn permitted(
    name: &str,
    found: impl Iterator<Item = SocketAddr>,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, Closed> {
    let mut closed = None;
    let kept: Vec<_> = found
        .filter(|address| match judge(address.ip(), allow_private) {
            Ok(()) => true,
            Err(place) => {
                closed = Some(place);
                false
            }
        })
        .collect();
    match closed {
        Some(place) if kept.is_empty() => Err(Closed { name: name.to_owned(), place }),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(addresses: &[&str], allow_private: bool) -> Result<Vec<String>, String> {
        let found = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        permitted("app.example", found, allow_private)
            .map(|kept| kept.iter().map(|address| address.ip().to_string()).collect())
            .map_err(|closed| closed.to_string())
    }

    #[test]
    fn a_public_name_that_leads_inside_is_refused() {
        let said =
            "`app.example` resolves to loopback; set `allow-private-addresses` if the app is in your own network";
        assert_eq!(kept(&["127.0.0.1"], false), Err(said.to_owned()));
        assert_eq!(kept(&["127.0.0.1"], true), Ok(vec!["127.0.0.1".to_owned()]));
    }

    #[test]
    fn of_a_mixed_answer_only_public_addresses_are_connected_to() {
        assert_eq!(kept(&["10.0.0.1", "8.8.8.8", "::1"], false), Ok(vec!["8.8.8.8".to_owned()]));
    }

    #[tokio::test]
    async fn the_resolver_itself_refuses_localhost() {
        let resolver = JudgingResolver { allow_private: false };
        let outcome = resolver.resolve("localhost".parse().unwrap()).await;
        assert!(outcome.err().unwrap().downcast_ref::<Closed>().is_some());
    }
}
