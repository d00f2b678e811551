//! From the document to compiled rules: everything that the JSON Schema cannot say, all faults at once.

use std::collections::BTreeMap;

use scim_protocol::schema::{AttributeType, Mutability};
use scim_protocol::{ResourceType, Slot};
use serde_json::Value;

use super::app_path::AppPath;
use super::combination::wrong_combinations;
use super::document::{Direction, RuleDocument, check_shape};
use super::error::{MappingError, MappingErrors, Problem, RuleName};
use super::expression::{Expression, Fault};
use super::locate::{Located, Position, child};
use super::nearest::hint;
use super::overlap::{Overlap, overlap};
use super::rule::{Rule, Source};
use super::transform::{BuiltIn, Transform};
use super::type_mapping::TypeMapping;
use super::{ConnectorFacts, DefaultToCheck, Mapping, slot_names};

/// [`Mapping::parse`].
pub(super) fn parse(
    text: &str,
    source_name: &str,
    types: &[ResourceType],
    facts: &ConnectorFacts,
) -> Result<Mapping, MappingErrors> {
    let syntax = |position, message: String| {
        let problem = Problem::Syntax(message);
        MappingErrors(vec![MappingError { source_name: source_name.to_owned(), position, rule: None, problem }])
    };
    let document: Value = serde_json::from_str(text).map_err(|error| {
        // The library repeats the position at the end of its text.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        syntax(Position { line: error.line().max(1), column: error.column().max(1) }, message)
    })?;
    let located = Located::parse(text).map_err(|(position, message)| syntax(position, message))?;
    let mut check = Check { source_name, located: &located, types, facts, errors: Vec::new(), defaults: Vec::new() };
    let types = check.document(&document);
    let Check { mut errors, defaults, .. } = check;
    if errors.is_empty() {
        return Ok(Mapping { types, defaults });
    }
    errors.sort_by_key(|error| error.position);
    Err(MappingErrors(errors))
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

impl<'c> Check<'c> {
    fn error(&mut self, position: Position, rule: Option<RuleName>, problem: Problem) {
        self.errors.push(MappingError { source_name: self.source_name.to_owned(), position, rule, problem });
    }

    fn wrong(&mut self, subject: &Subject<'_>, key: &str, problem: Problem) {
        let position = self.located.value(&child(&subject.pointer, key));
        self.error(position, Some(subject.name.clone()), problem);
    }

    fn document(&mut self, document: &Value) -> BTreeMap<String, TypeMapping> {
        for (position, name) in self.located.repeated() {
            self.error(position, None, Problem::Repeated(name));
        }
        let mut misshapen = Vec::new();
        for fault in check_shape(document, self.located) {
            let rule = rule_of(document, &fault.pointer);
            misshapen.extend(rule.as_ref().map(|(pointer, _)| pointer.clone()));
            self.error(fault.position, rule.map(|(_, name)| name), fault.problem);
        }
        let mut mappings: BTreeMap<String, TypeMapping> = BTreeMap::new();
        for (name, rules) in document.get("resource-types").and_then(Value::as_object).into_iter().flatten() {
            let pointer = child("/resource-types", name);
            let Some(resource_type) = self.types.iter().find(|known| known.name == *name) else {
                let hint = hint(name, self.types.iter().map(|known| known.name.as_str()));
                let problem = Problem::UnknownResourceType { name: name.clone(), hint };
                self.error(self.located.key(&pointer), None, problem);
                continue;
            };
            let mut compiled = Vec::new();
            for (index, rule) in rules.as_array().into_iter().flatten().enumerate() {
                let pointer = child(&pointer, &index.to_string());
                let Some((_, name)) = rule_of(document, &pointer) else { continue };
                let subject = Subject { pointer, name, resource_type };
                if misshapen.contains(&subject.pointer) {
                    continue;
                }
                match RuleDocument::deserialize_from(rule) {
                    Ok(rule) => compiled.extend(self.rule(&subject, rule).map(|rule| (subject, rule))),
                    Err(message) => self.wrong(&subject, "scim", Problem::Shape(message)),
                }
            }
            self.together(&compiled);
            let rules = compiled.into_iter().map(|(_, rule)| rule).collect();
            mappings.insert(name.clone(), TypeMapping::new(rules, resource_type));
        }
        for resource_type in self.types {
            let empty = || TypeMapping::new(Vec::new(), resource_type);
            mappings.entry(resource_type.name.clone()).or_insert_with(empty);
        }
        mappings
    }

    /// Compiles a rule; `None` when what is wrong leaves nothing to compare with other rules.
    fn rule(&mut self, subject: &Subject<'_>, rule: RuleDocument) -> Option<Rule> {
        for (key, message) in wrong_combinations(&rule) {
            self.wrong(subject, key, Problem::Combination(message));
        }
        let slot = self.slot(subject, &rule);
        let app = rule.app.as_deref().and_then(|path| self.app_path(subject, path));
        let expression = rule.expression.as_deref().map(|text| {
            let compiled = Expression::over_resource(text, subject.resource_type);
            self.expression(subject, "expression", compiled)
        });
        let inverse = rule.inverse.as_deref().and_then(|text| {
            let compiled = Expression::over_app(text);
            self.expression(subject, "inverse", compiled)
        });
        let transform = rule.transform.as_deref().and_then(|name| self.transform(subject, name));
        if let Some(name) = &rule.reference
            && !self.types.iter().any(|known| known.name == *name)
        {
            let hint = hint(name, self.types.iter().map(|known| known.name.as_str()));
            self.wrong(subject, "reference", Problem::UnknownResourceType { name: name.clone(), hint });
        }
        let (slot, kind) = slot?;
        let incremental = self.facts.incremental.get(&subject.resource_type.name).zip(app.as_ref());
        let incremental = incremental.is_some_and(|(fields, app)| fields.iter().any(|field| field == app.as_str()));
        let source = match (rule.constant, expression) {
            (Some(value), _) => Source::Constant(value),
            (None, Some(expression)) => Source::Expression(expression?),
            (None, None) => Source::Direct,
        };
        let compiled = Rule {
            number: subject.name.number,
            name: slot.to_string(),
            kind,
            whole_array: slot.is_whole() && slot.is_multi_valued(),
            slot,
            source,
            inverse,
            default: rule.default,
            on_create: rule.apply == super::document::Apply::OnCreate,
            to_app: rule.direction != Direction::ToScim && app.is_some(),
            to_scim: rule.direction != Direction::ToApp,
            app,
            precedence: rule.precedence,
            transform,
            reference: rule.reference,
            keep: rule.keep,
            single: rule.single,
            incremental,
        };
        self.fits(subject, &compiled);
        Some(compiled)
    }

    fn slot(&mut self, subject: &Subject<'_>, rule: &RuleDocument) -> Option<(Slot, AttributeType)> {
        let slot = match subject.resource_type.parse_slot(&rule.scim) {
            Ok(slot) => slot,
            Err(error) => {
                let known = slot_names(subject.resource_type);
                let near = super::nearest::nearest(&rule.scim, known.iter().map(String::as_str));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.wrong(subject, "scim", Problem::Slot { detail: error.detail, hint });
                return None;
            }
        };
        let found = subject.resource_type.resolve_slot(&slot)?;
        let refuse = match slot.path.attribute.as_str() {
            _ if slot.path.schema.is_some() => None,
            "id" => Some("`id` needs no rule: it is the app's own id, passed through".to_owned()),
            "schemas" => Some("`schemas` needs no rule: the gateway answers it".to_owned()),
            "meta" if !matches!(slot.leaf(), Some("created" | "lastModified")) => {
                Some("of `meta` only `meta.created` and `meta.lastModified` can come from the app".to_owned())
            }
            _ if slot.is_multi_valued() && slot.selector.is_none() && slot.leaf().is_some() => {
                let (name, leaf) = (&slot.path.attribute, slot.leaf().unwrap_or_default());
                Some(format!("`{name}` has many values; choose one, as in `{name}[type eq \"work\"].{leaf}`"))
            }
            _ if found.mutability() == Mutability::ReadOnly && rule.direction != Direction::ToScim => {
                Some(format!("clients cannot write `{slot}`; say \"direction\": \"to-scim\""))
            }
            _ => None,
        };
        let kind = found.attribute.kind;
        if let Some(message) = refuse {
            self.wrong(subject, "scim", Problem::SlotUse(message));
        }
        Some((slot, kind))
    }

    fn app_path(&mut self, subject: &Subject<'_>, path: &str) -> Option<AppPath> {
        match path.parse() {
            Ok(path) => Some(path),
            Err(super::app_path::AppPathError { offset, expected }) => {
                let position = self.located.within(&child(&subject.pointer, "app"), offset);
                let problem = Problem::AppPath { path: path.to_owned(), expected };
                self.error(position, Some(subject.name.clone()), problem);
                None
            }
        }
    }

    fn expression(
        &mut self,
        subject: &Subject<'_>,
        key: &str,
        compiled: Result<Expression, Vec<Fault>>,
    ) -> Option<Expression> {
        let faults = match compiled {
            Ok(expression) => return Some(expression),
            Err(faults) => faults,
        };
        for Fault { offset, message, syntax } in faults {
            let position = self.located.within(&child(&subject.pointer, key), offset);
            let problem = if syntax { Problem::Expression(message) } else { Problem::ExpressionUse(message) };
            self.error(position, Some(subject.name.clone()), problem);
        }
        None
    }

    fn transform(&mut self, subject: &Subject<'_>, name: &str) -> Option<Transform> {
        if let Some(built_in) = BuiltIn::named(name) {
            return Some(Transform::BuiltIn(built_in));
        }
        if self.facts.transforms.iter().any(|known| known == name) {
            return Some(Transform::Connector(name.to_owned()));
        }
        let known: Vec<_> =
            BuiltIn::NAMES.into_iter().chain(self.facts.transforms.iter().map(String::as_str)).collect();
        let problem = Problem::UnknownTransform { name: name.to_owned(), hint: hint(name, known) };
        self.wrong(subject, "transform", problem);
        None
    }

    /// What only the compiled rule shows.
    fn fits(&mut self, subject: &Subject<'_>, rule: &Rule) {
        if rule.single && !rule.whole_array {
            let message = format!("`single` is for a whole multi-valued attribute, and `{}` is none", rule.name);
            self.wrong(subject, "single", Problem::Combination(message));
        }
        if rule.incremental {
            let is_plain = matches!(rule.source, Source::Direct)
                && rule.whole_array
                && rule.inverse.is_none()
                && rule.transform.is_none()
                && rule.default.is_none()
                && !rule.keep
                && !rule.single;
            if !is_plain {
                let message = format!(
                    "the app takes added and removed items of `{}`, which only a plain rule on a whole multi-valued attribute can give it",
                    rule.field()
                );
                self.wrong(subject, "app", Problem::Combination(message));
            }
        }
        let Some(default) = &rule.default else { return };
        match (&rule.transform, &rule.source) {
            (Some(Transform::Connector(name)), _) => {
                let pointer = child(&subject.pointer, "default");
                self.defaults.push(DefaultToCheck {
                    transform: name.clone(),
                    text: self.located.raw(&pointer).to_owned(),
                    source_name: self.source_name.to_owned(),
                    position: self.located.value(&pointer),
                    rule: subject.name.clone(),
                });
            }
            (transform, Source::Direct) => {
                let fits = rule.check_default(default).and_then(|()| match transform {
                    Some(Transform::BuiltIn(built_in)) => built_in.to_app(default).map(drop),
                    _ => Ok(()),
                });
                if let Err(message) = fits {
                    self.wrong(subject, "default", Problem::Default(message));
                }
            }
            _ => {}
        }
    }

    /// What rules say of each other.
    fn together(&mut self, rules: &[(Subject<'_>, Rule)]) {
        for (index, (subject, rule)) in rules.iter().enumerate() {
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

/// The rule that a pointer lies in: its own pointer and its name.
fn rule_of(document: &Value, pointer: &str) -> Option<(String, RuleName)> {
    let mut parts = pointer.split('/').skip(1);
    let (section, resource_type, index) = (parts.next()?, parts.next()?, parts.next()?);
    let pointer = format!("/{section}/{resource_type}/{index}");
    let number = index.parse::<usize>().ok()? + 1;
    let scim = document.pointer(&pointer)?.get("scim").and_then(Value::as_str).map(str::to_owned);
    let resource_type = resource_type.replace("~1", "/").replace("~0", "~");
    Some((pointer, RuleName { resource_type, number, scim }))
}
