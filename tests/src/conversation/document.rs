//! The types of a conversation file. Unknown keys are errors: a misspelt expectation would otherwise never be checked.

use super::variables::Variable;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One file: every request of one identity provider to one instance, in order.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Conversation {
    /// For editors; not used.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// `samanage-entra`: the connector and the file's name; also the name of the instance that it is played against.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// The purpose of the conversation, and what is peculiar to the provider in it.
    pub about: String,
    /// The connector behind the instance, which is also the kind of its app simulator.
    pub connector: String,
    pub client: Client,
    #[serde(default)]
    pub instance: InstanceOptions,
    /// Names that `{name}` stands for in the steps.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What to prepare before the first step.
    #[serde(default)]
    pub before: Preparation,
    pub steps: Vec<Step>,
}

/// What the requests show of the identity provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Client {
    pub name: String,
    /// Sent with every request; `content-type` only with a body.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What the administrator appended to the tenant URL; it comes before every other query parameter.
    #[serde(default)]
    pub query: Option<String>,
}

/// What the instance needs beyond the connector's defaults, with the keys of `gateway.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceOptions {
    #[serde(default)]
    pub settings: Map<String, Value>,
    #[serde(default)]
    pub group_policy: Option<String>,
    /// The client profile; without one the gateway detects it from the requests.
    #[serde(default)]
    pub client: Option<String>,
    /// How the credential is sent; with `basic`, `username` goes before it.
    #[serde(default)]
    pub auth: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    /// The table `[instances.NAME.limits]`.
    #[serde(default)]
    pub limits: Map<String, Value>,
}

/// How the app is prepared before a step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Preparation {
    /// Given to `PUT /_sim/switches`.
    #[serde(default)]
    pub switches: Option<Value>,
    /// Given to `PUT /_sim/faults`; an empty list ends the faults of an earlier step.
    #[serde(default)]
    pub faults: Option<Value>,
    /// Calls that an administrator makes directly in the app, with the app's credential.
    #[serde(default)]
    pub app: Vec<Call>,
}

/// One request of the provider and everything that must follow from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// One sentence: what happens, from the point of view of the provider's administrator.
    pub says: String,
    #[serde(default)]
    pub given: Preparation,
    pub request: Request,
    pub answer: Answer,
    /// Every call that the app must have received, in order: no more, no fewer.
    pub app: Vec<Call>,
    /// Variable → JSON pointer into the answer's body.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Request {
    pub method: String,
    /// Relative to the instance's SCIM base URL, with the query exactly as the provider writes it.
    pub path: String,
    /// Override the client's headers; `null` removes one.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    pub body: Option<Value>,
    /// A body that may not be JSON, instead of `body`.
    #[serde(default)]
    pub raw: Option<RawBody>,
    /// Another instance's name in the URL.
    #[serde(default)]
    pub instance: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RawBody {
    Text(String),
    Repeated { text: String, times: usize },
}

impl RawBody {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Repeated { text, times } => text.repeat(*times),
        }
    }
}

/// The answer that the provider must get.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    pub status: Value,
    /// Values may be matchers.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The body may have members that are not named here. `{"$absent": true}` means no body.
    #[serde(default)]
    pub body: Option<Value>,
}

/// A call to the app: one that must have been made, or (in a preparation) one to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    pub method: String,
    /// Text or a matcher.
    pub path: Value,
    /// All parameters, decoded; their values, or the whole, may be matchers. Without it there is no query.
    #[serde(default = "no_query")]
    pub query: Value,
    /// The whole body; values may be matchers. Without it there is no body.
    #[serde(default)]
    pub body: Option<Value>,
    /// Variable → JSON pointer into the app's answer.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
}

fn no_query() -> Value {
    Value::Object(Map::new())
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a conversation: {source}")]
    Malformed { path: PathBuf, source: serde_json::Error },
    #[error("{path} has no file name")]
    Nameless { path: PathBuf },
}

impl Conversation {
    /// Reads one file.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| LoadError::Unreadable { path: path.to_owned(), source })?;
        let mut conversation: Self =
            serde_json::from_str(&text).map_err(|source| LoadError::Malformed { path: path.to_owned(), source })?;
        let stem =
            path.file_stem().and_then(|stem| stem.to_str()).ok_or(LoadError::Nameless { path: path.to_owned() })?;
        conversation.name = format!("{}-{stem}", conversation.connector);
        Ok(conversation)
    }

    /// Every conversation of every connector: the files `*/*.json` under `root`, in the order of their paths.
    pub fn load_all(root: &Path) -> Result<Vec<Self>, LoadError> {
        let mut found = Vec::new();
        for folder in entries(root)?.into_iter().filter(|path| path.is_dir()) {
            let files = entries(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "json"));
            for file in files {
                found.push(Self::load(&file)?);
            }
        }
        Ok(found)
    }

    /// The folder of this project's conversations.
    pub fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations")
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}
