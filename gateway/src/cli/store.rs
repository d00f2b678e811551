//! `store create`, and whether the store is the one that a gateway had.
//!
//! A store that is new although the gateway had one is amnesia: kept values, inactive users and memberships would be gone, silently, for
//! a typo in `[store]`. So a gateway notes in its state directory which store it used. A new one is made and announced where nothing was
//! noted, and otherwise only by `store create`.

use super::error::CommandError;
use super::terminal::Terminal;
use scim_gateway::config::Config;
use scim_gateway::connectors::Sha256;
use scim_gateway::store::{Store, is_made};
use std::path::{Path, PathBuf};

/// What is known of the configured store.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was made by a gateway.
    Made,
    /// There is none, and this configuration never had one that is known here.
    New,
    /// There is none, but this configuration had another one, at this place.
    Lost(String),
}

/// Looks for the store of a configuration, and changes nothing.
pub(super) async fn standing(config: &Config) -> Result<Standing, CommandError> {
    if is_made(&config.store.url).await? {
        return Ok(Standing::Made);
    }
    Ok(std::fs::read_to_string(note(config)).map_or(Standing::New, |url| Standing::Lost(url.trim().to_owned())))
}

/// Lets a gateway start with the store of its configuration, or refuses a new one in place of the one that it had.
pub(super) async fn expect(config: &Config) -> Result<(), CommandError> {
    match standing(config).await? {
        Standing::Made => Ok(()),
        Standing::New => {
            let store = config.store.url.to_string();
            tracing::warn!(
                store,
                "a new store is made, which remembers nothing: if this gateway had one, stop it and correct `url` in [store]"
            );
            Ok(())
        }
        Standing::Lost(before) => Err(CommandError::LostStore { url: config.store.url.clone(), before }),
    }
}

/// Notes which store a configuration uses.
pub(super) fn remember(config: &Config) {
    let (note, url) = (note(config), config.store.url.to_string());
    if let Err(error) = std::fs::write(&note, url) {
        tracing::debug!(note = %note.display(), %error, "the place of the store could not be noted");
    }
}

/// Makes the store of a configuration.
pub(super) fn create(file: &Path, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let (server, store) = (Config::load_server(file)?, Config::load_store(file)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::Runtime)?;
    let is_new = runtime.block_on(async {
        let is_new = !is_made(&store.url).await?;
        Store::open(&store.url).await?.close().await;
        Ok::<_, CommandError>(is_new)
    })?;
    let url = &store.url;
    // There is nothing to be noted before the gateway has run for the first time.
    let _ = std::fs::write(note_at(file, &server.state_directory), url.to_string());
    terminal.line(match is_new {
        true => format!("created: {url}"),
        false => format!("unchanged: {url} exists already"),
    })?;
    Ok(())
}

fn note(config: &Config) -> PathBuf {
    note_at(&config.file, &config.server.state_directory)
}

/// Several configurations may share a state directory.
fn note_at(config: &Path, state: &Path) -> PathBuf {
    let file = std::fs::canonicalize(config).unwrap_or_else(|_| config.to_owned());
    let name = Sha256::of(file.as_os_str().as_encoded_bytes()).to_string();
    state.join(format!("store-of-{}", name.get(..16).unwrap_or_default()))
}
