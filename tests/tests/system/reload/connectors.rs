//! Connectors that are replaced, broken and rolled back.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::world::{EditableWorld, broken_mapping, eventually, mapping_with_title, other_connector};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::process::{Command, Output};

fn rollback(world: &EditableWorld, options: &[&str]) -> Output {
    let mut command = Command::new(&world.artifacts.gateway);
    command.arg("rollback").arg("samanage").arg("--config").arg(&world.config_file).args(options);
    command.output().unwrap()
}

#[tokio::test]
async fn a_new_version_serves_a_broken_one_does_not_and_the_one_before_is_put_back() {
    let world = EditableWorld::watching().await;
    let original = fs::read(world.connector()).unwrap();
    fs::write(world.connector(), other_connector(&world.connector())).unwrap();
    eventually("the new version", async || world.shows_other_connector().await).await;
    assert!(world.shows_title().await);

    fs::write(world.connector(), b"\0asm\x01\0\0\0 and nonsense").unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    assert_eq!(refused["mistakes"][0]["key"], "connectors.samanage.file", "{refused}");
    assert!(world.shows_other_connector().await, "the version before is not in force");

    // The latest version that served is not the broken file.
    let done = rollback(&world, &[]);
    assert!(done.status.success(), "{done:?}");
    world.reloaded("the mending", |latest| latest["outcome"] == "unchanged").await;
    assert!(world.shows_other_connector().await);

    let done = rollback(&world, &[]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(fs::read(world.connector()).unwrap(), original);
    eventually("the first version", async || !world.shows_other_connector().await).await;
    world.stop().await;
}

#[tokio::test]
async fn another_apps_connector_is_not_taken_for_a_new_version() {
    let world = EditableWorld::watching().await;
    fs::copy(Artifacts::find_or_build().unwrap().connector("splashtop"), world.connector()).unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    let expected = "the file contained the connector `samanage` and now contains `splashtop`";
    assert_eq!(refused["mistakes"][0]["message"], expected, "{refused}");
    assert!(world.shows_title().await);
    world.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_cleaned_and_built_anew_is_seen() {
    let world = EditableWorld::watching().await;
    let (folder, other) = (world.artifacts.connectors.clone(), other_connector(&world.connector()));
    fs::remove_dir_all(&folder).unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    assert_eq!(refused["mistakes"][0]["key"], "connectors.samanage.file", "{refused}");
    assert!(world.shows_title().await, "what was loaded serves on");
    fs::create_dir(&folder).unwrap();
    fs::write(world.connector(), other).unwrap();
    eventually("the new version", async || world.shows_other_connector().await).await;
    world.stop().await;
}

#[tokio::test]
async fn a_pin_is_respected_by_a_reload_and_by_a_rollback() {
    let world = EditableWorld::watching().await;
    let other = other_connector(&world.connector());
    fs::write(world.connector(), &other).unwrap();
    eventually("the new version", async || world.shows_other_connector().await).await;
    let mut config = world.config();
    let digest = Sha256::digest(&other).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    config.pin("samanage", &digest);
    config.write().unwrap();

    let refused = rollback(&world, &[]);
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && stderr.contains("connectors.samanage.sha256 pins"), "{stderr}");
    assert_eq!(fs::read(world.connector()).unwrap(), other);
    let listed = String::from_utf8(rollback(&world, &["--list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.lines().next().unwrap().starts_with(&digest) && listed.contains("current"), "{listed}");
    let unknown = rollback(&world, &["--to", "ffff"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("--list"), "{unknown:?}");

    fs::write(world.connector(), [other.as_slice(), b"\0\x02\x01x"].concat()).unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    assert!(refused["mistakes"][0]["message"].as_str().unwrap().contains("is pinned"), "{refused}");
    assert!(world.shows_other_connector().await);
    world.stop().await;
}

#[tokio::test]
async fn a_version_that_loads_and_serves_nobody_is_not_what_a_rollback_returns_to() {
    let world = EditableWorld::not_watching().await;
    let original = fs::read(world.connector()).unwrap();
    let listed = || String::from_utf8(rollback(&world, &["--list"]).stdout).unwrap().lines().count();
    let other = other_connector(&world.connector());
    fs::write(world.connector(), &other).unwrap();
    fs::write(world.mapping(), broken_mapping()).unwrap();
    let partly = world.reload().await;
    assert_eq!((&partly["outcome"], &partly["changes"][0]["change"]), (&"partly".into(), &"file".into()), "{partly}");
    assert!(!world.shows_other_connector().await, "the instance is not refused");
    assert_eq!(listed(), 1);

    // The next version does not fit either: the rollback restores the one that served.
    fs::write(world.connector(), [other.as_slice(), b"\0\x02\x01x"].concat()).unwrap();
    assert_eq!(world.reload().await["outcome"], "partly");
    let done = rollback(&world, &[]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(fs::read(world.connector()).unwrap(), original);

    // With a mapping that fits, a version that was loaded before begins to serve.
    fs::write(world.connector(), &other).unwrap();
    assert_eq!(world.reload().await["outcome"], "partly");
    fs::write(world.mapping(), mapping_with_title()).unwrap();
    assert_eq!(world.reload().await["outcome"], "applied");
    assert!(world.shows_other_connector().await);
    assert_eq!(listed(), 2);
    world.stop().await;
}
