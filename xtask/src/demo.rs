//! `cargo xtask demo`: plays every conversation and prints it for people, or as one JSON document.

use crate::error::CommandError;
use crate::stage::{stage, stage_async};
use crate::story::Story;
use crate::terminal::Paint;
use crate::tools;
use scim_gateway_tests::conversation::{Conversation, ConversationReport, Player, Verdict};
use scim_gateway_tests::system::{Plan, System};
use serde::Serialize;
use std::io::{Write, stdout};

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    as_expected: bool,
    steps: usize,
    different: usize,
    conversations: &'a [ConversationReport],
}

/// Returns whether every step was as expected.
pub(crate) async fn run(json: bool) -> Result<bool, CommandError> {
    let conversations = Conversation::load_all(&Conversation::folder())?;
    let artifacts = tools::build()?;
    let folder = tempfile::tempdir()?;
    let plans: Vec<Plan> = conversations.iter().map(Plan::from).collect();
    let starting = System::start(&artifacts, folder.path(), &plans);
    let system = stage_async("start the simulators and the gateway", starting).await?;

    let mut reports = Vec::new();
    for conversation in &conversations {
        let Some(target) = system.target(&conversation.name) else { continue };
        let player = Player::new(target);
        let mut story = (!json).then(|| Story::new(stdout().lock(), Paint::on(&stdout())));
        if let Some(story) = &mut story {
            story.begin(conversation)?;
        }
        let mut printed = Ok(());
        let report = player
            .play(conversation, |step| {
                if let (Some(story), Ok(())) = (&mut story, &printed) {
                    printed = story.step(step);
                }
            })
            .await;
        printed?;
        reports.push(report);
    }
    system.stop().await?;

    let as_expected = reports.iter().all(|report| report.verdict == Verdict::AsExpected);
    if json {
        let different = reports.iter().map(|report| report.differences().count()).sum();
        let steps = reports.iter().map(|report| report.steps.len()).sum();
        let document = Document { as_expected, steps, different, conversations: &reports };
        let mut out = stdout().lock();
        serde_json::to_writer_pretty(&mut out, &document)?;
        writeln!(out)?;
    } else {
        Story::new(stdout().lock(), Paint::on(&stdout())).end(&reports)?;
    }
    stage("remove what the demo wrote", || folder.close())?;
    Ok(as_expected)
}
