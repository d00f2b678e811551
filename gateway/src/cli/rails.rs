//! `rails` and `rails lift`: shows the guard rails, and suspends them for changes that are intended.

use super::error::CommandError;
use super::terminal::{Terminal, escaped};
use jiff::{SignedDuration, Timestamp};
use scim_gateway::config::{Config, GuardRails, InstanceName, StoreUrl};
use scim_gateway::provisioning::Rail;
use scim_gateway::store::{RailState, lift_rail, read_rails};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// One guard rail of one instance.
struct Shown {
    instance: String,
    rail: Rail,
    limit: String,
    state: RailState,
}

/// `30m`, `2h`, `1d`.
pub(super) fn parse_time(text: &str) -> Result<SignedDuration, String> {
    let remedy = "write a duration such as 30m, 2h or 24h";
    let time: SignedDuration = text.parse().map_err(|_| remedy.to_owned())?;
    if time.is_positive() && time <= SignedDuration::from_hours(24 * 366) { Ok(time) } else { Err(remedy.to_owned()) }
}

/// Lists the configured guard rails with their states.
pub(super) fn list(
    file: &Path,
    only: Option<&InstanceName>,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let (store, mut set) = Config::load_guard_rails(file)?;
    if let Some(name) = only {
        known(&set, name)?;
        set.retain(|other, _| other == name);
    }
    let now = Timestamp::now();
    let rails = runtime()?.block_on(read(&store.url, &set))?;
    if json {
        let rails: Vec<Value> = rails.iter().map(|shown| document(shown, now)).collect();
        terminal.line(json!({ "guard-rails": rails }))?;
        return Ok(());
    }
    if rails.is_empty() {
        terminal.line("no guard rails are configured; add [instances.<name>.guard-rails] to configure them")?;
    }
    for shown in &rails {
        let word = match word(&shown.state, now) {
            "tripped" => terminal.red("tripped"),
            word => terminal.green(word),
        };
        let since = match &shown.state {
            RailState { tripped: Some((time, reason)), .. } => {
                format!(" since {time:.0}: {}", escaped(reason))
            }
            RailState { open_until: Some(until), .. } if now < *until => format!(" until {until:.0}"),
            _ => String::new(),
        };
        terminal.line(format_args!("{}  {} {}  {word}{since}", shown.instance, shown.rail, shown.limit))?;
    }
    Ok(())
}

/// Suspends the guard rails of an instance, or one of them.
pub(super) fn lift(
    file: &Path,
    instance: &InstanceName,
    only: Option<Rail>,
    time: SignedDuration,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let (store, set) = Config::load_guard_rails(file)?;
    let rails = limits(known(&set, instance)?).into_iter().map(|(rail, _)| rail);
    let rails: Vec<Rail> = rails.filter(|rail| only.is_none_or(|only| only == *rail)).collect();
    if rails.is_empty() {
        return Err(CommandError::Rails(format!(
            "{file} configures no such guard rail for {instance}",
            file = file.display()
        )));
    }
    let until = Timestamp::now().checked_add(time).unwrap_or(Timestamp::MAX);
    runtime()?.block_on(async {
        for rail in &rails {
            lift_rail(&store.url, instance.as_str(), rail.name(), until).await?;
        }
        Ok::<_, CommandError>(())
    })?;
    for rail in rails {
        terminal.line(format_args!("{instance}  {rail}  lifted until {until:.0}"))?;
    }
    Ok(())
}

async fn read(store: &StoreUrl, set: &BTreeMap<InstanceName, GuardRails>) -> Result<Vec<Shown>, CommandError> {
    let mut shown = Vec::new();
    for (name, rails) in set.iter().filter(|(_, rails)| rails.any()) {
        let known = read_rails(store, name.as_str()).await?;
        for (rail, limit) in limits(rails) {
            let state = known.iter().find(|row| row.rail == rail.name()).map(|row| row.state.clone());
            shown.push(Shown { instance: name.to_string(), rail, limit, state: state.unwrap_or_default() });
        }
    }
    Ok(shown)
}

/// The configured guard rails, each with its limit.
fn limits(rails: &GuardRails) -> Vec<(Rail, String)> {
    let members = rails.members_removed.map(|most| (Rail::MembersRemoved, most.to_string()));
    let deactivations = rails.deactivations.map(|limit| {
        let users = limit.users.map(|users| format!("{users} users"));
        let percent = limit.percent.map(|percent| format!("{percent} percent"));
        let alternatives: Vec<String> = users.into_iter().chain(percent).collect();
        (Rail::Deactivations, format!("{} in {} minutes", alternatives.join(" or "), limit.window.as_secs() / 60))
    });
    members.into_iter().chain(deactivations).collect()
}

fn word(state: &RailState, now: Timestamp) -> &'static str {
    match state {
        RailState { tripped: Some(_), .. } => "tripped",
        RailState { open_until: Some(until), .. } if now < *until => "lifted",
        _ => "active",
    }
}

fn document(shown: &Shown, now: Timestamp) -> Value {
    let (since, reason) = shown.state.tripped.clone().unzip();
    json!({
        "instance": shown.instance,
        "rail": shown.rail.name(),
        "limit": shown.limit,
        "state": word(&shown.state, now),
        "since": since.map(|time| time.to_string()),
        "reason": reason,
        "lifted-until": shown.state.open_until.filter(|until| now < *until).map(|until| until.to_string()),
    })
}

fn known<'a>(set: &'a BTreeMap<InstanceName, GuardRails>, name: &InstanceName) -> Result<&'a GuardRails, CommandError> {
    set.get(name).ok_or_else(|| CommandError::Rails(format!("the configuration has no instance {name}")))
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::Runtime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_store_is_not_created() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("gateway.toml");
        let text = "[connectors.x]\nfile = \"x.wasm\"\n[instances.acme]\nconnector = \"x\"\n[instances.acme.guard-rails]\nmax-members-removed = 5\n";
        std::fs::write(&file, text).expect("a file");
        let acme = "acme".parse().expect("a name");
        let (mut out, mut out_too) = (Vec::new(), Vec::new());
        let listed = list(&file, None, false, &mut Terminal::plain(&mut out));
        let lifted = lift(&file, &acme, None, SignedDuration::from_hours(1), &mut Terminal::plain(&mut out_too));
        for outcome in [listed, lifted] {
            let error = outcome.expect_err("no store").to_string();
            assert!(error.ends_with("or run `scim-gateway serve`, which creates its first one"), "{error}");
        }
    }

    #[test]
    fn a_duration_is_written_as_people_write_it() {
        for (text, minutes) in
            [("30m", Some(30)), ("1h", Some(60)), ("1h 30m", Some(90)), ("0s", None), ("-1h", None), ("soon", None)]
        {
            assert_eq!(parse_time(text).ok().map(|time| time.as_mins()), minutes, "{text}");
        }
    }

    #[test]
    fn a_rail_is_active_tripped_or_lifted() {
        let at = |time: &str| time.parse::<Timestamp>().expect("a time");
        let now = at("2026-01-01T12:00:00Z");
        for (tripped, open_until, expected) in [
            (None, None, "active"),
            (Some("2026-01-01T11:00:00Z"), None, "tripped"),
            (None, Some("2026-01-01T13:00:00Z"), "lifted"),
            (None, Some("2026-01-01T11:00:00Z"), "active"),
        ] {
            let tripped = tripped.map(|time| (at(time), "too many".to_owned()));
            assert_eq!(word(&RailState { tripped, open_until: open_until.map(at) }, now), expected);
        }
    }
}
