//! Which rows of the provisioning log to show.

use crate::cli::error::CommandError;
use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use scim_gateway::store::LogFilter;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Which rows to show.
#[derive(Debug, Args)]
pub(in crate::cli) struct Question {
    /// Only this instance
    #[arg(long, value_name = "NAME")]
    pub(super) instance: Option<String>,
    /// Only the resource with this SCIM id
    #[arg(long)]
    pub(super) id: Option<String>,
    /// Only resources with this value of the matching attribute, such as a user name, in any case
    #[arg(long = "match", value_name = "VALUE")]
    pub(super) matching: Option<String>,
    /// Only operations with this outcome: `ok`, `failed` or a status such as 409
    #[arg(long)]
    pub(super) outcome: Option<Outcome>,
    /// Only operations since then: `2h`, `7d`, a date or a time such as 2026-01-31T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<Since>,
    /// Maximum number of rows; the newest are shown
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: u32,
}

/// The range of statuses with an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome(RangeInclusive<u16>);

/// The start of the period.
#[derive(Debug, Clone)]
pub(super) enum Since {
    Ago(Span),
    At(Timestamp),
}

impl Question {
    pub(super) fn filter(&self, now: Timestamp) -> Result<LogFilter, CommandError> {
        Ok(LogFilter {
            instance: self.instance.clone(),
            id: self.id.clone(),
            matching: self.matching.clone(),
            status: self.outcome.clone().map(|Outcome(statuses)| statuses),
            since: self.since.as_ref().map(|since| since.from(now)).transpose().map_err(CommandError::Since)?,
            limit: self.limit,
        })
    }
}

impl FromStr for Outcome {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ok" => Ok(Self(100..=399)),
            "failed" => Ok(Self(400..=599)),
            status => match status.parse() {
                Ok(status @ 100..=599) => Ok(Self(status..=status)),
                _ => Err("write `ok`, `failed` or a status such as 409"),
            },
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ago = text.parse::<Span>().map(Self::Ago);
        let at = |_| text.parse().map(Self::At);
        let midnight = |_| text.parse::<Date>()?.to_zoned(TimeZone::UTC).map(|time| Self::At(time.timestamp()));
        let remedy = "write a duration such as `90m`, `2h` or `7d`, a date such as 2026-01-31 (in UTC), or a time such as \
            2026-01-31T08:00:00Z";
        ago.or_else(at).or_else(midnight).map_err(|_: jiff::Error| remedy)
    }
}

impl Since {
    fn from(&self, now: Timestamp) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::At(time) => Ok(*time),
            // `2h ago` parses as a negative span.
            Self::Ago(span) => Ok(now.to_zoned(TimeZone::UTC).checked_sub(span.abs())?.timestamp()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_absolute_or_relative() {
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("90m", "2026-03-10T10:30:00Z"),
            ("2h", "2026-03-10T10:00:00Z"),
            ("2h ago", "2026-03-10T10:00:00Z"),
            ("7d", "2026-03-03T12:00:00Z"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00Z"),
        ] {
            let since: Since = text.parse().expect(text);
            assert_eq!(since.from(now).expect(text).to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "12", "2026-01", "2026-02-30"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
        for text in ["", "bad", "99", "600", "-1"] {
            assert!(text.parse::<Outcome>().is_err(), "{text}");
        }
    }
}
