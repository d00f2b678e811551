//! `POST /Bulk` (RFC 7644 §3.7).
//!
//! Each operation goes the way that it would go alone, with its own row in the provisioning log, also where it is refused before it
//! begins (a bad path, an unknown `bulkId`). They are done in the request's order, except that what one refers to by a `bulkId` is
//! created before it. Where references go round in a circle, a resource is created without those that cannot be there yet, which a
//! PATCH adds when they are.

use super::answer::Answer;
use super::instance::Instance;
use super::journal::{Refused, refused};
use super::outcome::Outcome;
use super::rail::Rail;
use super::refusal::Refusal;
use super::request::{Caller, Operation, ProjectionText};
use super::{id, one};
use crate::clients::Leniency;
use crate::egress::AppCall;
use scim_protocol::bulk::{self, BulkCall, BulkMethod, BulkOperation, BulkRequest, BulkResult, Next, Plan, references};
use scim_protocol::{ComparisonBudget, Conditions, Error, MAX_COMPARISONS, urn};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What all operations together may cost in comparisons: as much as a few requests, whatever their number.
const COMPARISONS: u64 = 4 * MAX_COMPARISONS;

/// Carries the operations out and answers a BulkResponse.
pub(super) async fn bulk(instance: &Instance, body: Value, caller: &Caller) -> Outcome {
    let caller = &Caller { comparisons: Arc::new(ComparisonBudget::new(COMPARISONS)), ..caller.clone() };
    let request = match BulkRequest::parse(body, caller.limits.bulk_operations) {
        Ok(request) => request,
        Err(error) => {
            refused(&instance.store, &Refused { operation: "bulk", ..Refused::by(instance, caller) }, &error);
            return Outcome::untouched(Err(error.into()));
        }
    };
    let operations = request.operations.len();
    let mut run = Run {
        instance,
        caller,
        operations: &request.operations,
        ids: HashMap::new(),
        results: (0..operations).map(|_| None).collect(),
        later: Vec::new(),
        sends: Vec::new(),
        ignored: Vec::new(),
        leniencies: Vec::new(),
        rails: Vec::new(),
        refusals: 0,
    };
    run.all(request.fail_on_errors).await;
    let results = std::mem::take(&mut run.results);
    let answered = request.operations.iter().zip(results).filter_map(|(each, done)| Some(each.answered(done?)));
    let answer = Answer::found(bulk::response(&answered.collect::<Vec<_>>()));
    let Run { sends, ignored, leniencies, rails, .. } = run;
    Outcome { sends, ignored, leniencies, rails, ..Outcome::untouched(Ok(answer)) }
}

struct Run<'a> {
    instance: &'a Instance,
    caller: &'a Caller,
    operations: &'a [BulkOperation],
    /// By `bulkId`, the id of what was created.
    ids: HashMap<&'a str, String>,
    /// What came of each operation; nothing of those that were not tried.
    results: Vec<Option<BulkResult>>,
    /// References of created resources that are still to be added.
    later: Vec<Later>,
    sends: Vec<AppCall>,
    ignored: Vec<String>,
    /// Of all operations, each once.
    leniencies: Vec<Leniency>,
    /// One for each operation that a guard rail refused.
    rails: Vec<Rail>,
    /// How many operations were refused before they began.
    refusals: i64,
}

/// What a resource was created without.
struct Later {
    index: usize,
    endpoint: String,
    id: String,
    operations: Vec<Value>,
}

