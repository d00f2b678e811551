//! Which addresses a request may go to.
//!
//! Threat: server-side request forgery. The gateway runs inside the operator's network; neither a base URL nor a public name
//! that resolves to a private address (DNS rebinding) may turn it into a way to loopback services, the local network or a
//! cloud's metadata service. The address that was checked is the one that is connected to: the resolver returns only checked
//! addresses. IPv6 addresses that contain an IPv4 address (mapped, compatible, 6to4, NAT64, Teredo) are judged as that IPv4
//! address as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// The kinds of addresses that are not on the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressClass {
    /// 127.0.0.0/8, ::1.
    #[error("loopback")]
    Loopback,
    /// RFC 1918, RFC 6598 (carrier-grade NAT), unique local and site-local IPv6.
    #[error("a private network")]
    Private,
    /// 169.254.0.0/16, fe80::/10, and the other addresses of cloud metadata services.
    #[error("link-local or a cloud's metadata service")]
    LinkLocal,
    /// Multicast, broadcast, unspecified, documentation, benchmarking, reserved: never an app.
    #[error("an address that no host can have")]
    Special,
}

/// Why requests may not go to a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForbiddenTarget {
    /// Plain http to a public address.
    #[error("would send the credential unencrypted")]
    Plain,
    /// The host is an address in a forbidden range.
    #[error("points at {0}")]
    Address(AddressClass),
}

/// Judges a URL's scheme, and its host if that is an address; a name is judged whenever it is resolved.
///
/// # Errors
/// [`ForbiddenTarget`].
pub(crate) fn judge_url(url: &Url, allow_private: bool) -> Result<(), ForbiddenTarget> {
    if url.scheme() != "https" && !allow_private {
        return Err(ForbiddenTarget::Plain);
    }
    match url.host() {
        Some(Host::Ipv4(address)) => judge(IpAddr::V4(address), allow_private),
        Some(Host::Ipv6(address)) => judge(IpAddr::V6(address), allow_private),
        Some(Host::Domain(_)) | None => Ok(()),
    }
    .map_err(ForbiddenTarget::Address)
}

impl AddressClass {
    /// Whether operators who run apps in their own network may allow it. Metadata services are always forbidden.
    fn can_be_allowed(self) -> bool {
        matches!(self, Self::Loopback | Self::Private)
    }
}

/// Judges an address. `allow_private` permits loopback and private networks.
///
/// # Errors
/// The forbidden range that contains it.
pub(crate) fn judge(address: IpAddr, allow_private: bool) -> Result<(), AddressClass> {
    let class = match address {
        IpAddr::V4(v4) => class_v4(v4),
        IpAddr::V6(v6) => class_v6(v6),
    };
    match class {
        Some(class) if !(allow_private && class.can_be_allowed()) => Err(class),
        _ => Ok(()),
    }
}

fn class_v4(address: Ipv4Addr) -> Option<AddressClass> {
    /// Metadata services outside 169.254.0.0/16: Alibaba, Oracle, Azure WireServer.
    const METADATA: [[u8; 4]; 3] = [[100, 100, 100, 200], [192, 0, 0, 192], [168, 63, 129, 16]];
    match address.octets() {
        octets if METADATA.contains(&octets) => Some(AddressClass::LinkLocal),
        [127, ..] => Some(AddressClass::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(AddressClass::Private),
        [169, 254, ..] => Some(AddressClass::LinkLocal),
        [0, ..] | [192, 0, 0, _] | [192, 0, 2, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some(AddressClass::Special)
        }
        // Deprecated 6to4 relay anycast (RFC 7526).
        [192, 88, 99, _] => Some(AddressClass::Special),
        [224..=255, ..] => Some(AddressClass::Special),
        _ => None,
    }
}

fn class_v6(address: Ipv6Addr) -> Option<AddressClass> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(AddressClass::Special),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(AddressClass::Loopback),
        // Mapped (::ffff:a.b.c.d), translated (::ffff:0:a.b.c.d): the IPv4 host itself.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => class_v4(v4(high, low)),
        // Compatible (deprecated), NAT64 (RFC 6052), 6to4 (RFC 3056): judged by the address inside.
        [0, 0, 0, 0, 0, 0, high, low] => class_v4(v4(high, low)).or(Some(AddressClass::Special)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => class_v4(v4(high, low)),
        [0x2002, high, low, ..] => class_v4(v4(high, low)),
        // NAT64 for local use (RFC 8215): the network decides what the address means.
        [0x64, 0xff9b, 1, ..] => Some(AddressClass::Private),
        // Teredo (RFC 4380) hides the client's address by inverting it.
        [0x2001, 0, _, _, _, _, high, low] => class_v4(v4(!high, !low)).or(Some(AddressClass::Special)),
        // AWS's metadata service has a unique local address.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Some(AddressClass::LinkLocal),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Some(AddressClass::Private),
        [0xfe80..=0xfebf, ..] => Some(AddressClass::LinkLocal),
        [0xff00..=0xffff, ..] => Some(AddressClass::Special),
        // Discard-only, documentation, ORCHID, SRv6 SIDs.
        [0x100, 0, 0, 0, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x5f00, ..] => {
            Some(AddressClass::Special)
        }
        [0x2001, 0x10..=0x3f, ..] => Some(AddressClass::Special),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(address: &str) -> Option<AddressClass> {
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
            assert_eq!(class(address), None, "{address}");
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
            assert_eq!(class(address), Some(AddressClass::Loopback), "{address}");
        }
        // Teredo inverts the client's address: 0x80ff_fffe is 127.0.0.1.
        assert_eq!(class("2001:0:1:2:3:4:80ff:fffe"), Some(AddressClass::Loopback));
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
            assert_eq!(class(address), Some(AddressClass::Private), "{address}");
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
            assert_eq!(judge(address.parse().unwrap(), true), Err(AddressClass::LinkLocal), "{address}");
        }
    }

    #[test]
    fn an_address_that_no_host_has_is_refused_even_when_private_is_allowed() {
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
            assert_eq!(judge(address.parse().unwrap(), true), Err(AddressClass::Special), "{address}");
        }
    }

    #[test]
    fn an_operator_can_allow_loopback_and_private_networks() {
        for address in ["127.0.0.1", "::1", "10.1.2.3", "fd12::1", "::ffff:192.168.0.1"] {
            assert_eq!(judge(address.parse().unwrap(), true), Ok(()), "{address}");
        }
    }
}
