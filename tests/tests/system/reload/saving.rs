//! The ways in which editors and tools save a mapping, and what is half written or wrong.

use scim_gateway_tests::world::{EditableWorld, broken_mapping, eventually, mapping_with_title, mapping_without_title};
use std::fs;
use std::io::Write as _;
use std::path::Path;

type Save = fn(&Path, &str);

/// What editors and tools do.
const WAYS: [(&str, Save); 6] = [
    ("truncate and write (nano, VS Code)", |file, text| fs::write(file, text).unwrap()),
    ("write beside and rename over (vim with backupcopy=no, sed -i)", |file, text| {
        let new = file.with_extension("json.tmp");
        fs::write(&new, text).unwrap();
        fs::rename(new, file).unwrap();
    }),
    ("rename away and write anew (vim's backup)", |file, text| {
        fs::rename(file, file.with_extension("json~")).unwrap();
        fs::write(file, text).unwrap();
        fs::remove_file(file.with_extension("json~")).unwrap();
    }),
    ("delete and create", |file, text| {
        fs::remove_file(file).unwrap();
        fs::write(file, text).unwrap();
    }),
    ("write in pieces", |file, text| {
        let mut file = fs::File::create(file).unwrap();
        for piece in text.as_bytes().chunks(100) {
            file.write_all(piece).unwrap();
            file.sync_data().unwrap();
        }
    }),
    ("a link that is turned to another file", |file, text| {
        let real = file.with_extension(if file.is_symlink() { "2.json" } else { "1.json" });
        fs::write(&real, text).unwrap();
        let link = file.with_extension("link");
        std::os::unix::fs::symlink(real.file_name().unwrap(), &link).unwrap();
        fs::rename(link, file).unwrap();
    }),
];

#[tokio::test]
async fn a_mapping_is_in_force_however_it_is_saved() {
    let world = EditableWorld::watching().await;
    assert!(world.shows_title().await);
    for (way, save) in WAYS {
        for (text, title) in [(mapping_without_title(), false), (mapping_with_title(), true)] {
            save(&world.mapping(), &text);
            eventually(way, async || world.shows_title().await == title).await;
        }
    }
    let said = world.log();
    assert!(said.contains("reloaded: applied in"), "{said}");
    world.stop().await;
}

#[tokio::test]
async fn a_broken_mapping_leaves_the_old_one_in_force_says_what_is_wrong_and_can_be_mended() {
    let world = EditableWorld::watching().await;
    fs::write(world.mapping(), broken_mapping()).unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    let mistake = &refused["mistakes"][0];
    assert_eq!(mistake["file"], world.mapping().to_str().unwrap(), "{mistake}");
    assert_eq!((mistake["line"].as_u64(), mistake["column"].as_u64()), (Some(5), Some(17)), "{mistake}");
    assert!(mistake["message"].as_str().unwrap().contains("did you mean `emails"), "{mistake}");
    assert!(world.shows_title().await, "the old mapping is not in force");
    let ready = world.operator("GET", "/readyz", None).await;
    assert_eq!(ready.status, 200);
    assert!(ready.body.contains("\"reload\":{\"state\":\"degraded\""), "{}", ready.body);
    let metrics = world.operator("GET", "/metrics", None).await.body;
    assert!(metrics.contains("scim_reloads_total{outcome=\"refused\"} 1"), "{metrics}");

    fs::write(world.mapping(), mapping_without_title()).unwrap();
    eventually("the mended mapping", async || !world.shows_title().await).await;
    let ready = world.operator("GET", "/readyz", None).await;
    assert!(!ready.body.contains("degraded"), "{}", ready.body);
    let said = world.log();
    assert!(said.contains("not reloaded: refused in") && said.contains("app.json:5:17"), "{said}");
    world.stop().await;
}

#[tokio::test]
async fn half_a_mapping_is_nothing_until_the_rest_is_there() {
    let world = EditableWorld::watching().await;
    let text = mapping_without_title();
    let (half, rest) = text.split_at(text.len() / 2);
    fs::write(world.mapping(), half).unwrap();
    world.reloaded("the refusal of half a file", |latest| latest["outcome"] == "refused").await;
    assert!(world.shows_title().await);
    fs::OpenOptions::new().append(true).open(world.mapping()).unwrap().write_all(rest.as_bytes()).unwrap();
    eventually("the whole file", async || !world.shows_title().await).await;
    world.stop().await;
}

#[tokio::test]
async fn a_file_that_is_written_as_it_was_rebuilds_nothing() {
    let world = EditableWorld::watching().await;
    let before = world.reloads().await.len();
    fs::write(world.mapping(), mapping_with_title()).unwrap();
    let reload = world.reload().await;
    assert_eq!((&reload["outcome"], &reload["changes"]), (&"unchanged".into(), &serde_json::json!([])));
    assert_eq!(world.reloads().await.len(), before + 1, "only what was asked for is told");
    world.stop().await;
}
