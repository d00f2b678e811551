//! A SCIM resource type that a connector offers.

use super::abilities::Abilities;
use scim_protocol::ResourceType;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Map, Value};

/// A SCIM resource type, and what the app can do with it.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedResourceType {
    /// Name, endpoint, schema and extensions.
    pub scim: ResourceType,
    /// What the app can do with it.
    pub abilities: Abilities,
}

impl<'de> Deserialize<'de> for OfferedResourceType {
    /// One JSON object contains the fields of both parts.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const SCIM: [&str; 5] = ["name", "endpoint", "description", "schema", "extensions"];
        let object = Map::deserialize(deserializer)?;
        let (scim, abilities): (Map<_, _>, Map<_, _>) =
            object.into_iter().partition(|(key, _)| SCIM.contains(&key.as_str()));
        Ok(Self {
            scim: ResourceType::deserialize(Value::Object(scim)).map_err(D::Error::custom)?,
            abilities: Abilities::deserialize(Value::Object(abilities)).map_err(D::Error::custom)?,
        })
    }
}
