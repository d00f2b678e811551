//! `profiles`: shows what each client profile accepts beyond the RFCs.

use super::error::CommandError;
use super::terminal::Terminal;
use scim_gateway::clients::{Client, Leniency, Profile};
use serde_json::{Value, json};

/// Prints one profile or all of them.
pub(super) fn run(only: Option<Client>, json: bool, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let profiles: Vec<&Profile> =
        Profile::all().iter().filter(|profile| only.is_none_or(|only| profile.client == only)).collect();
    if json {
        let profiles: Vec<Value> = profiles.into_iter().map(document).collect();
        terminal.line(json!({ "profiles": profiles }))?;
        return Ok(());
    }
    for (place, profile) in profiles.into_iter().enumerate() {
        if place > 0 {
            terminal.line("")?;
        }
        let name = terminal.bold(profile.client.name());
        terminal.line(format_args!("{name}: {}", profile.about))?;
        for leniency in profile.leniencies() {
            let name = terminal.green(leniency.name());
            terminal.line(format_args!("  {name}: {}\n      {}", leniency.does(), leniency.source()))?;
        }
        if profile.group_patch_without_body {
            terminal.line("  A PATCH of a group is answered 204 without a body.")?;
        }
        if profile.patch_with_resource {
            terminal.line("  A PATCH is always answered 200 with the resource.")?;
        }
        if profile.empty_members {
            terminal.line("  A group without members is shown with an empty list.")?;
        }
    }
    Ok(())
}

fn document(profile: &Profile) -> Value {
    let entry =
        |leniency: Leniency| json!({ "name": leniency.name(), "does": leniency.does(), "source": leniency.source() });
    json!({
        "name": profile.client.name(),
        "about": profile.about,
        "leniencies": profile.leniencies().map(entry).collect::<Vec<_>>(),
        "group-patch-without-body": profile.group_patch_without_body,
        "patch-with-resource": profile.patch_with_resource,
        "empty-members": profile.empty_members,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(only: Option<Client>, json: bool) -> String {
        let mut output = Vec::new();
        run(only, json, &mut Terminal::plain(&mut output)).expect("output");
        String::from_utf8(output).expect("UTF-8")
    }

    #[test]
    fn each_profile_is_listed_with_what_it_changes_and_why() {
        let text = output(None, false);
        for profile in Profile::all() {
            assert!(text.contains(&format!("{}: {}", profile.client, profile.about)), "{text}");
        }
        for leniency in Leniency::ALL {
            assert!(text.contains(leniency.name()) && text.contains(leniency.source()), "{leniency}\n{text}");
        }
        assert_eq!(output(Some(Client::Rfc), false).lines().count(), 1, "the exact profile changes nothing");
    }

    #[test]
    fn a_program_gets_the_same_as_json() {
        let json: Value = serde_json::from_str(&output(Some(Client::Okta), true)).expect("JSON");
        let okta = &json["profiles"][0];
        assert_eq!((&okta["name"], &okta["group-patch-without-body"]), (&json!("okta"), &json!(true)));
        let names: Vec<&str> =
            okta["leniencies"].as_array().expect("a list").iter().filter_map(|l| l["name"].as_str()).collect();
        assert!(names.contains(&"read-only-in-patch") && !names.contains(&"json-in-text"), "{names:?}");
    }
}