impl<'a> Run<'a> {
    async fn all(&mut self, fail_on_errors: Option<u64>) {
        let mut plan = Plan::new(self.operations);
        while let Some(next) = plan.next() {
            let (Next::Run(index) | Next::Break(index) | Next::Refuse(index)) = next;
            plan.done(index);
            let Some(operation) = self.operations.get(index) else { continue };
            let done = match (&operation.call, next) {
                (Err(error), _) => self.refused(operation, None, error, None),
                (Ok(_), Next::Refuse(_)) => {
                    let detail = "circular bulkIds are supported only between POSTs";
                    self.refused(operation, None, &Error::conflict(detail), None)
                }
                (Ok(call), next) => self.one(index, operation, call, matches!(next, Next::Break(_))).await,
            };
            self.note(index, done);
            let errors = self.results.iter().flatten().filter(|result| result.status >= 400).count() as u64;
            if fail_on_errors.is_some_and(|most| errors >= most) {
                break;
            }
        }
        self.add_later().await;
    }

    async fn one(&mut self, index: usize, operation: &'a BulkOperation, call: &BulkCall, breaks: bool) -> BulkResult {
        let mut data = call.data.clone();
        let split = if breaks { references::split(&mut data, &self.unknown(call)) } else { Vec::new() };
        let resolved = match self.resolved(call, &split).and_then(|path| self.corrected(&path)) {
            Ok(path) => path,
            Err(error) => return self.refused(operation, None, &error, None),
        };
        references::resolve(&mut data, &|name| self.ids.get(name).cloned());
        let location = |id: &str| self.location(&resolved, id);
        let target = match target(call.method, &resolved, data) {
            Ok(target) => target,
            Err(error) => return self.refused(operation, None, &error, None),
        };
        let known = target.id().map(location);
        let conditions = match Conditions::parse(call.version.as_deref(), None) {
            Ok(conditions) => conditions,
            Err(error) => return self.refused(operation, Some(&target), &error, known),
        };
        let (result, id) = self.handle(target, conditions).await;
        match result {
            Ok(answer) => {
                if let (Some(name), Some(id)) = (operation.created_name(), id) {
                    if !split.is_empty() {
                        let (endpoint, id) = (resolved, id.clone());
                        self.later.push(Later { index, endpoint, id, operations: split });
                    }
                    self.ids.insert(name, id);
                }
                let Answer { status, location, version, .. } = answer;
                let version = version.map(|version| version.to_string());
                BulkResult { status, location: location.or(known), version, response: None }
            }
            Err(Refusal { error, .. }) => failed(&error, known),
        }
    }

    /// The names in a call of what is not created yet.
    fn unknown(&self, call: &BulkCall) -> HashSet<String> {
        references::of(call).into_iter().filter(|name| !self.ids.contains_key(name.as_str())).collect()
    }

    /// The path, if all that the operation refers to is there, but for what is added later.
    fn resolved(&self, call: &BulkCall, split: &[Value]) -> Result<String, Error> {
        let later: HashSet<String> = split
            .iter()
            .flat_map(|value| {
                let (method, path) = (BulkMethod::Patch, String::new());
                references::of(&BulkCall { method, path, data: value.clone(), version: None })
            })
            .collect();
        for name in self.unknown(call) {
            let is_created_here = self.operations.iter().any(|each| each.bulk_id.as_deref() == Some(name.as_str()));
            match later.contains(&name) {
                true => {}
                false if is_created_here => {
                    return Err(Error::conflict(format!("it refers to bulkId:{name}, which was not created")));
                }
                false => {
                    return Err(Error::invalid_value(format!(
                        "it refers to bulkId:{name}, and no POST of this request has that bulkId"
                    )));
                }
            }
        }
        Ok(references::resolved_path(&call.path, &|name| self.ids.get(name).map(|id| id::encoded(id))))
    }

    /// The path as the client's profile reads it.
    fn corrected(&mut self, path: &str) -> Result<String, Error> {
        let (path, leniency) = self.caller.profile.path(path, self.instance.endpoints())?;
        self.leniencies.extend(leniency);
        Ok(path.into_owned())
    }

