//! `dateTime` values in XML Schema's form (RFC 7643 §2.3.5), compared as instants.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Parses an `xsd:dateTime`; without an offset it is UTC. `None` for any other text.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    // jiff accepts more than XML Schema allows: a space for the T, a time zone in brackets, dates alone.
    let well_formed = text.find(['T', 't']).is_some_and(|at| at >= 10)
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-+:.TtZz".contains(&byte));
    if !well_formed {
        return None;
    }
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<civil::DateTime>()?.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn the_same_instant_may_be_written_in_several_ways() {
        let expected = instant("2011-05-13T04:42:34Z");
        assert!(expected.is_some());
        for text in ["2011-05-13T04:42:34", "2011-05-13T06:42:34+02:00", "2011-05-13T04:42:34.000Z"] {
            assert_eq!(instant(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_date_times() {
        for text in ["", "2011-05-13", "2011-05-13 04:42:34Z", "yesterday", "2011-13-01T00:00:00Z", "T"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
