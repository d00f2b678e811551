//! What every operation on a resource type works with: the open connector, the mapping, the store, the projection.

use super::Outcome;
use super::answer::{Answer, Failure};
use super::app::App;
use super::connected::Connected;
use super::guard_rails::Reservation;
use super::instance::{Instance, Kind};
use super::membership;
use super::request::{Caller, Operation};
use super::version;
use crate::clients::{Leniency, Profile, Reading};
use crate::connectors::{Document, Query, Stored};
use crate::mapping::{AppChange, Kept};
use crate::store::{KeptValue, ResourceKey, Write};
use scim_protocol::projection::Projection;
use scim_protocol::{Conditions, EntityTag, Error, Object, check};
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::sync::OwnedMutexGuard;

/// RFC 3986 unreserved characters stay as they are in an id.
pub(super) const SEGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One operation under way.
pub(super) struct Work<'a> {
    pub(super) instance: &'a Instance,
    pub(super) kind: &'a Kind,
    pub(super) profile: &'static Profile,
    pub(super) projection: Projection,
    pub(super) app: App<'a>,
    /// Attributes that were sent and are not known here.
    pub(super) ignored: Vec<String>,
    leniencies: Vec<Leniency>,
    /// Its place among the users who may be deactivated.
    pub(super) reserved: Option<Reservation>,
    /// The resource it turned out to be about.
    pub(super) id: Option<String>,
    /// That resource's matching attribute and what it holds, once it is known.
    matching: Option<(String, String)>,
    /// On which versions of the resource the client wants it.
    conditions: &'a Conditions,
    base: &'a str,
    attributes_asked_for: bool,
}

/// A resource as the app and the store hold it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Current {
    pub(super) id: String,
    pub(super) resource: Object,
    /// The app's word for this state, if it has one.
    pub(super) version: Option<String>,
    /// Whether all of it is here, just as a reader would get it; only then has it a version.
    pub(super) is_whole: bool,
}

impl<'a> Work<'a> {
    /// Finds the resource type and opens the connector.
    pub(super) async fn begin(
        instance: &'a Instance,
        endpoint: &str,
        id: Option<&str>,
        caller: &'a Caller,
    ) -> Result<Self, Failure> {
        let kind = instance.kind(endpoint).ok_or_else(|| {
            let known: Vec<&str> = instance.kinds().iter().map(|kind| kind.scim.endpoint.as_str()).collect();
            Error::not_found(format!("there is no resource type at {endpoint}; known are {}", known.join(" and ")))
        })?;
        let text = &caller.projection;
        let projection =
            Projection::parse(&kind.scim, text.attributes.as_deref(), text.excluded_attributes.as_deref())?;
        let app =
            App::new(instance.open(&caller.correlation_id, caller.purpose, caller.trace.clone()).await?, instance);
        Ok(Self {
            instance,
            kind,
            profile: caller.profile,
            projection,
            app,
            ignored: Vec::new(),
            leniencies: Vec::new(),
            reserved: None,
            id: id.map(str::to_owned),
            matching: None,
            conditions: &caller.conditions,
            base: &caller.base,
            attributes_asked_for: text.attributes.is_some() || text.excluded_attributes.is_some(),
        })
    }

    /// Ends the operation.
    pub(super) fn finish(self, result: Result<Answer, Failure>) -> Outcome {
        Outcome {
            rails: result.as_ref().err().and_then(|failure| failure.rail).into_iter().collect(),
            result,
            id: self.id,
            matching: self.matching,
            sends: self.app.call.sends().to_vec(),
            ignored: self.ignored,
            leniencies: self.leniencies,
        }
    }

    /// From here on the request is exact SCIM: what the client's profile allows is put right, the rest refused.
    pub(super) fn understand(&mut self, operation: &mut Operation) -> Result<(), Error> {
        let mut reading = Reading::new(self.profile, &self.kind.scim);
        let understood = match operation {
            Operation::Create { body, .. } | Operation::Replace { body, .. } => reading.resource(body),
            Operation::Patch { body, .. } => reading.patch(body),
            Operation::Search { query, .. } => query.filter.as_mut().map_or(Ok(()), |filter| reading.filter(filter)),
            _ => Ok(()),
        };
        (self.leniencies, self.ignored) = reading.end();
        understood
    }

    /// Waits for the turn to change a resource.
    pub(super) async fn turn(&self, id: &str) -> OwnedMutexGuard<()> {
        self.instance.turns.turn(&self.key(id)).await
    }

    pub(super) fn key(&self, id: &str) -> ResourceKey {
        self.instance.key(self.kind, id)
    }

