//! How reloads are reported. That they work is tested with the real gateway, in `tests/tests/system/reload`.

use super::history::History;
use super::{Reload, ReloadOutcome, Trigger};
use crate::config::{Mistake, Position};
use crate::instances::{Change, ChangeKind, Subject};
use jiff::Timestamp;

fn reload(changes: usize, mistakes: &[&str]) -> Reload {
    let change = Change {
        of: Subject::Instance,
        name: "acme".into(),
        change: ChangeKind::Mapping,
        version: Some("3fa8c0d1".into()),
        host: None,
    };
    Reload {
        at: Timestamp::UNIX_EPOCH,
        trigger: Trigger::Watch,
        outcome: ReloadOutcome::of(changes == 0, mistakes.is_empty()),
        changes: vec![change; changes],
        mistakes: mistakes.iter().map(|message| mistake(message)).collect(),
        needs_restart: Vec::new(),
        duration_ms: 12.34,
    }
}

fn mistake(message: &str) -> Mistake {
    Mistake {
        file: "a.json".into(),
        position: Some(Position { line: 3, column: 9 }),
        key: "User rule 1".into(),
        message: message.into(),
        expected: String::new(),
    }
}

#[test]
fn the_outcome_depends_on_changes_and_mistakes() {
    for (changes, mistakes, outcome) in
        [(1, &[][..], "applied"), (1, &["x"], "partly"), (0, &["x"], "refused"), (0, &[], "unchanged")]
    {
        assert_eq!(reload(changes, mistakes).outcome.as_str(), outcome);
    }
}

#[test]
fn a_mistake_is_reported_once_and_so_is_its_correction() {
    let (fine, wrong, other) = (reload(0, &[]), reload(0, &["x"]), reload(0, &["y"]));
    for (now, last, nothing_new) in [
        (&fine, None, true),
        (&fine, Some(&fine), true),
        (&wrong, Some(&fine), false),
        (&wrong, Some(&wrong), true),
        (&other, Some(&wrong), false),
        (&fine, Some(&wrong), false),
        (&reload(1, &["x"]), Some(&wrong), false),
    ] {
        assert_eq!(now.says_nothing_new(last), nothing_new, "{:?} after {last:?}", now.mistakes);
    }
    let restart = Reload { needs_restart: vec!["server.listen"], ..reload(0, &[]) };
    assert!(!restart.says_nothing_new(Some(&fine)) && restart.says_nothing_new(Some(&restart)));
}

#[test]
fn the_line_for_people_names_a_few_of_the_changes() {
    assert_eq!(reload(1, &[]).to_string(), "applied in 12 ms: instance acme: mapping 3fa8c0d1");
    assert!(reload(7, &[]).to_string().ends_with("; and 2 more"));
    assert_eq!(reload(0, &["x", "y"]).first_mistake().as_deref(), Some("a.json:3:9: User rule 1: x (and 1 more)"));
}

#[test]
fn the_history_is_limited_and_keeps_the_latest() {
    let history = History::default();
    for number in 0..150 {
        history.record(Reload { duration_ms: f64::from(number), ..reload(1, &[]) });
    }
    let all = history.all();
    let ends = (all.first().map(|first| first.duration_ms), all.last().map(|last| last.duration_ms));
    assert_eq!((all.len(), ends), (100, (Some(50.0), Some(149.0))));
}

#[test]
fn the_json_contains_the_same_as_the_text() {
    let json = serde_json::to_value(reload(1, &["x"])).expect("JSON");
    let expected = serde_json::json!({
        "at": "1970-01-01T00:00:00Z", "trigger": "watch", "outcome": "partly",
        "changes": [{ "of": "instance", "name": "acme", "change": "mapping", "version": "3fa8c0d1" }],
        "mistakes": [{ "file": "a.json", "line": 3, "column": 9, "key": "User rule 1", "message": "x", "expected": "" }],
        "needs-restart": [], "duration-ms": 12.34,
    });
    assert_eq!(json, expected);
}
