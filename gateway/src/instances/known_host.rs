//! Where each instance's credential goes, and who decided it (ARCHITECTURE.md, law 6).
//!
//! Threat: a connector's descriptor says where its app is. An update that names another host for a region would send the operator's
//! credential there. So the host that an instance uses is remembered with what the connector said of it, and a new version of the
//! connector that leads elsewhere is held back until the operator confirms the new host, in their own words: with
//! `scim-gateway confirm-host`, or with `base-url` in the instance's table.
//!
//! What the operator changes themselves needs no confirmation: a `base-url`, another connector, or a region or setting that leads to
//! the new host by what the version in use says. An instance that was never served uses the host that its connector names.
//! A host is scheme, name and port; a path may change.

use super::host::Host;
use crate::config::{self, Location};
use crate::connectors::{BaseUrlSource, Descriptor, Document};
use serde::{Deserialize, Serialize};

/// What decided the host of an instance that was served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct KnownHost {
    /// The connector's name in the configuration.
    connector: String,
    host: Host,
    /// What the connector's descriptor said of the app's address.
    base_url: BaseUrlSource,
    /// The defaults of its settings, which may be part of the address.
    defaults: Document,
}

impl KnownHost {
    pub(super) fn new(connector: &str, descriptor: &Descriptor, host: Host) -> Self {
        let defaults = descriptor.settings.iter();
        let defaults = defaults.filter_map(|(name, setting)| Some((name.clone(), setting.default.clone()?)));
        let (connector, base_url) = (connector.to_owned(), descriptor.base_url.clone());
        Self { connector, host, base_url, defaults: defaults.collect() }
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// Whether an instance may use a host without a confirmation: it used it before, or its operator chose it.
    pub(super) fn permits(&self, from: &config::Instance, host: &Host) -> bool {
        self.host == *host || self.connector != from.connector.as_str() || self.chosen(from).as_ref() == Some(host)
    }

    /// The host that the operator's words lead to, by what was known.
    fn chosen(&self, from: &config::Instance) -> Option<Host> {
        let mut settings = self.defaults.clone();
        settings.extend(from.settings.clone());
        let url = match &from.location {
            Location::BaseUrl(url) => return Some(Host::of(url)),
            Location::Default => self.base_url.resolve(None, &settings),
            Location::Region(region) => self.base_url.resolve(Some(region), &settings),
        };
        url.ok()?.parse().ok().as_ref().map(Host::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use serde_json::json;

    /// An instance's table with these lines.
    fn instance(lines: &str) -> config::Instance {
        let folder = tempfile::tempdir().expect("a directory");
        std::fs::write(folder.path().join("c.wasm"), "").expect("a file");
        let connectors = "[connectors.c]\nfile = \"c.wasm\"\n[connectors.d]\nfile = \"c.wasm\"\n";
        let token = config::TokenHash::of("t");
        let text = format!("{connectors}[instances.acme]\ntokens = [\"{token}\"]\n{lines}");
        let config = Config::parse(&folder.path().join("gateway.toml"), &text, &|_| None).expect(lines);
        config.instances.into_values().next().expect("an instance")
    }

    fn known(base_url: serde_json::Value, host: &str) -> KnownHost {
        let defaults = Document::from_iter([("organization".to_owned(), json!("demo"))]);
        let base_url = serde_json::from_value(base_url).expect("a source");
        KnownHost { connector: "c".into(), host: host.parse().expect("a host"), base_url, defaults }
    }

    #[test]
    fn a_new_host_is_the_operators_choice_or_has_to_be_confirmed() {
        let regions = json!({
            "regions": { "us": "https://us.example/v1", "eu": "https://eu.example/v1" }, "default-region": "us",
        });
        let template = json!({ "template": "https://{organization}.app.example" });
        for (what, source, lines, host, expected) in [
            ("the same", &regions, "connector = \"c\"", "https://us.example", true),
            ("an update moves the default", &regions, "connector = \"c\"", "https://evil.example", false),
            ("an update moves a region", &regions, "connector = \"c\"\nregion = \"eu\"", "https://evil.example", false),
            ("another port", &regions, "connector = \"c\"", "https://us.example:8443", false),
            ("not encrypted", &regions, "connector = \"c\"", "http://us.example", false),
            ("another region", &regions, "connector = \"c\"\nregion = \"eu\"", "https://eu.example", true),
            ("a new region", &regions, "connector = \"c\"\nregion = \"ap\"", "https://ap.example", false),
            (
                "the operator's URL",
                &regions,
                "connector = \"c\"\nbase-url = \"https://proxy.example/app\"",
                "https://proxy.example",
                true,
            ),
            ("another connector", &regions, "connector = \"d\"", "https://d.example", true),
            (
                "a setting",
                &template,
                "connector = \"c\"\nsettings.organization = \"acme\"",
                "https://acme.app.example",
                true,
            ),
            (
                "an update moves the template",
                &template,
                "connector = \"c\"\nsettings.organization = \"acme\"",
                "https://acme.evil.example",
                false,
            ),
            ("an update changes a default", &template, "connector = \"c\"", "https://evil.app.example", false),
        ] {
            let known = known(source.clone(), "https://us.example");
            assert_eq!(known.permits(&instance(lines), &host.parse().expect(host)), expected, "{what}");
        }
    }
}
