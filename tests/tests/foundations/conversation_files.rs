//! The conversation files fit their published JSON Schema, so that what an editor accepts is what the player plays.

use scim_gateway_tests::conversation::Conversation;
use serde_json::{Value, json};
use std::path::Path;

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&read(&Conversation::folder().join("conversation.schema.json"))).unwrap()
}

#[test]
fn every_conversation_fits_the_schema_and_loads() {
    let schema = schema();
    let mut files = 0;
    for folder in std::fs::read_dir(Conversation::folder()).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let document = read(&file);
            let problems: Vec<String> =
                schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(problems.is_empty(), "{}:\n{}", file.display(), problems.join("\n"));
            let conversation = Conversation::load(&file).unwrap();
            assert_eq!(Some(conversation.connector.as_str()), folder.file_name().and_then(|name| name.to_str()));
            files += 1;
        }
    }
    assert!(files >= 5, "only {files} conversations were found");
}

#[test]
fn what_the_player_would_not_check_does_not_fit_the_schema() {
    let step = json!({"says": "Somebody asks.", "request": {"method": "GET", "path": "/Users"}, "answer": {"status": 200}, "app": []});
    let conversation = |step: Value| json!({"title": "t", "about": "a", "connector": "samanage", "client": {"name": "c"}, "steps": [step]});
    let schema = schema();
    assert!(schema.is_valid(&conversation(step.clone())));
    for (pointer, key, value) in [
        ("", "anwser", json!({})),
        ("/answer", "bodies", json!({})),
        ("/request", "method", json!("FETCH")),
        ("/answer", "status", json!({"$onne-of": [200]})),
        ("", "capture", json!({"alice": "id"})),
    ] {
        let mut broken = step.clone();
        broken.pointer_mut(pointer).unwrap()[key] = value;
        assert!(!schema.is_valid(&conversation(broken)), "{pointer}/{key}");
    }
}
