//! The version of a resource: what tells two of its states apart (RFC 7644 §3.14).
//!
//! A version is the same whatever part of the resource a client asked for and by whatever URL: it is computed from what the
//! resource holds, before projection and without addresses. Elements of multi-valued attributes count in no order, because an
//! app may answer them in another each time.

use super::super::context::Context;
use super::current::Current;
use scim_protocol::{EntityTag, Error, Object};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The version of a resource: the app's, where the app knows all of it, otherwise one that is computed. `None` for a resource that is
/// not whole.
pub(in super::super) fn version(context: &Context<'_>, current: &Current) -> Option<EntityTag> {
    let shows_gaps = context.instance.gaps.as_ref().is_some_and(|gaps| gaps.show_in(&context.kind.scim.name));
    let app_knows_all = context.kind.mapping.kept_slots().next().is_none() && !shows_gaps;
    match &current.version {
        _ if !current.is_whole => None,
        Some(version) if app_knows_all => Some(of_app(version)),
        _ => Some(computed(&current.resource)),
    }
}

/// Refuses to change a resource that is not of a version that the client means; the caller has its turn.
pub(in super::super) fn allow_change(context: &Context<'_>, current: &Current) -> Result<(), Error> {
    version(context, current).map_or(Ok(()), |version| context.conditions().allow_change(&version))
}

/// The app's own version as a weak entity tag (the app's bytes are not what the gateway's clients get), or its digest where no
/// tag may hold it.
fn of_app(version: &str) -> EntityTag {
    match version.parse() {
        Ok(tag) => EntityTag::weakened(tag),
        Err(_) => tag(Sha256::new().chain_update(version)),
    }
}

/// The version of what a resource holds.
fn computed(resource: &Object) -> EntityTag {
    let mut text = Vec::with_capacity(1024);
    object(resource, &mut text);
    tag(Sha256::new().chain_update(text))
}

/// Half of the digest: the chance that a change goes unseen is nil.
fn tag(digest: Sha256) -> EntityTag {
    EntityTag::of_digest(digest.finalize().get(..16).unwrap_or_default())
}

/// One JSON text for all objects that hold the same.
fn object(object: &Object, text: &mut Vec<u8>) {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_unstable_by_key(|(name, _)| name.as_str());
    text.push(b'{');
    for (name, member) in members {
        scalar(name, text);
        text.push(b':');
        value(member, text);
        text.push(b',');
    }
    text.push(b'}');
}

fn value(of: &Value, text: &mut Vec<u8>) {
    match of {
        Value::Object(members) => object(members, text),
        Value::Array(elements) => {
            let own = |element: &Value| {
                let mut text = Vec::new();
                value(element, &mut text);
                text
            };
            let mut elements: Vec<_> = elements.iter().map(own).collect();
            elements.sort_unstable();
            text.push(b'[');
            for element in elements {
                text.extend_from_slice(&element);
                text.push(b',');
            }
            text.push(b']');
        }
        of => scalar(of, text),
    }
}

fn scalar(of: impl Serialize, text: &mut Vec<u8>) {
    // Memory does not refuse to be written to.
    let _ = serde_json::to_writer(text, &of);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(resource: &Value) -> String {
        computed(resource.as_object().unwrap()).to_string()
    }

    #[test]
    fn the_order_of_keys_and_elements_says_nothing_and_everything_else_does() {
        let base = json!({ "userName": "a", "emails": [{ "value": "1", "type": "work" }, { "value": "2" }] });
        let same = json!({ "emails": [{ "value": "2" }, { "type": "work", "value": "1" }], "userName": "a" });
        assert_eq!(of(&base), of(&same));
        for other in [
            json!({ "userName": "A", "emails": [{ "value": "1", "type": "work" }, { "value": "2" }] }),
            json!({ "userName": "a", "emails": [{ "value": "1", "type": "work" }] }),
            json!({ "userName": "a", "emails": [{ "value": "1" }, { "value": "2", "type": "work" }] }),
            json!({ "userName": "a" }),
        ] {
            assert_ne!(of(&base), of(&other), "{other}");
        }
        assert_ne!(of(&json!({ "a": 1 })), of(&json!({ "a": "1" })));
        assert_ne!(of(&json!({ "a": [[], []] })), of(&json!({ "a": [[[]]] })));
    }

    #[test]
    fn the_apps_version_is_taken_as_it_is_if_a_header_can_hold_it() {
        for app in ["7", "W/\"7\"", "\"7\""] {
            assert_eq!(of_app(app).to_string(), "W/\"7\"");
        }
        assert_eq!(of_app("2026-01-01 10:00").to_string().len(), 36);
    }
}
