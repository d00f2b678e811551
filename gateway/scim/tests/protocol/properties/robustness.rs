//! Nothing panics, whatever the input.

use crate::fixture::{APP, ENTERPRISE, LENIENT, user};
use proptest::prelude::*;
use scim_protocol::{
    AttributePath, Direction, Filter, Object, PatchRequest, Projection, apply, check, edits, strip_read_only,
};
use serde_json::{Value, json};

proptest! {
    #[test]
    fn parsers_take_any_text_without_panic(text in "\\PC{0,60}", syntax in "[a-c\\[\\]()\"\\\\.:$ ]{0,40}(eq|pr|and|or|not)?[\" \\])]{0,4}") {
        for text in [&text, &syntax] {
            let _ = Filter::parse(text).map(|filter| filter.check(&user()).map(|filter| filter.matches(&user(), &Object::new())));
            let _ = text.parse::<AttributePath>();
            let _ = user().parse_path(text);
            let _ = user().parse_slot(text).map(|slot| slot.take(&mut Object::new()));
            let _ = Projection::parse(&user(), Some(text), None);
        }
    }

    #[test]
    fn documents_of_any_shape_are_taken_without_panic(document in document(), operations in prop::collection::vec(operation(), 1..4)) {
        let _ = PatchRequest::parse(json!({ "Operations": operations })).and_then(|operations| {
            let edits = edits(&user(), &operations, LENIENT)?;
            let mut resource = document.as_object().cloned().unwrap_or_default();
            apply(&user(), &mut resource, &edits)
        });
        if let Value::Object(document) = document
            && let Ok(normalized) = user().normalize(document)
        {
            let mut resource = normalized.resource;
            prop_assert_eq!(user().normalize(resource.clone()).unwrap().ignored, Vec::<String>::new());
            let _ = strip_read_only(&user(), &mut resource);
            let _ = check(&user(), &resource, Direction::Create);
            let _ = Filter::parse("emails[type eq \"work\"].value pr or manager pr").unwrap().matches(&user(), &resource);
            let _ = Projection::parse(&user(), Some("emails.value"), None).unwrap().apply(&user(), resource);
        }
    }
}

const WORDS: [&str; 28] = [
    "op",
    "path",
    "value",
    "add",
    "Replace",
    "remove",
    "userName",
    "emails",
    "EMAILS",
    "name",
    "members",
    "schemas",
    "id",
    "roles",
    "primary",
    "type",
    "manager",
    "True",
    "",
    "emails[type eq \"work\"].value",
    "emails[primary eq true]",
    "active",
    ENTERPRISE,
    APP,
    "tags",
    "loginName",
    "name.givenName",
    "urn:x:y",
];

fn operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "replace", "remove"]);
    (op, prop::option::of(prop::sample::select(WORDS.to_vec())), document())
        .prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value }))
}

/// JSON of any shape, often with the keys and strings that matter.
fn document() -> impl Strategy<Value = Value> {
    let word = || prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned);

    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}
