//! The conversation file's types. Unknown keys are refused: a misspelt expectation would otherwise never be checked.

use super::variables::Variable;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One file: everything that one identity provider says to one instance, in order.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Conversation {
    /// For editors; not used.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// `samanage-entra`: the connector and the file's name. The instance that it is played against is called so.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Why this conversation exists, and what in it is peculiar to the provider.
    pub about: String,
    /// The connector behind the instance, which is also the kind of its app simulator.
    pub connector: String,
    pub client: Client,
    #[serde(default)]
    pub instance: InstanceOptions,
    /// Names that `{name}` stands for in the steps.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What holds before the first step.
    #[serde(default)]
    pub before: Preparation,
    pub steps: Vec<Step>,
}

/// The identity provider, as far as its requests show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Client {
    pub name: String,
    /// Sent with every request; `content-type` only with a body.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What the administrator appended to the tenant URL: it precedes every other query parameter.
    #[serde(default)]
    pub query: Option<String>,
}

/// What the instance needs beyond the connector's defaults, in the words of `gateway.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceOptions {
    #[serde(default)]
    pub settings: Map<String, Value>,
    #[serde(default)]
    pub group_policy: Option<String>,
    /// Whose profile it is; none is recognised from the requests.
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

/// What the app is made to hold or to do before a step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Preparation {
    /// Given to `PUT /_sim/switches`.
    #[serde(default)]
    pub switches: Option<Value>,
    /// Given to `PUT /_sim/faults`; an empty list ends the faults of an earlier step.
    #[serde(default)]
    pub faults: Option<Value>,
    /// Calls that the app's administrator makes by hand, with the app's own credential.
    #[serde(default)]
    pub app: Vec<Call>,
}

/// One request of the provider and all that must follow from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// One sentence: what happens, seen by the provider's administrator.
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
    /// Over the client's headers; `null` leaves one out.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    pub body: Option<Value>,
    /// A body that need not be JSON, in place of `body`.
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

/// What the provider must hear.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    pub status: Value,
    /// Values may be matchers.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// Members that are not named may be there too. `{"$absent": true}` for no body at all.
    #[serde(default)]
    pub body: Option<Value>,
}

/// A call to the app: one that must have happened, or (in a preparation) one to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    pub method: String,
    /// Text or a matcher.
    pub path: Value,
    /// Every parameter, decoded; values, or the whole, may be matchers. No query when it is left out.
    #[serde(default = "no_query")]
    pub query: Value,
    /// The whole body; values may be matchers. No body when it is left out.
    #[serde(default)]
    pub body: Option<Value>,
    /// Variable → JSON pointer into what the app answered.
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
    #[error("{path} has no name to call it by")]
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

    /// Where this project keeps its conversations.
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
