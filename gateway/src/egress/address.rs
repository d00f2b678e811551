//! Which addresses a request may go to.
//!
//! Threat: server-side request forgery. The gateway stands inside somebody's network; a base URL, or a public name
//! that resolves to a private address (DNS rebinding), must not turn it into a door to loopback services, the local
//! network or a cloud's metadata service. The address that is judged is the one that is connected to: the resolver
//! hands out judged addresses only. Spellings that carry an IPv4 address inside an IPv6 one (mapped, compatible,
//! 6to4, NAT64, Teredo) are judged as that IPv4 address as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What kind of place an address is that is not the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Place {
    /// 127.0.0.0/8, ::1.
    #[error("loopback")]
    Loopback,
    /// RFC 1918, RFC 6598 (carrier-grade NAT), unique local and site-local IPv6.
    #[error("a private network")]
    Private,
    /// 169.254.0.0/16, fe80::/10; the metadata services of the clouds live here and at some addresses more.
    #[error("link-local or a cloud's metadata service")]
    LinkLocal,
    /// Multicast, broadcast, unspecified, documentation, benchmarking, reserved: no app is there.
    #[error("no address of a host")]
    Special,
}

/// Why a URL cannot be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Plain http to who knows where.
    #[error("would send the credential unencrypted")]
    Plain,
    /// The host is an address, and a closed one.
    #[error("points at {0}")]
    Address(Place),
}

/// Judges a URL's scheme, and its host if that is an address; a name is judged each time that it is resolved.
///
/// # Errors
/// [`Unreachable`].
pub(super) fn judge_url(url: &Url, allow_private: bool) -> Result<(), Unreachable> {
    if url.scheme() != "https" && !allow_private {
        return Err(Unreachable::Plain);
    }
    match url.host() {
        Some(Host::Ipv4(address)) => judge(IpAddr::V4(address), allow_private),
        Some(Host::Ipv6(address)) => judge(IpAddr::V6(address), allow_private),
        Some(Host::Domain(_)) | None => Ok(()),
    }
    .map_err(Unreachable::Address)
}

impl Place {
    /// Whether an operator who runs apps in a network of their own may open it. Metadata services stay closed.
    fn can_be_opened(self) -> bool {
        matches!(self, Self::Loopback | Self::Private)
    }
}

/// Judges an address. `allow_private` opens loopback and private networks.
///
/// # Errors
/// What kind of place it is.
pub(super) fn judge(address: IpAddr, allow_private: bool) -> Result<(), Place> {
    let place = match address {
        IpAddr::V4(v4) => place_v4(v4),
        IpAddr::V6(v6) => place_v6(v6),
    };
    match place {
        Some(place) if !(allow_private && place.can_be_opened()) => Err(place),
        _ => Ok(()),
    }
}

fn place_v4(address: Ipv4Addr) -> Option<Place> {
    /// Metadata services outside 169.254.0.0/16: Alibaba, Oracle, Azure's wire server.
    const METADATA: [[u8; 4]; 3] = [[100, 100, 100, 200], [192, 0, 0, 192], [168, 63, 129, 16]];
    match address.octets() {
        octets if METADATA.contains(&octets) => Some(Place::LinkLocal),
        [127, ..] => Some(Place::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(Place::Private),
        [169, 254, ..] => Some(Place::LinkLocal),
        [0, ..] | [192, 0, 0, _] | [192, 0, 2, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some(Place::Special)
        }
        // Deprecated 6to4 relay anycast (RFC 7526).
        [192, 88, 99, _] => Some(Place::Special),
        [224..=255, ..] => Some(Place::Special),
        _ => None,
    }
}

fn place_v6(address: Ipv6Addr) -> Option<Place> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Place::Special),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Place::Loopback),
        // Mapped (::ffff:a.b.c.d), translated (::ffff:0:a.b.c.d): the IPv4 host itself.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => place_v4(v4(high, low)),
        // Compatible (deprecated), NAT64 (RFC 6052), 6to4 (RFC 3056): judged by what is inside.
        [0, 0, 0, 0, 0, 0, high, low] => place_v4(v4(high, low)).or(Some(Place::Special)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => place_v4(v4(high, low)),
        [0x2002, high, low, ..] => place_v4(v4(high, low)),
        // NAT64 for local use (RFC 8215): the network decides what is inside.
        [0x64, 0xff9b, 1, ..] => Some(Place::Private),
        // Teredo (RFC 4380) hides the client's address by inverting it.
        [0x2001, 0, _, _, _, _, high, low] => place_v4(v4(!high, !low)).or(Some(Place::Special)),
        // The IPv6 address of AWS's metadata service lies in its unique local range.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Some(Place::LinkLocal),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Some(Place::Private),
        [0xfe80..=0xfebf, ..] => Some(Place::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Place::Special),
        // Discard-only, documentation, ORCHID, SRv6 SIDs.
        [0x100, 0, 0, 0, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x5f00, ..] => Some(Place::Special),
        [0x2001, 0x10..=0x3f, ..] => Some(Place::Special),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str) -> Option<Place> {
        judge(address.parse().unwrap(), false).err()
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "192.169.0.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "::ffff:8.8.8.8",
        ] {
            assert_eq!(place(address), None, "{address}");
        }
    }

    #[test]
    fn loopback_is_refused_in_every_spelling() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::127.0.0.1",
            "2002:7f00:1::",
        ] {
            assert_eq!(place(address), Some(Place::Loopback), "{address}");
        }
        // Teredo inverts the client's address: 0x80ff_fffe is 127.0.0.1.
        assert_eq!(place("2001:0:1:2:3:4:80ff:fffe"), Some(Place::Loopback));
    }

    #[test]
    fn private_networks_are_refused_in_every_spelling() {
        for address in [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:a00:1::",
        ] {
            assert_eq!(place(address), Some(Place::Private), "{address}");
        }
    }

    #[test]
    fn metadata_services_are_refused_in_every_spelling_even_when_private_is_allowed() {
        for address in [
            "169.254.169.254",
            "169.254.0.1",
            "fe80::1",
            "febf::1",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::",
            "fd00:ec2::254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
        ] {
            assert_eq!(judge(address.parse().unwrap(), true), Err(Place::LinkLocal), "{address}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_even_when_private_is_allowed() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::",
            "ff02::1",
            "2001:db8::1",
            "::ffff:0.0.0.0",
            "::8.8.8.8",
            "192.88.99.1",
        ] {
            assert_eq!(judge(address.parse().unwrap(), true), Err(Place::Special), "{address}");
        }
    }

    #[test]
    fn an_operator_can_open_loopback_and_private_networks() {
        for address in ["127.0.0.1", "::1", "10.1.2.3", "fd12::1", "::ffff:192.168.0.1"] {
            assert_eq!(judge(address.parse().unwrap(), true), Ok(()), "{address}");
        }
    }
}
