//! Plays the identity providers' conversations with the real gateway over sockets, one test per file.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::conversation::{Conversation, ConversationReport, Player, StepReport};
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::system::{Plan, System};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

macro_rules! conversations {
    ($($test:ident: $file:literal,)*) => {
        /// Relative to `tests/conversations`.
        const FILES: &[&str] = &[$($file),*];

        $(
            #[test]
            fn $test() {
                assert_plays($file);
            }
        )*
    };
}

conversations! {
    entra_provisions_into_samanage: "samanage/entra.json",
    entra_with_its_2020_flag_provisions_into_samanage: "samanage/entra-scim-2020.json",
    entra_provisions_into_samanage_by_basic_authentication: "samanage/entra-basic.json",
    okta_as_a_catalogue_app_provisions_into_samanage: "samanage/okta-oin.json",
    okta_as_a_custom_app_provisions_into_samanage: "samanage/okta-aiw.json",
    google_provisions_users_into_samanage: "samanage/google.json",
    an_exact_client_is_held_to_the_rfcs: "samanage/rfc.json",
    bad_input_and_bad_luck_are_answered_properly: "samanage/bad-input.json",
    entra_provisions_into_splashtop: "splashtop/entra.json",
    entra_with_its_2020_flag_provisions_into_splashtop: "splashtop/entra-scim-2020.json",
    okta_as_a_catalogue_app_provisions_into_splashtop: "splashtop/okta-oin.json",
    okta_as_a_custom_app_provisions_into_splashtop: "splashtop/okta-aiw.json",
    jumpcloud_provisions_into_splashtop: "splashtop/jumpcloud.json",
    google_provisions_users_into_splashtop: "splashtop/google.json",
    entra_provisions_into_askspoke: "askspoke/entra.json",
    entra_with_its_2020_flag_provisions_into_askspoke: "askspoke/entra-scim-2020.json",
    okta_as_a_catalogue_app_provisions_into_askspoke: "askspoke/okta-oin.json",
    okta_as_a_custom_app_provisions_into_askspoke: "askspoke/okta-aiw.json",
    google_provisions_users_into_askspoke: "askspoke/google.json",
    authentik_provisions_into_askspoke: "askspoke/authentik.json",
    jumpcloud_provisions_into_askspoke: "askspoke/jumpcloud.json",
    programs_written_for_aws_provision_into_samanage: "samanage/aws.json",
    programs_written_for_salesforce_provision_into_samanage: "samanage/salesforce.json",
    pingone_provisions_into_samanage: "samanage/pingone.json",
    programs_written_with_scim2_models_provision_into_samanage: "samanage/scim2-models.json",
    microsofts_collection_of_requests_works_with_samanage: "samanage/collection.json",
    onelogin_provisions_into_splashtop: "splashtop/onelogin.json",
}

#[test]
fn every_conversation_file_is_played() {
    let mut played: Vec<String> = FILES.iter().map(|file| file.replace('/', "-").replace(".json", "")).collect();
    let mut there: Vec<String> = Conversation::load_all(&Conversation::folder())
        .unwrap()
        .into_iter()
        .map(|conversation| conversation.name)
        .collect();
    played.sort();
    there.sort();
    assert_eq!(played, there, "tests/conversations and this file's list differ");
}

/// The names of the identity providers' files; every app has one of each.
const DIALECTS: [&str; 5] = ["entra", "entra-scim-2020", "okta-oin", "okta-aiw", "google"];

#[test]
fn every_client_talks_to_every_app() {
    for app in ["samanage", "splashtop", "askspoke"] {
        for dialect in DIALECTS {
            assert!(FILES.contains(&format!("{app}/{dialect}.json").as_str()), "{app} has no {dialect}.json");
        }
    }
}

#[test]
fn all_clients_talk_to_all_apps_through_one_gateway() {
    let conversations = Conversation::load_all(&Conversation::folder()).unwrap();
    let artifacts = Artifacts::find_or_build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (reports, metrics) = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let plans: Vec<Plan> = conversations.iter().map(Plan::from).collect();
        let system = System::start(&artifacts, folder.path(), &plans).await.unwrap();
        let plays = conversations.iter().map(async |conversation| {
            Player::new(system.target(&conversation.name).unwrap()).play(conversation, |_| ()).await
        });
        let reports = futures_util::future::join_all(plays).await;
        let metrics = HttpRequest::new("GET", format!("{}/metrics", system.gateway.url()));
        let metrics = Http::default().send(metrics).await.unwrap().body;
        system.stop().await.unwrap();
        (reports, metrics)
    });
    let leniencies = leniencies(&artifacts);
    let unneeded: Vec<&String> =
        leniencies.iter().filter(|name| !metrics.contains(&format!("leniency=\"{name}\""))).collect();
    assert!(unneeded.is_empty(), "no conversation needs {unneeded:?}");
    let different: Vec<String> = conversations
        .iter()
        .zip(&reports)
        .flat_map(|(conversation, report)| {
            report
                .differences()
                .map(move |(number, step)| format!("{}: {}", conversation.name, explained(number, step)))
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// The names of all leniencies, which `scim-gateway profiles` lists by client.
fn leniencies(artifacts: &Artifacts) -> BTreeSet<String> {
    let output = Command::new(&artifacts.gateway).args(["profiles", "--json"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let profiles = document["profiles"].as_array().unwrap().iter();
    let names: BTreeSet<String> = profiles
        .flat_map(|profile| profile["leniencies"].as_array().unwrap())
        .map(|leniency| leniency["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

fn assert_plays(file: &str) {
    let conversation = Conversation::load(&Conversation::folder().join(file)).unwrap();
    let artifacts = Artifacts::find_or_build().unwrap();
    let report = tokio::runtime::Runtime::new().unwrap().block_on(play(&conversation, &artifacts));
    let differences: Vec<String> = report.differences().map(|(number, step)| explained(number, step)).collect();
    assert!(
        differences.is_empty(),
        "{} of {} steps of {file} were not as expected:\n\n{}",
        differences.len(),
        report.steps.len(),
        differences.join("\n")
    );
}

async fn play(conversation: &Conversation, artifacts: &Artifacts) -> ConversationReport {
    let folder = tempfile::tempdir().unwrap();
    let system = System::start(artifacts, folder.path(), &[Plan::from(conversation)]).await;
    let system = system.unwrap_or_else(|error| panic!("{error}"));
    let player = Player::new(system.target(&conversation.name).unwrap());
    let report = player.play(conversation, |_| ()).await;
    system.stop().await.unwrap();
    report
}

fn explained(number: usize, step: &StepReport) -> String {
    let mut text = format!("step {number}: {}\n", step.says);
    if let Some(sent) = &step.request {
        text += &format!("  sent {} {} {}\n", sent.method, sent.path, json(sent.body.as_ref()));
    }
    for call in &step.app_calls {
        let query = Value::Object(call.query.clone());
        text += &format!("  app received {} {} {query} {}\n", call.method, call.path, json(call.body.as_ref()));
    }
    if let Some(answer) = &step.answer {
        text += &format!("  got {} {}\n", answer.status, json(answer.body.as_ref()));
    }
    for mismatch in &step.mismatches {
        text += &format!("  - {} {}\n      expected {}\n", mismatch.at, mismatch.reason, mismatch.expected);
        text += &format!("      found    {}\n", json(mismatch.found.as_ref()));
    }
    text
}

fn json(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
