//! Loads the connectors of a configuration, the new ones in parallel.

use super::change::{Change, ChangeKind, Subject};
use super::instance_set::InstanceSet;
use super::shared::Shared;
use crate::config::{self, Config, ConnectorName, Mistake};
use crate::connectors::{Connector, Wasi};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The connectors by name; the previous version of each that does not load.
pub(super) struct Loaded {
    pub(super) connectors: BTreeMap<ConnectorName, Arc<Connector>>,
    /// The contents of the files, if versions are kept.
    pub(super) files: BTreeMap<ConnectorName, Vec<u8>>,
    pub(super) changes: Vec<Change>,
    pub(super) mistakes: Vec<Mistake>,
}

pub(super) async fn connectors(config: &Config, shared: &Shared, before: Option<&InstanceSet>) -> Loaded {
    let (connectors, files) = (BTreeMap::new(), BTreeMap::new());
    let mut loaded = Loaded { connectors, files, changes: Vec::new(), mistakes: Vec::new() };
    let loading = config.connectors.iter().map(async |(name, connector)| {
        let known = before.and_then(|before| before.connectors.get(name));
        (name, known, one(config, name, connector, shared).await)
    });
    for (name, known, outcome) in join_all(loading).await {
        let outcome = outcome.and_then(|loaded| match known {
            Some(known) if known.descriptor.id != loaded.0.descriptor.id => {
                let (was, is) = (&known.descriptor.id, &loaded.0.descriptor.id);
                let problem = format!("the file contained the connector `{was}` and now contains `{is}`");
                let remedy = "restore the right file, or configure the new connector under another name";
                Err(config.mistake(&format!("connectors.{name}.file"), problem, remedy))
            }
            _ => Ok(loaded),
        });
        let connector = match outcome {
            Ok((connector, content)) => {
                loaded.files.extend(content.map(|content| (name.clone(), content)));
                connector
            }
            Err(mistake) => {
                loaded.mistakes.push(mistake);
                loaded.connectors.extend(known.map(|known| (name.clone(), Arc::clone(known))));
                continue;
            }
        };
        let change = match known {
            None => Some(ChangeKind::Added),
            Some(known) => (known.sha256 != connector.sha256).then_some(ChangeKind::File),
        };
        let change = change.map(|what| Change::new(Subject::Connector, name, what).at(&connector.sha256));
        loaded.changes.extend(change);
        loaded.connectors.insert(name.clone(), connector);
    }
    let gone = before.iter().flat_map(|before| before.connectors.keys());
    let gone = gone.filter(|name| !config.connectors.contains_key(*name));
    loaded.changes.extend(gone.map(|name| Change::new(Subject::Connector, name, ChangeKind::Removed)));
    loaded
}

async fn one(
    config: &Config,
    name: &ConnectorName,
    from: &config::Connector,
    shared: &Shared,
) -> Result<(Arc<Connector>, Option<Vec<u8>>), Mistake> {
    let mistake = |problem: String, remedy: &str| config.mistake(&format!("connectors.{name}.file"), problem, remedy);
    let bytes = std::fs::read(&from.file).map_err(|error| unreadable(&from.file, &error, mistake))?;
    let content = shared.versions.as_ref().map(|_| bytes.clone());
    let file = from.file.display().to_string();
    let closed = config.instances.values().any(|instance| instance.connector == *name && instance.wasi == Wasi::Closed);
    let wasi = if closed { Wasi::Closed } else { Wasi::Refused };
    let loaded = shared.runtime.load(bytes, &file, from.sha256.as_ref(), wasi).await;
    let connector = loaded.map_err(|error| mistake(error.to_string(), ""))?;
    Ok((connector, content))
}

/// The mistake for a configured file that cannot be read.
pub(super) fn unreadable(file: &Path, error: &std::io::Error, mistake: impl Fn(String, &str) -> Mistake) -> Mistake {
    let paths = "relative paths start from the directory of the configuration";
    match error.kind() {
        std::io::ErrorKind::NotFound => mistake(format!("there is no file {}", file.display()), paths),
        _ => mistake(format!("{} cannot be read: {error}", file.display()), ""),
    }
}