    /// The body of a POST or PUT as a resource: names canonical, read-only attributes left
    /// out, everything of the right type.
    pub(super) fn accept(&mut self, body: Value, direction: check::Direction) -> Result<Object, Failure> {
        let Value::Object(body) = body else {
            return Err(
                Error::invalid_syntax(format!("the body must be a JSON object: a {}", self.kind.scim.name)).into()
            );
        };
        let normalized = self.kind.scim.normalize(body);
        self.ignored.extend(normalized.ignored);
        let mut resource = normalized.resource;
        check::strip_read_only(&self.kind.scim, &mut resource);
        check::check(&self.kind.scim, &resource, direction)?;
        self.recognise(&resource);
        Ok(resource)
    }

    /// Reads a resource from the app; `omit` names app fields that are not needed.
    pub(super) async fn read(&mut self, id: &str, omit: &[String]) -> Result<Stored, Failure> {
        self.app.read(self.kind, id, omit).await
    }

    /// How many resources of the type the app has, if it says so.
    pub(super) async fn total(&mut self) -> Result<Option<u64>, Failure> {
        let query = Query { comparisons: Vec::new(), offset: 0, limit: 1, cursor: None, omit: self.omitted() };
        Ok(self.app.search(self.kind, query).await?.total)
    }

    /// Sends a change to the app. Where there is nothing to send, the resource is read: a change of what only the gateway
    /// keeps is no success when the app knows no such resource.
    pub(super) async fn send(&mut self, id: &str, change: &AppChange) -> Result<Stored, Failure> {
        if change.is_empty() {
            let omit = self.omitted();
            return self.read(id, &omit).await;
        }
        self.app.update(self.kind, id, change).await
    }

    /// The SCIM resource of what the app answered; asks the app again where its answer did not supply the document.
    pub(super) async fn resolve(&mut self, stored: Stored, omit: &[String]) -> Result<Current, Failure> {
        let kept = self.kept(&stored.id).await?;
        self.resolve_with(stored, &kept, omit).await
    }

    /// As [`Self::resolve`], where what is kept is already at hand.
    pub(super) async fn resolve_with(
        &mut self,
        stored: Stored,
        kept: &[Kept],
        omit: &[String],
    ) -> Result<Current, Failure> {
        let (document, version) = match stored.document {
            Some(document) => (document, stored.version),
            None => {
                let again = self.read(&stored.id, omit).await?;
                (again.document.unwrap_or_default(), again.version)
            }
        };
        let mut resource = self.mapped(&document, kept).await?;
        membership::show(self, &stored.id, &mut resource, omit).await?;
        if self.id.as_ref() == Some(&stored.id) {
            self.recognise(&resource);
        }
        Ok(Current { id: stored.id, resource, version, is_whole: omit.is_empty() })
    }

    pub(super) async fn mapped(&mut self, document: &Document, kept: &[Kept]) -> Result<Object, Failure> {
        Ok(self.kind.mapping.to_scim(document, kept, &mut Connected(&mut self.app.call)).await?)
    }

    async fn kept(&self, id: &str) -> Result<Vec<Kept>, Failure> {
        if self.kind.mapping.kept_slots().next().is_none() {
            return Ok(Vec::new());
        }
        Ok(self.instance.store.kept(&self.key(id)).await?.into_iter().map(kept_in_mapping).collect())
    }

    /// What is kept of a page of resources, by id.
    pub(super) async fn kept_of_page(&self, page: &[Stored]) -> Result<HashMap<String, Vec<Kept>>, Failure> {
        if self.kind.mapping.kept_slots().next().is_none() {
            return Ok(HashMap::new());
        }
        let ids: Vec<&str> = page.iter().map(|stored| stored.id.as_str()).collect();
        let (instance, kind) = (&self.instance.name, &self.kind.scim.name);
        let rows = self.instance.store.kept_of_many(instance, kind, &ids).await?;
        Ok(rows.into_iter().map(|(id, kept)| (id, kept.into_iter().map(kept_in_mapping).collect())).collect())
    }

    /// App fields that the client does not want to see and that cost the app something.
    pub(super) fn omitted(&self) -> Vec<String> {
        self.kind.mapping.omit(|slot| self.projection.wants(&slot.path))
    }

    /// Notes by which attribute the operation's resource is recognised, for the provisioning log.
    pub(super) fn recognise(&mut self, resource: &Object) {
        let slot = self.kind.mapping.match_slots().into_iter().find(|slot| slot.get(resource).is_some());
        self.matching = slot.and_then(|slot| Some((slot.to_string(), slot.get(resource)?.as_str()?.to_owned())));
    }

