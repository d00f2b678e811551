//! A client for apps that speak SCIM 2.0 themselves. A connector for such an app delegates to [`ScimApp`] and adds only what is
//! peculiar to the app.
//!
//! The mapping's field paths are the app's own SCIM paths, so a [`crate::Change`] translates directly to PATCH operations
//! (RFC 7644 §3.5.2), and the app's errors (RFC 7644 §3.12) translate directly to faults.

mod answers;
mod filter;
mod references;
mod unknown;

use crate::{App, Call, Change, Fault, Object, Page, Query, Stored, Value, json, segment};

const MEDIA_TYPE: &str = "application/scim+json";

/// One resource type of an app's SCIM API.
#[derive(Clone, Copy, Debug)]
pub struct ScimApp<'h> {
    app: App<'h>,
    endpoint: &'static str,
    schema: &'static str,
    references: Option<&'static str>,
}

impl<'h> ScimApp<'h> {
    /// The resource type at an endpoint below the base URL, such as `/Users`, with its main schema's URN.
    #[must_use]
    pub fn new(app: App<'h>, endpoint: &'static str, schema: &'static str) -> Self {
        Self { app, endpoint, schema, references: None }
    }

    /// The core User of RFC 7643 §4.1 at `/Users`.
    #[must_use]
    pub fn users(app: App<'h>) -> Self {
        Self::new(app, "/Users", "urn:ietf:params:scim:schemas:core:2.0:User")
    }

    /// The core Group of RFC 7643 §4.2 at `/Groups`, whose `members` are users.
    #[must_use]
    pub fn groups(app: App<'h>) -> Self {
        Self::new(app, "/Groups", "urn:ietf:params:scim:schemas:core:2.0:Group").referring("members")
    }

    /// Declares a field that contains ids of users. If a write is refused, users unknown to the app are omitted and reported in
    /// [`Stored::unresolved`]: as the field's path, or as `members[value eq "id"]` in a multi-valued field.
    #[must_use]
    pub fn referring(self, field: &'static str) -> Self {
        Self { references: Some(field), ..self }
    }

    /// Lists one resource, which every SCIM API supports, unlike `ServiceProviderConfig`.
    ///
    /// # Errors
    /// If the app rejects the credential or does not return a list.
    pub fn check(self) -> Result<(), Fault> {
        let answer =
            Self::accepting(self.app.get(self.endpoint)).query("startIndex", "1").query("count", "1").send()?;
        answers::list(&answer).map(|_| ())
    }

    /// POST. Sets `schemas` to the main schema and the URN of each extension in the document.
    ///
    /// # Errors
    /// The app's error as a fault; 409 is always `uniqueness`.
    pub fn create(self, document: Object) -> Result<Stored, Fault> {
        let send = |document: &Object| {
            let body = self.with_schemas(document.clone());
            answers::stored(&Self::sending(self.app.post(self.endpoint), &body).send()?)
        };
        references::write(self.references, document, send, |ids| unknown::unknown(self.app, ids))
    }

    /// GET, without the fields in `omit`.
    ///
    /// # Errors
    /// The app's error as a fault.
    pub fn read(self, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        answers::stored(&self.omitting(self.app.get(self.path(id)), omit).send()?)
    }

    /// PATCH with the change's operations. A 204 response gives only the id.
    ///
    /// # Errors
    /// The app's error as a fault.
    pub fn update(self, id: &str, change: &Change) -> Result<Stored, Fault> {
        let send = |change: &Change| {
            if change.is_empty() {
                return Ok(Stored::new(id));
            }
            answers::stored_or_id(&Self::sending(self.app.patch(self.path(id)), &change.scim_patch()).send()?, id)
        };
        references::write(self.references, change.clone(), send, |ids| unknown::unknown(self.app, ids))
    }

    /// PUT of the whole document, for an app without PATCH.
    ///
    /// # Errors
    /// The app's error as a fault.
    pub fn replace(self, id: &str, document: Object) -> Result<Stored, Fault> {
        let mut body = self.with_schemas(document);
        if let Value::Object(body) = &mut body {
            body.insert("id".to_owned(), json!(id));
        }
        answers::stored_or_id(&Self::sending(self.app.put(self.path(id)), &body).send()?, id)
    }

    /// DELETE.
    ///
    /// # Errors
    /// The app's error as a fault; 404 if it has no such resource.
    pub fn delete(self, id: &str) -> Result<(), Fault> {
        let answer = Self::accepting(self.app.delete(self.path(id))).send()?;
        if answer.is_success() { Ok(()) } else { Err(answers::fault(&answer)) }
    }

    /// GET with `filter`, `startIndex` and `count`; the descriptor's paging must be `index`.
    ///
    /// # Errors
    /// The app's error as a fault; 502 if the response is not a list.
    pub fn search(self, query: &Query) -> Result<Page, Fault> {
        let mut call = self.omitting(self.app.get(self.endpoint), &query.omit);
        if !query.comparisons.is_empty() {
            call = call.query("filter", filter::text(&query.comparisons));
        }
        call = call.query("startIndex", (query.page.offset + 1).to_string());
        call = call.query("count", query.page.limit.to_string());
        answers::list(&call.send()?)?.page(&query.page)
    }

    fn path(self, id: &str) -> String {
        format!("{}/{}", self.endpoint, segment(id))
    }

    fn accepting(call: Call<'_>) -> Call<'_> {
        call.header("accept", "application/scim+json, application/json;q=0.9")
    }

    fn sending<'c>(call: Call<'c>, body: &Value) -> Call<'c> {
        Self::accepting(call).header("content-type", MEDIA_TYPE).json(body)
    }

    fn omitting<'c>(self, call: Call<'c>, omit: &[String]) -> Call<'c> {
        let call = Self::accepting(call);
        if omit.is_empty() { call } else { call.query("excludedAttributes", omit.join(",")) }
    }

    fn with_schemas(self, mut document: Object) -> Value {
        let extensions: Vec<&str> = document.keys().map(String::as_str).filter(|key| is_urn(key)).collect();
        let schemas: Vec<&str> = std::iter::once(self.schema).chain(extensions).collect();
        let schemas = json!(schemas);
        document.insert("schemas".to_owned(), schemas);
        Value::Object(document)
    }
}

fn is_urn(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

#[cfg(test)]
mod tests;