    /// Adds the references that had to wait. A resource whose references cannot be added is there, and its operation has failed.
    async fn add_later(&mut self) {
        for Later { index, endpoint, id, operations } in std::mem::take(&mut self.later) {
            let mut body = json!({ "schemas": [urn::PATCH_OP], "Operations": operations });
            references::resolve(&mut body, &|name| self.ids.get(name).cloned());
            let location = Some(self.location(&endpoint, &id));
            let call = BulkCall { method: BulkMethod::Patch, path: String::new(), data: body.clone(), version: None };
            if let Some(name) = self.unknown(&call).into_iter().next() {
                let detail = format!("it was created without its reference to bulkId:{name}, which was not created");
                self.note(index, failed(&Error::conflict(detail), location));
                continue;
            }
            let patch = Operation::Patch { endpoint, id, body };
            match self.handle(patch, Conditions::default()).await.0 {
                Err(Refusal { mut error, .. }) => {
                    error.detail = format!("it was created, but its references could not be added: {}", error.detail);
                    self.note(index, failed(&error, location));
                }
                // The version of what was created is not its version any more.
                Ok(answer) => {
                    if let Some(Some(done)) = self.results.get_mut(index) {
                        done.version = answer.version.map(|version| version.to_string());
                    }
                }
            }
        }
    }

    /// What came of an operation, and the id of its resource. What the operator is told of it is told of the whole.
    async fn handle(
        &mut self,
        operation: Operation,
        conditions: Conditions,
    ) -> (Result<Answer, Refusal>, Option<String>) {
        let caller = Caller { conditions, projection: ProjectionText::default(), ..self.caller.clone() };
        let Outcome { result, id, matching: _, sends, ignored, leniencies, rails } =
            one::handle(self.instance, operation, &caller).await;
        self.sends.extend(sends);
        self.ignored.extend(ignored);
        self.leniencies.extend(leniencies);
        self.leniencies.sort_unstable();
        self.leniencies.dedup();
        self.rails.extend(rails);
        (result, id)
    }

    /// The result of an operation that does not begin; `target` is what it would have been, where that is known.
    fn refused(
        &mut self,
        operation: &BulkOperation,
        target: Option<&Operation>,
        error: &Error,
        location: Option<String>,
    ) -> BulkResult {
        let kind = target.and_then(Operation::endpoint).and_then(|endpoint| self.instance.kind(endpoint));
        let row = Refused {
            operation: target.map_or(operation.method.as_str(), |target| target.name()),
            resource_type: kind.map(|kind| kind.scim.name.as_str()),
            id: target.and_then(Operation::id),
            number: self.refusals,
            ..Refused::by(self.instance, self.caller)
        };
        refused(&self.instance.store, &row, error);
        self.refusals += 1;
        failed(error, location)
    }

    fn note(&mut self, index: usize, result: BulkResult) {
        if let Some(place) = self.results.get_mut(index) {
            *place = Some(result);
        }
    }

    fn location(&self, path: &str, id: &str) -> String {
        let endpoint = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        id::location(&self.caller.base, &format!("/{endpoint}"), id)
    }
}

/// The operation on its own.
fn target(method: BulkMethod, path: &str, body: Value) -> Result<Operation, Error> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (method, segments.as_slice()) {
        (BulkMethod::Post, [kind]) => Ok(Operation::Create { endpoint: format!("/{kind}"), body }),
        (BulkMethod::Put | BulkMethod::Patch | BulkMethod::Delete, [kind, id]) => {
            let (endpoint, id) = (format!("/{kind}"), id::parse(id)?);
            Ok(match method {
                BulkMethod::Put => Operation::Replace { endpoint, id, body },
                BulkMethod::Patch => Operation::Patch { endpoint, id, body },
                _ => Operation::Delete { endpoint, id },
            })
        }
        _ => Err(Error::invalid_syntax(
            "'path' must be an endpoint such as /Users for POST, and a resource such as /Users/42 for PUT, PATCH and DELETE",
        )),
    }
}

fn failed(error: &Error, location: Option<String>) -> BulkResult {
    BulkResult { status: error.status.into(), location, version: None, response: Some(error.to_json()) }
}
