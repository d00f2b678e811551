//! Who may call, how often and in which version of the API.

use super::account::Account;
use super::answer::answer;
use super::refusals;
use crate::simulators::control::{Answer, Call};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Media types of the API; anything newer or older is 406.
const VERSIONS: [&str; 5] = ["1.1", "1.2", "1.3", "2.0", "2.1"];

/// What the entry point lists.
const COLLECTIONS: [(&str, &str); 5] = [
    ("Users List", "users"),
    ("Groups List", "groups"),
    ("Roles List", "roles"),
    ("Sites List", "sites"),
    ("Departments List", "departments"),
];

/// The one valid token and the calls of the current minute.
#[derive(Debug)]
pub(super) struct Access {
    token: String,
    minute: Option<Minute>,
}

/// A window of sixty seconds that began with its first call.
#[derive(Debug)]
struct Minute {
    began: Timestamp,
    calls: u32,
}

impl Access {
    pub(super) fn new(token: &str) -> Self {
        Self { token: token.to_owned(), minute: None }
    }

    pub(super) fn reset(&mut self) {
        self.minute = None;
    }

    /// Lets the call in or says why not. Calls without a valid credential belong to no account and are not counted.
    pub(super) fn admit(&mut self, call: &Call, account: &Account, now: Timestamp) -> Result<(), Answer> {
        if !self.is_authentic(call, account) {
            return Err(refusals::unauthorized());
        }
        self.count(account.switches.calls_per_minute, now)?;
        if !is_acceptable(call.header("accept")) {
            return Err(refusals::not_acceptable());
        }
        // A token carries its owner's role; reading oneself is everyone's right.
        if !account.owner_is_administrator() && call.path != "/profile.json" {
            return Err(refusals::forbidden());
        }
        Ok(())
    }

    /// A token dies with its owner. User name and password are the legacy way, and off unless the tenant keeps it on.
    fn is_authentic(&self, call: &Call, account: &Account) -> bool {
        let Some(owner) = account.users.get(&account.owner).filter(|owner| !owner.disabled) else { return false };
        let bearer = call.header("x-samanage-authorization").and_then(|value| value.strip_prefix("Bearer "));
        let basic = || {
            let encoded = call.header("authorization")?.strip_prefix("Basic ")?;
            String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
        };
        match bearer {
            Some(token) => token == self.token,
            None => account.switches.basic_auth && basic() == Some(format!("{}:{}", owner.email, self.token)),
        }
    }

    fn count(&mut self, limit: Option<u32>, now: Timestamp) -> Result<(), Answer> {
        let Some(limit) = limit else { return Ok(()) };
        let minute = match &mut self.minute {
            Some(minute) if seconds_since(minute.began, now) < 60 => minute,
            place => place.insert(Minute { began: now, calls: 0 }),
        };
        if minute.calls >= limit {
            return Err(refusals::too_many_calls(60 - seconds_since(minute.began, now)));
        }
        minute.calls += 1;
        Ok(())
    }
}

/// `GET /api.json`
pub(super) fn entry_point(call: &Call) -> Answer {
    let origin = call.origin();
    let links = COLLECTIONS.map(|(name, path)| json!({ "name": name, "href": format!("{origin}/{path}.json") }));
    answer(200, &Value::from(links.to_vec()))
}

fn seconds_since(earlier: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(earlier).as_secs()
}

/// Without a header the newest version is meant; a media type of the API must name a version that exists.
fn is_acceptable(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return true };
    accept.split(',').any(|range| {
        let media = range.split(';').next().unwrap_or_default().trim();
        let version = media.strip_prefix("application/vnd.samanage.v").and_then(|rest| rest.strip_suffix("+json"));
        matches!(media, "*/*" | "application/*" | "application/json") || version.is_some_and(|v| VERSIONS.contains(&v))
    })
}
