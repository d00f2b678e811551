//! Compiles a document's rules and checks everything that the JSON Schema cannot express. All errors are reported at once.

mod default;
mod rule;

use super::connector_facts::ConnectorFacts;
use super::default_to_check::DefaultToCheck;
use super::document::RuleDocument;
use super::error::{MappingError, MappingErrors, Problem, RuleName};
use super::locate::{Located, Position, child};
use super::nearest::hint;
use super::overlap::{Overlap, overlap};
use super::rule::Rule;
use super::shape::check_shape;
use super::transform::shortened;
use super::type_mapping::TypeMapping;
use scim_protocol::ResourceType;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The longest document, in bytes: ten times what a large app needs.
const MAX_TEXT: usize = 1 << 20;

/// The most rules of a document. Rules are compared with each other.
const MAX_RULES: usize = 1000;

/// The most errors that are reported.
const MAX_ERRORS: usize = 100;

/// Checks and compiles a document: [`crate::Mapping::parse`].
pub(super) fn parse(
    text: &str,
    source_name: &str,
    types: &[ResourceType],
    facts: &ConnectorFacts,
) -> Result<Checked, MappingErrors> {
    let syntax = |position, message: String| {
        let problem = Problem::Syntax(message);
        MappingErrors(vec![MappingError { source_name: source_name.to_owned(), position, rule: None, problem }])
    };
    if text.len() > MAX_TEXT {
        let message = format!("the document has {} bytes; a mapping may have {MAX_TEXT}", text.len());
        let (position, rule) = (Position { line: 1, column: 1 }, None);
        let error =
            MappingError { source_name: source_name.to_owned(), position, rule, problem: Problem::Limit(message) };
        return Err(MappingErrors(vec![error]));
    }
    let document: Value = serde_json::from_str(text).map_err(|error| {
        // The library repeats the position at the end of its message.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        syntax(Position { line: error.line().max(1), column: error.column().max(1) }, message)
    })?;
    let located = Located::parse(text).map_err(|(position, message)| syntax(position, message))?;
    let mut check = Check { source_name, located: &located, types, facts, errors: Vec::new(), defaults: Vec::new() };
    let types = check.document(&document);
    let Check { mut errors, defaults, .. } = check;
    if errors.is_empty() {
        return Ok(Checked { types, defaults });
    }
    errors.sort_by_key(|error| error.position);
    if errors.len() >= MAX_ERRORS {
        errors.truncate(MAX_ERRORS);
        let last = errors.last().map_or(Position { line: 1, column: 1 }, |error| error.position);
        let problem = Problem::Limit(format!("only the first {MAX_ERRORS} errors are reported; there may be more"));
        errors.push(MappingError { source_name: source_name.to_owned(), position: last, rule: None, problem });
    }
    Err(MappingErrors(errors))
}

/// The result of compiling a valid document.
pub(super) struct Checked {
    pub(super) types: BTreeMap<String, TypeMapping>,
    pub(super) defaults: Vec<DefaultToCheck>,
}

struct Check<'c> {
    source_name: &'c str,
    located: &'c Located<'c>,
    types: &'c [ResourceType],
    facts: &'c ConnectorFacts,
    errors: Vec<MappingError>,
    defaults: Vec<DefaultToCheck>,
}

/// One rule of the document while it is compiled.
struct Subject<'c> {
    pointer: String,
    name: RuleName,
    resource_type: &'c ResourceType,
}

