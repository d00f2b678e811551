//! Fields that are written and that the app's answers never show: most likely the mapping calls them by another name than the app,
//! which then ignores them and confirms the rest.

use super::app::App;
use super::instance::Instance;
use super::kind::Kind;
use super::listing::AppPages;
use super::refusal::Refusal;
use crate::connectors::Document;
use crate::egress::Purpose;
use crate::mapping::AppChange;

/// The fields to which a document that creates a resource gives a value.
pub(super) fn of_new<'k>(kind: &'k Kind, document: &'k Document) -> impl Iterator<Item = &'k str> {
    kind.mapping.read_back().filter(|rule| rule.is_given_by(document)).map(|rule| rule.field())
}

/// The fields to which a change gives a value.
pub(super) fn of_change(change: &AppChange) -> impl Iterator<Item = &str> {
    change
        .fields
        .iter()
        .filter(|(_, value)| value.as_ref().is_some_and(|value| !value.is_null()))
        .map(|(field, _)| &**field)
}

impl Instance {
    /// A sentence for each rule of the mapping whose field no resource on the app's first page has. An app whose resources cannot be listed
    /// tells nothing.
    pub async fn unshown_fields(&self) -> Vec<String> {
        let sentences = among_existing(self).await;
        sentences.unwrap_or_else(|refusal| vec![format!("its resources could not be listed: {}", refusal.error)])
    }
}

async fn among_existing(instance: &Instance) -> Result<Vec<String>, Refusal> {
    let mut app = App::new(instance, instance.open("check", Purpose::Live, None).await?);
    let mut sentences = Vec::new();
    for kind in instance.kinds() {
        let Some(page) = AppPages::all(kind, Vec::new(), Vec::new()).next(&mut app, kind).await? else { continue };
        let documents: Vec<&Document> = page.resources.iter().filter_map(|stored| stored.document.as_ref()).collect();
        if documents.is_empty() {
            continue;
        }
        let unshown = kind.mapping.read_back().filter(|rule| !documents.iter().any(|document| rule.is_in(document)));
        let (count, name) = (documents.len(), &kind.scim.name);
        sentences.extend(unshown.map(|rule| {
            format!(
                "{}: the app shows no field `{}` in any of {count} resources of type {name}; perhaps it calls it by another name",
                rule.place,
                rule.field()
            )
        }));
    }
    Ok(sentences)
}
