//! `connector.toml`: the members of the descriptor, with file names in place of schemas.

use super::mistake::{Mistake, Source};
use super::settings::{self, Setting};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The file, with the positions of values that are checked beyond their type.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
pub(super) struct Connector {
    id: Spanned<String>,
    name: String,
    description: Option<String>,
    base_url: Spanned<BaseUrl>,
    auth: Vec<Spanned<Auth>>,
    #[serde(default)]
    settings: BTreeMap<String, Spanned<Setting>>,
    app: Option<AppLimits>,
    pub(super) resource_types: Vec<ResourceType>,
    #[serde(default)]
    pub(super) transforms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct BaseUrl {
    #[serde(default)]
    regions: BTreeMap<String, String>,
    default_region: Option<String>,
    template: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "kind")]
#[expect(dead_code, reason = "read for their types only")]
enum Auth {
    Bearer {
        #[serde(default)]
        legacy: bool,
    },
    Header {
        header: String,
        scheme: Option<String>,
        #[serde(default)]
        legacy: bool,
    },
    Basic {
        #[serde(default)]
        legacy: bool,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "read for their types only")]
struct AppLimits {
    concurrency: Option<std::num::NonZeroU32>,
    max_sends: Option<std::num::NonZeroU32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
pub(super) struct ResourceType {
    pub(super) name: Spanned<String>,
    endpoint: Spanned<String>,
    description: Option<String>,
    pub(super) schema: Spanned<String>,
    #[serde(default)]
    pub(super) extensions: Vec<Extension>,
    #[serde(default)]
    pub(super) filters: BTreeMap<Spanned<String>, Vec<Operator>>,
    paging: Paging,
    #[serde(default)]
    pub(super) incremental: Vec<Spanned<String>>,
    deactivation: Option<Deactivation>,
    memberships: Option<Memberships>,
    #[serde(default)]
    immutable: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
pub(super) struct Extension {
    pub(super) schema: Spanned<String>,
    required: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "read for their types only")]
struct Paging {
    kind: PagingKind,
    max_page_size: std::num::NonZeroU32,
}

macro_rules! words {
    ($($name:ident { $($word:ident),* })*) => { $(
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum $name { $($word),* }
    )* };
}

words! {
    PagingKind { Page, Index, Cursor }
    Operator { Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le, Pr }
    Deactivation { Disables, Removes }
    Memberships { Many, OneGroupPerUser }
}

impl Connector {
    pub(super) fn check(&self, source: &Source) -> Result<(), Mistake> {
        let wrong = |at: usize, what: String| Err(source.at(at, what));
        if !is_kebab(self.id.get_ref()) {
            return wrong(self.id.span().start, "`id` must consist of lower case letters, digits and `-`".to_owned());
        }
        if self.auth.is_empty() {
            return wrong(0, "`auth` must list at least one kind of credential".to_owned());
        }
        if let Err(what) = self.base_url.get_ref().check(&self.settings) {
            return wrong(self.base_url.span().start, what);
        }
        for (name, setting) in &self.settings {
            if !is_kebab(name) {
                return wrong(
                    setting.span().start,
                    format!("setting `{name}`: the name must consist of lower case letters, digits and `-`"),
                );
            }
            if let Err(what) = setting.get_ref().check(&self.settings) {
                return wrong(setting.span().start, format!("setting `{name}`: {what}"));
            }
        }
        for (at, resource_type) in self.resource_types.iter().enumerate() {
            let name = &resource_type.name;
            if self.resource_types.iter().take(at).any(|other| other.name.get_ref() == name.get_ref()) {
                return wrong(name.span().start, format!("duplicate resource type `{}`", name.get_ref()));
            }
            if !resource_type.endpoint.get_ref().starts_with('/') {
                return wrong(resource_type.endpoint.span().start, "`endpoint` must start with `/`".to_owned());
            }
        }
        Ok(())
    }
}

impl BaseUrl {
    fn check(&self, settings: &BTreeMap<String, Spanned<Setting>>) -> Result<(), String> {
        let urls = self.regions.values().chain(&self.template);
        if let Some(url) = urls.into_iter().find(|url| !url.starts_with("https://") || url.ends_with('/')) {
            return Err(format!("`{url}` must start with `https://` and must not end with `/`"));
        }
        match (&self.default_region, &self.template) {
            (Some(_), Some(_)) => Err("`base-url` can have regions or a template, not both".to_owned()),
            (Some(region), None) if !self.regions.contains_key(region) => {
                let known: Vec<&str> = self.regions.keys().map(String::as_str).collect();
                Err(format!("unknown default region `{region}`; known regions are {}", known.join(", ")))
            }
            (None, None) if !self.regions.is_empty() => Err("`default-region` is missing".to_owned()),
            (None, Some(template)) => settings::check_template(template, settings),
            _ => Ok(()),
        }
    }
}

fn is_kebab(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}