impl Check<'_> {
    fn error(&mut self, position: Position, rule: Option<RuleName>, problem: Problem) {
        self.errors.push(MappingError { source_name: self.source_name.to_owned(), position, rule, problem });
    }

    /// Whether enough errors are known: each has to be located.
    fn is_full(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    fn wrong(&mut self, subject: &Subject<'_>, key: &str, problem: Problem) {
        if self.is_full() {
            return;
        }
        let position = self.located.value(&child(&subject.pointer, key));
        self.error(position, Some(subject.name.clone()), problem);
    }

    fn document(&mut self, document: &Value) -> BTreeMap<String, TypeMapping> {
        for (position, name) in self.located.repeated(MAX_ERRORS) {
            self.error(position, None, Problem::Repeated(name));
        }
        let mut mappings: BTreeMap<String, TypeMapping> = BTreeMap::new();
        let types = document.get("resource-types").and_then(Value::as_object);
        let count: usize = types.into_iter().flatten().filter_map(|(_, rules)| Some(rules.as_array()?.len())).sum();
        if count > MAX_RULES {
            let problem = Problem::Limit(format!("the document has {count} rules; a mapping may have {MAX_RULES}"));
            self.error(self.located.value("/resource-types"), None, problem);
            return mappings;
        }
        let mut misshapen = HashSet::new();
        for error in check_shape(document, self.located, MAX_ERRORS) {
            let rule = rule_of(document, &error.pointer);
            misshapen.extend(rule.as_ref().map(|(pointer, _)| pointer.clone()));
            self.error(error.position, rule.map(|(_, name)| name), error.problem);
        }
        for (name, rules) in types.into_iter().flatten() {
            if self.is_full() {
                break;
            }
            let pointer = child("/resource-types", name);
            let Some(resource_type) = self.types.iter().find(|known| known.name == *name) else {
                let hint = hint(name, self.types.iter().map(|known| known.name.as_str()));
                let problem = Problem::UnknownResourceType { name: shortened(name), hint };
                self.error(self.located.key(&pointer), None, problem);
                continue;
            };
            let mut compiled = Vec::new();
            for (index, rule) in rules.as_array().into_iter().flatten().enumerate() {
                let pointer = child(&pointer, &index.to_string());
                let Some((_, name)) = rule_of(document, &pointer) else { continue };
                let subject = Subject { pointer, name, resource_type };
                if misshapen.contains(&subject.pointer) || self.is_full() {
                    continue;
                }
                match RuleDocument::deserialize_from(rule) {
                    Ok(rule) => compiled.extend(self.rule(&subject, rule).map(|rule| (subject, rule))),
                    Err(message) => self.wrong(&subject, "scim", Problem::Shape(message)),
                }
            }
            self.conflicts(&compiled);
            let rules = compiled.into_iter().map(|(_, rule)| rule).collect();
            mappings.insert(name.clone(), TypeMapping::new(rules, resource_type));
        }
        for resource_type in self.types {
            let empty = || TypeMapping::new(Vec::new(), resource_type);
            mappings.entry(resource_type.name.clone()).or_insert_with(empty);
        }
        mappings
    }

    /// Checks the rules of a resource type against each other.
    fn conflicts(&mut self, rules: &[(Subject<'_>, Rule)]) {
        for (index, (subject, rule)) in rules.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let earlier = || rules.iter().take(index).map(|(_, rule)| rule);
            let same_slot = |other: &&Rule| {
                rule.to_scim
                    && other.to_scim
                    && matches!(overlap(&other.slot, &rule.slot), Overlap::Same | Overlap::Holds | Overlap::Part)
            };
            if let Some(other) = earlier().find(same_slot) {
                self.wrong(subject, "scim", Problem::WrittenBackTwice { rule: other.number });
            }
            if let Some(precedence) = rule.precedence
                && let Some(other) = earlier().find(|other| other.precedence == Some(precedence))
            {
                self.wrong(subject, "match", Problem::MatchTwice { rule: other.number, precedence });
            }
            let overlapping = |other: &&Rule| match (&rule.app, &other.app) {
                (Some(one), Some(two)) => {
                    rule.to_app && other.to_app && one.as_str() != two.as_str() && one.overlaps(two)
                }
                _ => false,
            };
            if let Some(other) = earlier().find(overlapping) {
                let (field, of) = (rule.field().to_owned(), other.field().to_owned());
                self.wrong(subject, "app", Problem::FieldOverlap { field, other: of, rule: other.number });
            }
        }
    }
}

/// The rule that a pointer points into: its own pointer and its name.
fn rule_of(document: &Value, pointer: &str) -> Option<(String, RuleName)> {
    let mut parts = pointer.split('/').skip(1);
    let (section, resource_type, index) = (parts.next()?, parts.next()?, parts.next()?);
    let pointer = format!("/{section}/{resource_type}/{index}");
    let number = index.parse::<usize>().ok()? + 1;
    let scim = document.pointer(&pointer)?.get("scim").and_then(Value::as_str).map(str::to_owned);
    let resource_type = resource_type.replace("~1", "/").replace("~0", "~");
    Some((pointer, RuleName { resource_type, number, scim }))
}
