//! Setting an app's quirk switches: a struct whose fields are the switches, changed by a JSON object.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Why switches were not set.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// The app has no such switch.
    #[error("there is no switch `{name}`; the switches are: {known}")]
    Unknown {
        /// As requested.
        name: String,
        /// All switches, comma-separated.
        known: String,
    },
    /// The switch cannot be set like this.
    #[error("the switch `{name}` cannot be {value}: {cause}")]
    Value {
        /// The switch.
        name: String,
        /// As requested.
        value: Value,
        /// The valid values.
        cause: serde_json::Error,
    },
}

/// The switches with the changes made; each value is checked by the struct's own types.
pub(in crate::simulators) fn changed<S>(current: &S, changes: &Map<String, Value>) -> Result<S, SwitchError>
where
    S: Clone + Serialize + DeserializeOwned,
{
    let mut switches = current.clone();
    for (name, value) in changes {
        let mut all = serde_json::to_value(&switches).unwrap_or_default();
        let Some(place) = all.get_mut(name) else {
            let known = all.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>().join(", "));
            return Err(SwitchError::Unknown { name: name.clone(), known: known.unwrap_or_default() });
        };
        *place = value.clone();
        switches = serde_json::from_value(all).map_err(|cause| SwitchError::Value {
            name: name.clone(),
            value: value.clone(),
            cause,
        })?;
    }
    Ok(switches)
}
