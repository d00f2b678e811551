//! From an operation as the client wrote it to one that is exact SCIM. No I/O.
//!
//! What the client's profile allows is corrected, the rest refused; names become canonical; what the schema does not allow is refused.

use super::context::Context;
use super::inactive::{deactivates, says_inactive};
use super::kind::ACTIVE;
use super::refusal::Refusal;
use super::request::{Operation, SearchText};
use crate::clients::{Leniency, Reading};
use scim_protocol::check::{self, Direction};
use scim_protocol::patch::{self, Edits, PatchRequest};
use scim_protocol::{Error, Object};
use serde_json::Value;

/// An operation on resources of one type, as the gateway carries it out.
#[derive(Debug)]
pub(super) enum Understood {
    Read(String),
    Search(SearchText),
    Change(Change),
}

/// A change of one resource.
#[derive(Debug)]
pub(super) enum Change {
    /// POST: the new resource.
    Create(Object),
    /// PUT: the id, and the resource as it is to be.
    Replace(String, Object),
    /// PATCH: the id, and what is different.
    Patch(String, Edits),
    /// DELETE: the id.
    Delete(String),
}

/// What there is to say about how a request was understood.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Attributes that were sent and are not known here, or that no rule of the mapping takes.
    pub(super) ignored: Vec<String>,
    /// What the client's profile had to correct.
    pub(super) leniencies: Vec<Leniency>,
}

impl Change {
    /// Whether it would leave the resource inactive.
    fn deactivates(&self) -> bool {
        match self {
            Self::Create(resource) | Self::Replace(_, resource) => says_inactive(resource),
            Self::Patch(_, edits) => deactivates(edits),
            Self::Delete(_) => false,
        }
    }

    /// What the request says of the resource, where it says all of it.
    pub(super) const fn resource(&self) -> Option<&Object> {
        match self {
            Self::Create(resource) | Self::Replace(_, resource) => Some(resource),
            Self::Patch(..) | Self::Delete(_) => None,
        }
    }
}

/// Reads an operation on resources of the context's type.
pub(super) fn understand(context: &Context<'_>, mut operation: Operation) -> (Result<Understood, Refusal>, Report) {
    let mut reading = Reading::new(context.profile(), &context.kind.scim);
    let corrected = match &mut operation {
        Operation::Create { body, .. } | Operation::Replace { body, .. } => reading.resource(body),
        Operation::Patch { body, .. } => reading.patch(body),
        Operation::Search { query, .. } => query.filter.as_mut().map_or(Ok(()), |filter| reading.filter(filter)),
        _ => Ok(()),
    };
    let (leniencies, ignored) = reading.end();
    let mut report = Report { ignored, leniencies };
    let understood = corrected.and_then(|()| read(context, operation, &mut report));
    let understood = understood.and_then(|understood| taken(context, understood, &mut report.ignored));
    (understood.map_err(Refusal::from), report)
}

fn read(context: &Context<'_>, operation: Operation, report: &mut Report) -> Result<Understood, Error> {
    Ok(match operation {
        Operation::Create { body, .. } => {
            Understood::Change(Change::Create(resource(context, body, Direction::Create, &mut report.ignored)?))
        }
        Operation::Replace { id, body, .. } => {
            let resource = resource(context, body, Direction::Replace, &mut report.ignored)?;
            let keeps_lists = context.profile().allows(Leniency::OmittedMembers);
            if keeps_lists && context.kind.incremental().any(|attribute| !resource.contains_key(attribute)) {
                report.leniencies.push(Leniency::OmittedMembers);
            }
            Understood::Change(Change::Replace(id, resource))
        }
        Operation::Patch { id, body, .. } => {
            let operations = PatchRequest::parse(body)?;
            let mut edits = patch::edits(&context.kind.scim, &operations, context.profile().patch())?;
            report.ignored.append(&mut edits.ignored);
            Understood::Change(Change::Patch(id, edits))
        }
        Operation::Delete { id, .. } => Understood::Change(Change::Delete(id)),
        Operation::Read { id, .. } => Understood::Read(id),
        Operation::Search { query, .. } => Understood::Search(query),
        Operation::SearchAll { .. }
        | Operation::Bulk { .. }
        | Operation::ServiceProviderConfig
        | Operation::ResourceTypes(_)
        | Operation::Schemas(_) => return Err(Error::internal("this operation is not about one resource type")),
    })
}

/// Names what no rule of the mapping takes. Who deactivates somebody in vain must be told: the account would live on.
fn taken(context: &Context<'_>, understood: Understood, ignored: &mut Vec<String>) -> Result<Understood, Error> {
    let Understood::Change(change) = &understood else { return Ok(understood) };
    let kind = context.kind;
    if !kind.takes_active() && change.deactivates() {
        let name = &kind.scim.name;
        return Err(Error::invalid_value(format!(
            "this instance cannot deactivate a {name}: its mapping has no rule that writes `active` to the app; delete the {name}, or ask \
             the operator of the gateway to add the rule"
        )));
    }
    let untaken = match change {
        Change::Create(resource) => kind.mapping.untaken_of_new(resource),
        Change::Replace(_, resource) => kind.mapping.untaken_of_put(resource),
        Change::Patch(_, edits) => kind.mapping.untaken_of_edits(edits),
        Change::Delete(_) => Vec::new(),
    };
    for name in untaken.into_iter().filter(|name| !(name == ACTIVE && kind.removes())) {
        if !ignored.contains(&name) {
            ignored.push(name);
        }
    }
    Ok(understood)
}

/// The body of a POST or PUT as a resource: names canonical, read-only attributes left out, everything of the right type.
fn resource(
    context: &Context<'_>,
    body: Value,
    direction: Direction,
    ignored: &mut Vec<String>,
) -> Result<Object, Error> {
    let scim = &context.kind.scim;
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax(format!("the body must be a JSON object: a {}", scim.name)));
    };
    let normalized = scim.normalize(body)?;
    ignored.extend(normalized.ignored);
    let mut resource = normalized.resource;
    check::strip_read_only(scim, &mut resource);
    check::check(scim, &resource, direction)?;
    Ok(resource)
}
