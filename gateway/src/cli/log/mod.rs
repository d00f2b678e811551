//! `log`: prints the provisioning log. The gateway may be running.
//!
//! Threat: identity providers choose user names, and a terminal interprets control characters. So control characters in external
//! data are escaped; JSON escapes them anyway.

mod question;
mod table;

pub(super) use question::Question;

use super::error::CommandError;
use super::terminal::Terminal;
use jiff::Timestamp;
use scim_gateway::config::{Config, InstanceName};
use scim_gateway::store::{LogEntry, read_log};
use serde_json::{Value, json};
use std::io;
use std::path::Path;

/// Prints the matching rows, the oldest first.
pub(super) fn run(
    file: &Path,
    question: &Question,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let store = Config::load_store(file)?;
    let filter = question.filter(Timestamp::now())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::Runtime)?;
    let mut rows = runtime.block_on(read_log(&store.url, &filter))?;
    if rows.is_empty()
        && let Some(name) = &question.instance
    {
        known(file, name)?;
    }
    rows.reverse();
    let written =
        if json { rows.iter().try_for_each(|row| terminal.line(document(row))) } else { table::write(&rows, terminal) };
    match written {
        // The reader has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// An instance without rows must be one of the configuration: rows of a former instance are shown, too.
fn known(file: &Path, name: &str) -> Result<(), CommandError> {
    let instances = Config::load_instance_names(file)?;
    if instances.iter().any(|known| known.as_str() == name) {
        return Ok(());
    }
    let known: Vec<&str> = instances.iter().map(InstanceName::as_str).collect();
    Err(CommandError::UnknownInstance(name.to_owned(), known.join(", ")))
}

fn document(row: &LogEntry) -> Value {
    let calls = row.app_calls.iter().map(|call| {
        let duration = milliseconds(call.duration);
        json!({ "method": call.method, "path": call.path.as_str(), "status": call.status, "duration_ms": duration })
    });
    let matching = row.matching.as_ref();
    json!({
        "time": row.time.to_string(),
        "instance": row.instance,
        "generation": row.generation,
        "client": row.client,
        "operation": row.operation,
        "resource_type": row.resource_type,
        "id": row.id,
        "matching": matching.map(|matching| json!({ "attribute": matching.slot, "value": matching.value })),
        "status": row.status,
        "scim_type": row.scim_type,
        "duration_ms": milliseconds(row.duration),
        "app_calls": calls.collect::<Vec<_>>(),
        "unlisted_app_calls": row.unlisted_calls,
        "ignored": row.ignored,
        "correlation": row.correlation,
    })
}

/// Rounded to a tenth of a millisecond.
fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_gateway::store::{LoggedCall, Matching, Store, Write};
    use std::time::Duration;

    fn row(second: i64, status: u16, user: &str) -> LogEntry {
        LogEntry {
            time: Timestamp::from_second(1_800_000_000 + second).expect("a time") + Duration::from_millis(5),
            correlation: format!("c-{second}"),
            instance: "acme".to_owned(),
            generation: None,
            client: "entra".to_owned(),
            operation: "create".to_owned(),
            resource_type: Some("User".to_owned()),
            id: (status < 400).then(|| "4711".to_owned()),
            matching: Some(Matching { slot: "userName".to_owned(), value: user.to_owned() }),
            status,
            scim_type: (status == 409).then(|| "uniqueness".to_owned()),
            app_calls: vec![LoggedCall {
                method: "POST".to_owned(),
                path: "/users.json".to_owned(),
                status: (status < 500).then_some(status),
                duration: Duration::from_micros(12_340),
            }],
            unlisted_calls: 0,
            ignored: Vec::new(),
            duration: Duration::from_micros(20_000),
        }
    }

    /// What the command prints for a store with three rows, while that store is open.
    fn printed(question: &Question, json: bool) -> String {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("gateway.toml");
        // This command ignores missing secrets and mistakes in other tables.
        std::fs::write(&file, "[store]\nurl = \"sqlite:a.db\"\n[instances.acme]\ncredential = \"env:NOT_SET\"\n")
            .expect("a file");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = runtime.block_on(async {
            let url = Config::load_store(&file).expect("a store").url;
            let store = Store::open(&url).await.expect("a store");
            let rows = [row(1, 201, "Ada@example.com"), row(2, 409, "ada@example.com"), row(3, 502, "b\u{1b}[2Job")];
            store.commit(rows.map(|row| Write::Log(Box::new(row))).into()).await.expect("rows");
            store
        });
        let mut output = Vec::new();
        run(&file, question, json, &mut Terminal::plain(&mut output)).expect("rows");
        runtime.block_on(store.close());
        String::from_utf8(output).expect("UTF-8")
    }

    fn everything() -> Question {
        Question { instance: None, id: None, matching: None, outcome: None, since: None, limit: 50 }
    }

    #[test]
    fn the_table_has_the_newest_row_last_and_no_control_characters() {
        assert_eq!(
            printed(&everything(), false),
            "TIME                  INSTANCE  CLIENT  OPERATION    ID    MATCH            OUTCOME         CORRELATION  APP CALLS\n\
             2027-01-15T08:00:01Z  acme      entra   create User  4711  Ada@example.com  201             c-1          POST /users.json 201\n\
             2027-01-15T08:00:02Z  acme      entra   create User  -     ada@example.com  409 uniqueness  c-2          POST /users.json 409\n\
             2027-01-15T08:00:03Z  acme      entra   create User  -     b\\u{1b}[2Job     502             c-3          POST /users.json no answer\n"
        );
        let nobody = Question { id: Some("4712".to_owned()), ..everything() };
        assert!(printed(&nobody, false).ends_with("APP CALLS\nno matching rows\n"));
    }

    #[test]
    fn the_json_has_one_document_per_line() {
        let text = printed(&Question { limit: 1, ..everything() }, true);
        let expected = json!({
            "time": "2027-01-15T08:00:03.005Z", "instance": "acme", "generation": null, "client": "entra", "operation": "create",
            "resource_type": "User", "id": null,
            "matching": { "attribute": "userName", "value": "b\u{1b}[2Job" },
            "status": 502, "scim_type": null, "duration_ms": 20.0,
            "app_calls": [{ "method": "POST", "path": "/users.json", "status": null, "duration_ms": 12.3 }],
            "unlisted_app_calls": 0, "ignored": [], "correlation": "c-3",
        });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("one document"), expected);
    }

    #[test]
    fn rows_are_filtered_by_user_outcome_id_and_time() {
        let outcome = |text: &str| Some(text.parse().expect("an outcome"));
        let since = |text: &str| Some(text.parse().expect("a time"));
        for (question, expected) in [
            (Question { matching: Some("ADA@example.com".to_owned()), ..everything() }, vec!["c-1", "c-2"]),
            (Question { outcome: outcome("ok"), ..everything() }, vec!["c-1"]),
            (Question { outcome: outcome("failed"), ..everything() }, vec!["c-2", "c-3"]),
            (Question { outcome: outcome("409"), ..everything() }, vec!["c-2"]),
            (Question { id: Some("4711".to_owned()), ..everything() }, vec!["c-1"]),
            (Question { since: since("2027-01-15T08:00:02Z"), ..everything() }, vec!["c-2", "c-3"]),
            (Question { limit: 2, ..everything() }, vec!["c-2", "c-3"]),
        ] {
            let text = printed(&question, true);
            let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            let found: Vec<Value> = rows.map(|row| row["correlation"].clone()).collect();
            assert_eq!(found, expected, "{question:?}");
        }
    }

    #[test]
    fn a_missing_store_is_not_created() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, "").expect("a file");
        let failure = run(&file, &everything(), false, &mut Terminal::plain(&mut Vec::new())).expect_err("no store");
        let text = failure.to_string();
        assert!(text.contains("scim-gateway.db") && text.contains("scim-gateway serve"), "{text}");
        assert!(!folder.path().join("scim-gateway.db").exists());
    }
}
