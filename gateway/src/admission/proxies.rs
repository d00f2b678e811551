//! Whom a request comes from, when it comes through a reverse proxy.
//!
//! Threat: `X-Forwarded-For` says what the client wants it to say, as far as no proxy of the operator's has written it. Each proxy
//! appends the address of its own peer, so the header is read from its end, and only as long as the address before was a proxy that
//! the operator trusts.

use super::peer::Peer;
use crate::config::Network;
use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

const FORWARDED: &str = "x-forwarded-for";

/// The reverse proxies whose word is taken (`trusted-proxies`).
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Trusts these.
    #[must_use]
    pub fn new(trusted: Vec<Network>) -> Self {
        Self(trusted)
    }

    /// The client of a request that came from this peer.
    #[must_use]
    pub fn client(&self, peer: Peer, headers: &HeaderMap) -> Peer {
        if !self.trusts(peer.address()) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED).iter().rev();
        let named = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(',')).map(address);
        let mut client = peer.address();
        for named in named {
            let Some(named) = named else { break };
            client = named;
            if !self.trusts(client) {
                break;
            }
        }
        Peer::at(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Some proxies write the port, too.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_client_is_whom_the_last_trusted_proxy_names() {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().expect("a range")]);
        for (peer, lines, expected) in [
            ("192.0.2.1", vec!["198.51.100.9"], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5, 198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5, 198.51.100.9, 10.0.0.2"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5", "198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", vec!["198.51.100.9:4711"], "198.51.100.9"),
            ("10.0.0.1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", vec!["198.51.100.9, nonsense"], "10.0.0.1"),
            ("10.0.0.1", vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append(FORWARDED, HeaderValue::from_static(line));
            }
            let client = proxies.client(Peer::at(peer.parse().expect(peer)), &headers);
            assert_eq!(client, Peer::at(expected.parse().expect(expected)), "{peer} {lines:?}");
        }
    }
}
