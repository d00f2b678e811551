//! Compiles one rule of the document.

use super::default::check_default;
use super::{Check, Subject};
use crate::app_path::{AppPath, AppPathError};
use crate::combination::wrong_combinations;
use crate::default_to_check::DefaultToCheck;
use crate::document::{Apply, Direction, RuleDocument};
use crate::error::Problem;
use crate::expression::{Expression, ExpressionError};
use crate::locate::{Position, child};
use crate::nearest::{hint, nearest};
use crate::rule::{Rule, Source};
use crate::slot_names::slot_names;
use crate::transform::{BuiltIn, Transform, shortened};
use scim_protocol::Slot;
use scim_protocol::schema::{AttributeType, Mutability};

impl Check<'_> {
    /// Compiles a rule; `None` if its errors leave nothing to compare with other rules.
    pub(super) fn rule(&mut self, subject: &Subject<'_>, rule: RuleDocument) -> Option<Rule> {
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
            place: self.place(subject),
            name: slot.to_string(),
            kind,
            whole_array: slot.is_whole() && slot.is_multi_valued(),
            slot,
            source,
            inverse,
            default: rule.default,
            on_create: rule.apply == Apply::OnCreate,
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
        self.check_compiled(subject, &compiled);
        Some(compiled)
    }

    /// Where the rule is, for the operator who is told about it while requests are served.
    fn place(&self, subject: &Subject<'_>) -> String {
        let Position { line, column } = self.located.value(&subject.pointer);
        format!("{}:{line}:{column}: {}", self.source_name, shortened(&subject.name.to_string()))
    }

    fn slot(&mut self, subject: &Subject<'_>, rule: &RuleDocument) -> Option<(Slot, AttributeType)> {
        let slot = match subject.resource_type.parse_slot(&rule.scim) {
            Ok(slot) => slot,
            Err(error) => {
                let known = slot_names(subject.resource_type);
                let near = nearest(&rule.scim, known.iter().map(String::as_str));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.wrong(subject, "scim", Problem::Slot { detail: error.detail, hint });
                return None;
            }
        };
        let found = subject.resource_type.resolve_slot(&slot)?;
        let refuse = match slot.path.attribute.as_str() {
            _ if slot.path.schema.is_some() => None,
            "id" => Some("`id` needs no rule: the app's own id is passed through".to_owned()),
            "schemas" => Some("`schemas` needs no rule: the gateway returns it".to_owned()),
            "meta" if !matches!(slot.leaf(), Some("created" | "lastModified")) => {
                Some("only `meta.created` and `meta.lastModified` of `meta` can come from the app".to_owned())
            }
            _ if slot.is_multi_valued() && slot.selector.is_none() && slot.leaf().is_some() => {
                let (name, leaf) = (&slot.path.attribute, slot.leaf().unwrap_or_default());
                Some(format!("`{name}` has many values; choose one, as in `{name}[type eq \"work\"].{leaf}`"))
            }
            _ if found.mutability() == Mutability::ReadOnly && rule.direction != Direction::ToScim => {
                Some(format!("clients cannot write `{slot}`; use \"direction\": \"to-scim\""))
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
            Err(AppPathError { offset, expected }) => {
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
        compiled: Result<Expression, Vec<ExpressionError>>,
    ) -> Option<Expression> {
        let errors = match compiled {
            Ok(expression) => return Some(expression),
            Err(errors) => errors,
        };
        for ExpressionError { offset, message, syntax } in errors {
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

    /// Checks what only the compiled rule shows.
    fn check_compiled(&mut self, subject: &Subject<'_>, rule: &Rule) {
        if rule.single && !rule.whole_array {
            let message = format!("`single` requires a whole multi-valued attribute, and `{}` is not one", rule.name);
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
                    "the app adds and removes items of `{}` one by one, which requires a plain rule on a whole multi-valued attribute",
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
                let fits = check_default(rule, default).and_then(|()| match transform {
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
}