    /// 200 with the resource.
    pub(super) fn shown(&self, current: Current) -> Answer {
        let version = self.version(&current);
        let whole = self.whole_of(version.as_ref(), current);
        Answer { version, ..Answer::ok(Value::Object(self.projection.apply(&self.kind.scim, whole))) }
    }

    /// 201 with the resource.
    pub(super) fn created(&self, current: Current) -> Answer {
        let location = Some(self.location(&current.id));
        Answer { status: 201, location, ..self.shown(current) }
    }

    /// What the client asked for of a resource.
    pub(super) fn present(&self, current: Current) -> Object {
        let whole = self.whole(current);
        self.projection.apply(&self.kind.scim, whole)
    }

    /// The version of a resource: the app's, where the app knows all of it, otherwise one that is computed.
    fn version(&self, current: &Current) -> Option<EntityTag> {
        let is_the_apps = self.kind.mapping.kept_slots().next().is_none() && self.instance.standing.is_none();
        match &current.version {
            _ if !current.is_whole => None,
            Some(version) if is_the_apps => Some(version::of_app(version)),
            _ => Some(version::computed(&current.resource)),
        }
    }

    /// Whether the client makes its request depend on a version.
    pub(super) fn is_conditional(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Refuses a change of a resource that is not of a version that the client means; the caller has its turn.
    pub(super) fn allow_change(&self, current: &Current) -> Result<(), Failure> {
        match self.version(current) {
            Some(version) => Ok(self.conditions.allow_change(&version)?),
            None => Ok(()),
        }
    }

    /// As [`Self::allow_change`], for an operation that need not know the resource: it is read only where the client names a
    /// version, and then answered.
    pub(super) async fn allow_unseen_change(&mut self, id: &str) -> Result<Option<Stored>, Failure> {
        if !self.is_conditional() {
            return Ok(None);
        }
        let stored = self.read(id, &[]).await?;
        let current = self.resolve(stored.clone(), &[]).await?;
        self.allow_change(&current)?;
        Ok(Some(stored))
    }

    /// Whether a reader has the resource already as it is.
    pub(super) fn is_known_to_client(&self, version: &EntityTag) -> Result<bool, Failure> {
        Ok(self.conditions.is_known(version)?)
    }

    /// A resource with `schemas`, `id` and `meta`.
    pub(super) fn whole(&self, current: Current) -> Object {
        let version = self.version(&current);
        self.whole_of(version.as_ref(), current)
    }

    fn whole_of(&self, version: Option<&EntityTag>, current: Current) -> Object {
        let Current { id, resource, .. } = current;
        let scim = &self.kind.scim;
        let mut shown = Object::new();
        let extensions = scim.extensions.iter().map(|extension| extension.schema.id.as_str());
        let schemas: Vec<&str> = std::iter::once(scim.schema.id.as_str())
            .chain(extensions.filter(|urn| resource.contains_key(*urn)))
            .collect();
        shown.insert("schemas".to_owned(), json!(schemas));
        let location = self.location(&id);
        shown.insert("id".to_owned(), Value::String(id));
        let mut meta = Object::new();
        meta.insert("resourceType".to_owned(), Value::String(scim.name.clone()));
        meta.insert("location".to_owned(), Value::String(location));
        if let Some(version) = version {
            meta.insert("version".to_owned(), Value::String(version.to_string()));
        }
        for (name, value) in resource {
            match (name.as_str(), value) {
                ("meta", Value::Object(known)) => {
                    for (name, value) in known {
                        meta.entry(name).or_insert(value);
                    }
                }
                ("id" | "schemas", _) => {}
                (_, value) => drop(shown.insert(name, value)),
            }
        }
        shown.insert("meta".to_owned(), Value::Object(meta));
        shown
    }

    /// The resource's address.
    pub(super) fn location(&self, id: &str) -> String {
        let id = percent_encoding::utf8_percent_encode(id, SEGMENT);
        format!("{}{}/{id}", self.base, self.kind.scim.endpoint)
    }

    /// Whether the client is better served by 204 than by the resource.
    pub(super) fn answers_patch_without_body(&self) -> bool {
        !self.attributes_asked_for && self.profile.group_patch_without_body && self.kind.scim.name == "Group"
    }

    /// Whether the client said which attributes it wants, and so must get the resource (RFC 7644 §3.5.2).
    pub(super) const fn must_show_resource(&self) -> bool {
        self.attributes_asked_for
    }

    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<(), Failure> {
        Ok(self.instance.store.commit(writes).await?)
    }
}

fn kept_in_mapping(row: KeptValue) -> Kept {
    Kept { slot: row.slot, value: row.value, app: row.app }
}
