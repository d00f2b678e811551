//! The order of a list: `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).
//!
//! A multi-valued attribute is ordered by its primary element, or else by its first. Resources without a value come last in
//! ascending and first in descending order. Equal keys leave the order as it was.

mod key;

use crate::compare::lower;
use crate::comparison_budget::ComparisonBudget;
use crate::date_time;
use crate::error::Error;
use crate::object::Object;
use crate::path::AttributePath;
use crate::primary::is_primary;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, AttributeType, Returned};
use key::Scalar;
pub use key::SortKey;
use serde_json::Value;

/// With how many others a resource is compared to find its place among ten thousand.
const COMPARISONS_A_KEY: u32 = 14;

/// The order that a client asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// `None` if the resource type does not have the attribute, so no resource has a value.
    target: Option<Target>,
    descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Target {
    path: AttributePath,
    kind: AttributeType,
    case_exact: bool,
}

impl Sort {
    /// Parses the two parameters; without `sortBy` there is no order.
    ///
    /// # Errors
    /// 400 `invalidValue` for an attribute that the resource type does not have, that is never returned, or that is complex
    /// without a `value`; and for any order but `ascending` and `descending`.
    pub fn parse(resource_type: &ResourceType, by: Option<&str>, order: Option<&str>) -> Result<Option<Self>, Error> {
        let Some((by, descending)) = given(by, order)? else { return Ok(None) };
        let target = target(resource_type, by)?
            .ok_or_else(|| Error::invalid_value(format!("sortBy: {} has no attribute '{by}'", resource_type.name)))?;
        Ok(Some(Self { target: Some(target), descending }))
    }

    /// Like [`Sort::parse`], for one of several resource types in one list: those without the attribute have no value
    /// (RFC 7644 §3.4.2.1).
    ///
    /// # Errors
    /// Like [`Sort::parse`], except that an unknown attribute is no error.
    pub fn parse_among(
        resource_type: &ResourceType,
        by: Option<&str>,
        order: Option<&str>,
    ) -> Result<Option<Self>, Error> {
        let Some((by, descending)) = given(by, order)? else { return Ok(None) };
        Ok(Some(Self { target: target(resource_type, by)?, descending }))
    }

    /// Whether the order depends on the attribute of a canonical path, or on a part of it.
    pub fn mentions(&self, path: &AttributePath) -> bool {
        self.target
            .as_ref()
            .is_some_and(|target| target.path.schema == path.schema && target.path.attribute == path.attribute)
    }

    /// The key of a resource with canonical names.
    pub fn key(&self, resource: &Object) -> SortKey {
        let value = self.target.as_ref().and_then(|target| target.value(resource));
        SortKey { value, descending: self.descending }
    }

    /// Like [`Sort::key`], for one of many resources that share a budget.
    ///
    /// # Errors
    /// 400 `tooMany` if the budget does not suffice to put the resource into its place among the others.
    pub fn key_within(&self, resource: &Object, budget: &ComparisonBudget) -> Result<SortKey, Error> {
        let key = self.key(resource);
        let text = match &key.value {
            Some(Scalar::Text(text)) => text.as_str(),
            _ => "",
        };
        for _ in 0..COMPARISONS_A_KEY {
            budget.take_text(text);
        }
        budget.check()?;
        Ok(key)
    }
}

impl Target {
    fn value(&self, resource: &Object) -> Option<Scalar> {
        let container = match &self.path.schema {
            Some(urn) => resource.get(urn)?.as_object()?,
            None => resource,
        };
        let mut value = first(container.get(&self.path.attribute)?)?;
        if let Some(sub) = &self.path.sub {
            value = first(value.get(sub)?)?;
        }
        match (self.kind, value) {
            (_, Value::Bool(value)) => Some(Scalar::Boolean(*value)),
            (_, Value::Number(value)) => Some(Scalar::Number(value.clone())),
            (AttributeType::DateTime, Value::String(text)) => Some(Scalar::Instant(date_time::instant(text)?)),
            (_, Value::String(text)) if self.case_exact => Some(Scalar::Text(text.clone())),
            (_, Value::String(text)) => Some(Scalar::Text(lower(text).into_owned())),
            _ => None,
        }
    }
}

fn given<'t>(by: Option<&'t str>, order: Option<&str>) -> Result<Option<(&'t str, bool)>, Error> {
    let Some(by) = by.map(str::trim).filter(|by| !by.is_empty()) else { return Ok(None) };
    let descending = match order.map(str::trim) {
        None | Some("") => false,
        Some(order) if order.eq_ignore_ascii_case("ascending") => false,
        Some(order) if order.eq_ignore_ascii_case("descending") => true,
        Some(_) => return Err(Error::invalid_value("sortOrder must be ascending or descending")),
    };
    Ok(Some((by, descending)))
}

