//! The address that a connection comes from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The peer of a connection; an extension of each of its requests. Behind a reverse proxy, it is the proxy, unless that is
/// trusted to name the client ([`Proxies`](super::Proxies)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(IpAddr);

/// An IPv6 subscriber has a network of this many bits, and every address in it.
const SUBSCRIBER_BITS: u32 = 64;

impl Peer {
    /// The peer at an address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// What distinguishes one peer from another: the address, or for IPv6 the network.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << SUBSCRIBER_BITS)).into(),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_subscriber_are_one_peer() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ] {
            let [address, network] = [address, network].map(|text| text.parse().expect(text));
            assert_eq!(Peer::at(address).network(), network);
        }
    }
}
