//! What is known of the instances' hosts, and what the operator has confirmed: files in the gateway's state directory.
//!
//! `<state directory>/hosts/<instance>.json` is written by the gateway when an instance begins to use a host, and outlives the process.
//! `<instance>.confirmed` is written by `scim-gateway confirm-host`. A gateway without a usable state directory knows the hosts only
//! while it runs.

use super::host::Host;
use super::known_host::KnownHost;
use super::whole_file;
use crate::config::InstanceName;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The hosts of a gateway's instances, in its state directory.
#[derive(Debug, Clone)]
pub struct Hosts {
    directory: PathBuf,
}

impl Hosts {
    /// The hosts in a state directory.
    #[must_use]
    pub fn below(state: &Path) -> Self {
        Self { directory: state.join("hosts") }
    }

    /// The host that the operator has confirmed for an instance, and that it does not use yet.
    #[must_use]
    pub fn confirmed(&self, instance: &InstanceName) -> Option<Host> {
        std::fs::read_to_string(self.confirmation(instance)).ok()?.trim().parse().ok()
    }

    /// Confirms a host for an instance.
    ///
    /// # Errors
    /// Errors of the file system.
    pub fn confirm(&self, instance: &InstanceName, host: &Host) -> io::Result<()> {
        std::fs::create_dir_all(&self.directory)?;
        replace(&self.confirmation(instance), format!("{host}\n").as_bytes())
    }

    /// The file that a confirmation is written to.
    #[must_use]
    pub fn confirmation(&self, instance: &InstanceName) -> PathBuf {
        self.directory.join(format!("{instance}.confirmed"))
    }

    /// What is known of an instance. A file that cannot be read counts as none.
    pub(super) fn known(&self, instance: &InstanceName) -> Option<KnownHost> {
        let file = self.file(instance);
        let read = std::fs::read(&file).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        match read {
            Ok(known) => Some(known),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let file = file.display();
                tracing::warn!(%instance, %file, %error, "the host that this instance used cannot be read");
                None
            }
        }
    }

    /// Remembers the host that an instance uses from now on. A confirmation of it has done its service; one of another host waits for
    /// the update of the connector.
    pub(super) fn keep(&self, instance: &InstanceName, known: &KnownHost) -> io::Result<()> {
        if self.known(instance).as_ref() != Some(known) {
            replace(&self.file(instance), &serde_json::to_vec_pretty(known)?)?;
        }
        if self.confirmed(instance).as_ref() == Some(known.host()) {
            remove(&self.confirmation(instance))?;
        }
        Ok(())
    }

    /// Forgets an instance that no longer exists: another one may get its name.
    pub(super) fn forget(&self, instance: &InstanceName) -> io::Result<()> {
        remove(&self.confirmation(instance))?;
        remove(&self.file(instance))
    }

    /// The instances of which something is known.
    pub(super) fn instances(&self) -> io::Result<Vec<InstanceName>> {
        let names = std::fs::read_dir(&self.directory)?.map(|entry| {
            let file = entry?.file_name();
            Ok(file.to_str().and_then(|name| name.strip_suffix(".json")?.parse().ok()))
        });
        names.filter_map(Result::transpose).collect()
    }

    fn file(&self, instance: &InstanceName) -> PathBuf {
        self.directory.join(format!("{instance}.json"))
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// It holds no secret, and the gateway must be able to read what its operator wrote as another user.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    whole_file::replace(file, bytes, Some(Permissions::from_mode(0o644)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_known_and_confirmed_outlives_the_process_until_the_instance_is_gone() {
        let folder = tempfile::tempdir().expect("a directory");
        let (hosts, acme) = (Hosts::below(folder.path()), "acme".parse().expect("a name"));
        let host: Host = "https://new.example".parse().expect("a host");
        assert_eq!((hosts.known(&acme), hosts.confirmed(&acme)), (None, None));
        hosts.confirm(&acme, &host).expect("confirmed");
        assert_eq!(hosts.confirmed(&acme), Some(host.clone()));
        let known = json!({
            "connector": "c", "host": "https://new.example",
            "base-url": { "template": "https://{organization}.example" }, "defaults": { "organization": "acme" },
        });
        let known: KnownHost = serde_json::from_value(known).expect("known");
        hosts.keep(&acme, &known).expect("kept");
        assert_eq!((hosts.known(&acme), hosts.confirmed(&acme)), (Some(known), None));
        assert_eq!(hosts.instances().expect("a list"), std::slice::from_ref(&acme));
        hosts.forget(&acme).expect("forgotten");
        assert_eq!((hosts.known(&acme), hosts.instances().expect("a list")), (None, Vec::new()));
    }
}