fn target(resource_type: &ResourceType, by: &str) -> Result<Option<Target>, Error> {
    let path =
        resource_type.parse_path(by).map_err(|error| Error::invalid_value(format!("sortBy: {}", error.detail)))?;
    let Some(resolved) = resource_type.resolve(&path) else { return Ok(None) };
    let (mut path, mut attribute) = (resolved.path, resolved.attribute);
    if attribute.is_complex() {
        let value = attribute.sub("value").ok_or_else(|| {
            Error::invalid_value(format!(
                "sortBy: '{by}' is complex; name one of its sub-attributes, such as '{by}.{}'",
                example(attribute)
            ))
        })?;
        path.sub = Some(value.name.clone());
        attribute = value;
    }
    if attribute.returned == Returned::Never || resolved.parent.is_some_and(|parent| parent.returned == Returned::Never)
    {
        return Err(Error::invalid_value(format!("sortBy: '{by}' is never returned, so it cannot be sorted by")));
    }
    Ok(Some(Target { path, kind: attribute.kind, case_exact: attribute.is_case_exact() }))
}

fn example(attribute: &Attribute) -> &str {
    attribute.sub_attributes.first().map_or("value", |sub| sub.name.as_str())
}

/// The value; of several, the primary one or else the first.
fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Null => None,
        Value::Array(elements) => elements.iter().find(|element| is_primary(element)).or_else(|| elements.first()),
        single => Some(single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extension;
    use serde_json::json;

    fn users() -> ResourceType {
        ResourceType::user(vec![Extension::enterprise_user()])
    }

    const ENTERPRISE: &str = crate::urn::ENTERPRISE_USER;

    #[test]
    fn resources_are_ordered_by_every_kind_of_attribute() {
        let people = [
            json!({ "id": "1", "userName": "bob", "active": true, "name": { "familyName": "Å" },
                "emails": [{ "value": "z@x" }, { "value": "a@x", "primary": true }],
                "meta": { "created": "2020-01-01T00:00:00+02:00" }, ENTERPRISE: { "costCenter": "10" } }),
            json!({ "id": "2", "userName": "Alice", "active": false, "name": { "familyName": "b" },
                "emails": [{ "value": "m@x" }, { "value": "b@x" }], "meta": { "created": "2019-12-31T23:00:00Z" } }),
            json!({ "id": "3", "userName": "carol" }),
        ];
        for (by, order, expected) in [
            ("userName", None, "213"),
            ("USERNAME", Some("Ascending"), "213"),
            ("userName", Some("descending"), "312"),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", None, "213"),
            ("emails", None, "123"),
            ("emails.value", None, "123"),
            ("emails.value", Some("descending"), "321"),
            ("active", None, "213"),
            ("name.familyName", None, "213"),
            ("meta.created", None, "123"),
            (&format!("{ENTERPRISE}:costCenter"), None, "123"),
            (&format!("{ENTERPRISE}:costCenter"), Some("descending"), "231"),
            ("id", Some("descending"), "321"),
        ] {
            let sort = Sort::parse(&users(), Some(by), order).unwrap().unwrap();
            let mut sorted: Vec<&Object> = people.iter().map(|person| person.as_object().unwrap()).collect();
            sorted.sort_by_key(|person| sort.key(person));
            let found: String = sorted.iter().map(|person| person["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{by} {order:?}");
        }
    }

    #[test]
    fn attributes_without_an_order_are_refused() {
        for (by, order) in [
            ("name", None),
            ("nothing", None),
            ("password", None),
            ("emails[type eq \"work\"].value", None),
            ("userName", Some("up")),
        ] {
            let error = Sort::parse(&users(), Some(by), order).unwrap_err();
            assert_eq!(
                (u16::from(error.status), error.scim_type.map(|kind| kind.as_str())),
                (400, Some("invalidValue")),
                "{by}"
            );
        }
        assert_eq!(Sort::parse(&users(), None, Some("descending")), Ok(None));
        assert_eq!(Sort::parse(&users(), Some(" "), None), Ok(None));
    }

    #[test]
    fn among_several_types_an_unknown_attribute_has_no_value() {
        let sort = Sort::parse_among(&users(), Some("members"), None).unwrap().unwrap();
        let key = sort.key(&Object::new());
        assert_eq!(key, sort.key(json!({ "members": "x" }).as_object().unwrap()));
    }
}
