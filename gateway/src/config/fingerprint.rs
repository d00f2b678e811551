//! Detects whether an instance's configuration has changed.
//!
//! The fingerprint covers the table as written and the secrets that it refers to. So it includes keys that are added in future,
//! and a credential that is replaced in its file counts as a change. Two keys are excluded because they are compared elsewhere:
//! `tokens`, which only decide who may call, and the path of the mapping, of which only the content matters.

use super::context::ReadContext;
use super::secret::SecretSource;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use toml::de::{DeTable, DeValue};

/// The fingerprint of one instance's table. It stays equal as long as nothing changes that the instance is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// Keys that are not included.
const EXCLUDED: [&str; 2] = ["tokens", "mapping"];
/// A path of which the file's content is included.
const FILE: &str = "ca-file";
/// A table whose strings belong to the connector: none of them refers to a secret.
const PLAIN: &str = "settings";

impl Fingerprint {
    /// Computes the fingerprint, and adds the files that contain secrets to `files`.
    pub(super) fn of(table: &DeTable<'_>, context: &ReadContext<'_>, files: &mut Vec<PathBuf>) -> Self {
        let mut taking = Taking { hash: Sha256::new(), context, files };
        for (key, value) in table {
            let key: &str = key.get_ref();
            if !EXCLUDED.contains(&key) {
                taking.text('k', key);
                taking.value(value.get_ref(), key != PLAIN);
                if let Some(path) = value.get_ref().as_str().filter(|_| key == FILE) {
                    taking.file(context.directory.join(path));
                }
            }
        }
        Self(taking.hash.finalize().into())
    }
}

struct Taking<'a, 'b> {
    hash: Sha256,
    context: &'a ReadContext<'b>,
    files: &'a mut Vec<PathBuf>,
}

impl Taking<'_, '_> {
    /// Prefixes each text with its kind and length, so that different tables never produce the same bytes.
    fn text(&mut self, kind: char, text: &str) {
        self.hash.update(format!("{kind}{}:", text.len()));
        self.hash.update(text);
    }

    fn value(&mut self, value: &DeValue<'_>, secrets: bool) {
        match value {
            DeValue::String(text) => {
                self.text('s', text);
                if let Some(source) = text.parse::<SecretSource>().ok().filter(|_| secrets) {
                    self.secret(&source);
                }
            }
            DeValue::Integer(number) => self.text('i', number.as_str()),
            DeValue::Float(number) => self.text('f', number.as_str()),
            DeValue::Boolean(truth) => self.text('b', if *truth { "true" } else { "false" }),
            DeValue::Datetime(time) => self.text('d', &time.to_string()),
            DeValue::Array(items) => {
                self.text('a', &items.len().to_string());
                items.iter().for_each(|item| self.value(item.get_ref(), secrets));
            }
            DeValue::Table(entries) => {
                self.text('t', &entries.len().to_string());
                for (key, value) in entries {
                    self.text('k', key.get_ref());
                    self.value(value.get_ref(), secrets);
                }
            }
        }
    }

    fn file(&mut self, path: PathBuf) {
        match std::fs::read(&path) {
            Ok(bytes) => self.hash.update(Sha256::digest(bytes)),
            Err(_) => self.text('-', ""),
        }
        self.files.push(path);
    }

    fn secret(&mut self, source: &SecretSource) {
        use secrecy::ExposeSecret as _;
        if let SecretSource::File(path) = source {
            self.files.push(self.context.directory.join(path));
        }
        match source.read(self.context.directory, self.context.environment) {
            Ok(secret) => self.text('x', secret.expose_secret()),
            Err(_) => self.text('-', ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(text: &str, secret: &str) -> Fingerprint {
        let environment = |_: &str| Some(secret.to_owned());
        let context =
            ReadContext { directory: std::path::Path::new("/nowhere"), environment: &environment, connectors: &[] };
        let table = DeTable::parse(text).expect(text);
        Fingerprint::of(table.get_ref(), &context, &mut Vec::new())
    }

    #[test]
    fn layout_tokens_and_the_mappings_path_are_ignored() {
        let plain = fingerprint("region = \"eu\"\nlimits.sends = 3", "s");
        for same in [
            "\n# moved\nregion   = 'eu'\n[limits]\nsends = 3",
            "tokens = [\"sha256:x\"]\nregion = \"eu\"\nlimits.sends = 3",
            "mapping = \"a.json\"\nregion = \"eu\"\nlimits.sends = 3",
        ] {
            assert_eq!(fingerprint(same, "s"), plain, "{same}");
        }
    }

    #[test]
    fn any_other_key_and_the_secret_itself_matter() {
        let plain = fingerprint("credential = \"env:A\"", "s");
        for (text, secret) in [
            ("credential = \"env:A\"", "other"),
            ("credential = \"env:B\"", "s"),
            ("credential = \"env:A\"\nregion = \"eu\"", "s"),
            ("credential = [\"env:A\"]", "s"),
        ] {
            assert_ne!(fingerprint(text, secret), plain, "{text}");
        }
    }

    #[test]
    fn a_setting_that_looks_like_a_secret_is_an_ordinary_text() {
        let text = "[settings]\ndomain = \"env:A\"";
        assert_eq!(fingerprint(text, "one"), fingerprint(text, "two"));
    }
}
