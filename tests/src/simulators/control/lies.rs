//! Answers that are not true: the app's own answer, changed so that it contradicts the request or itself.

use super::call::{Answer, Call};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Ids that no simulator gives.
const FOREIGN_ID: u64 = 900_000;

/// What is not true about an answer. Lists are SCIM lists, or arrays with their counts in headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lie {
    /// The second row of a list is the first one.
    RowTwice,
    /// A list has a hundred rows more than the page may have.
    Overfilled,
    /// The total is less than the rows.
    SmallTotal,
    /// The total is more than there is.
    LargeTotal,
    /// The last row of a list is left out.
    Short,
    /// Whatever page is requested, the first one is answered, as if it was the requested one.
    FirstPage,
    /// The first row comes again, with another id.
    Namesake,
    /// A resource has another id than the requested one.
    OtherId,
    /// Resources have no fields.
    NoFields,
    /// Resources have no names.
    Nameless,
}

impl Lie {
    /// Every lie there is.
    pub const ALL: [Self; 10] = [
        Self::RowTwice,
        Self::Overfilled,
        Self::SmallTotal,
        Self::LargeTotal,
        Self::Short,
        Self::FirstPage,
        Self::Namesake,
        Self::OtherId,
        Self::NoFields,
        Self::Nameless,
    ];

    /// The call as the app understands it.
    pub(super) fn heard(self, mut call: Call) -> Call {
        if self == Self::FirstPage {
            for (name, value) in &mut call.query {
                if matches!(name.as_str(), "startIndex" | "page") {
                    "1".clone_into(value);
                }
            }
        }
        call
    }

    /// The answer to a call as the caller gets it.
    pub(super) fn told(self, asked: &Call, mut answer: Answer) -> Answer {
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
        if self == Self::FirstPage {
            let (start, page) = (asked.parameter("startIndex"), asked.parameter("page"));
            if let (Some(start), Some(said)) = (start, body.get_mut("startIndex")) {
                *said = start.parse::<u64>().map_or(Value::Null, Value::from);
            }
            page.into_iter().for_each(|page| set_header(&mut answer, "x-current-page", page));
        } else if is_list(&body) {
            self.list(&mut body, &mut answer);
        } else if answer.status < 300 {
            self.resource(&mut body);
        }
        answer.body = Bytes::from(body.to_string());
        answer
    }

    fn list(self, body: &mut Value, answer: &mut Answer) {
        let Some(list) = rows(body) else { return };
        let count = list.len() as u64;
        match self {
            Self::RowTwice => {
                if let [first, second, ..] = list.as_mut_slice() {
                    second.clone_from(first);
                }
            }
            Self::Overfilled => {
                let more: Vec<Value> =
                    list.iter().cycle().take(100).enumerate().map(|(n, row)| other(row, n as u64)).collect();
                list.extend(more);
            }
            Self::Short => drop(list.pop()),
            Self::Namesake => list.extend(list.first().map(|row| other(row, 0)).into_iter().collect::<Vec<_>>()),
            Self::NoFields | Self::Nameless => list.iter_mut().for_each(|row| self.resource(row)),
            Self::SmallTotal => set_total(body, answer, |_| count.saturating_sub(1)),
            Self::LargeTotal => set_total(body, answer, |total| total + 50),
            _ => {}
        }
        if self == Self::Namesake {
            set_total(body, answer, |total| total + 1);
        }
    }

    fn resource(self, resource: &mut Value) {
        match self {
            Self::OtherId => *resource = other(resource, 0),
            Self::NoFields => *resource = json!({}),
            Self::Nameless => {
                let names = ["userName", "displayName", "email", "name"];
                let remove = |from: &mut Value| {
                    from.as_object_mut()
                        .into_iter()
                        .for_each(|from| from.retain(|name, _| !names.contains(&name.as_str())));
                };
                if let Some(inner) = resource.get_mut("user") {
                    remove(inner);
                }
                remove(resource);
            }
            _ => {}
        }
    }
}

fn is_list(body: &Value) -> bool {
    body.is_array() || body.get("Resources").is_some()
}

fn rows(body: &mut Value) -> Option<&mut Vec<Value>> {
    if body.is_array() { body.as_array_mut() } else { body.get_mut("Resources")?.as_array_mut() }
}

/// The same with another id, of the same type.
fn other(row: &Value, number: u64) -> Value {
    let mut row = row.clone();
    let place = if row.get("user").is_some() {
        row.get_mut("user").and_then(|user| user.get_mut("id"))
    } else {
        row.get_mut("id")
    };
    if let Some(id) = place {
        let foreign = FOREIGN_ID + number;
        *id = if id.is_number() { json!(foreign) } else { json!(foreign.to_string()) };
    }
    row
}

fn set_total(body: &mut Value, answer: &mut Answer, total: impl Fn(u64) -> u64) {
    if let Some(said) = body.get_mut("totalResults") {
        *said = json!(total(said.as_u64().unwrap_or_default()));
        return;
    }
    let header = answer.headers.iter().find(|(name, _)| name == "x-total-count");
    if let Some(said) = header.and_then(|(_, value)| value.parse().ok()) {
        set_header(answer, "x-total-count", &total(said).to_string());
    }
}

fn set_header(answer: &mut Answer, name: &str, value: &str) {
    answer.headers.iter_mut().filter(|(each, _)| each == name).for_each(|(_, said)| value.clone_into(said));
}
