//! Runs every command of the README exactly as it is written there; `check` and `serve` use the README's `gateway.toml`.
//!
//! The only exception is `cargo xtask test`, which runs this test: instead, the test checks that `.ci/run` calls it and nothing
//! else.

use scim_gateway_tests::artifacts::{self, Artifacts, WASM_TARGET};
use scim_gateway_tests::gateway_process::GatewayProcess;
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::simulators::Kind;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

type Exercise = fn(&Readme);

/// The commands of the README, each with the function that runs it.
const EXERCISED: &[(&str, Exercise)] = &[
    ("cargo xtask demo", demo),
    ("cargo xtask test", test),
    ("cargo xtask sandbox --dir sandbox", sandbox),
    ("cargo build --package scim-gateway", build),
    ("cargo build --package samanage-connector --profile connector --target wasm32-unknown-unknown", build_connector),
    ("scim-gateway token new", token),
    ("scim-gateway check --config gateway.toml", check),
    ("scim-gateway serve --config gateway.toml", serve),
    ("scim-gateway log --config gateway.toml --match ada@example.com --since 7d", log),
    ("scim-gateway purge --config gateway.toml --instance acme", purge),
];

#[test]
fn every_command_of_the_readme_works() {
    let readme = Readme::read();
    let written: Vec<String> =
        readme.blocks("sh").flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let exercised: Vec<&str> = EXERCISED.iter().map(|(command, _)| *command).collect();
    assert_eq!(written, exercised, "the README's commands and those that this test runs differ");
    for (_, exercise) in EXERCISED {
        exercise(&readme);
    }
}

#[test]
fn every_file_that_the_readme_names_is_there() {
    let readme = Readme::read();
    let mut checked = 0;
    for link in links(&readme.0).filter(|link| !link.starts_with("http")) {
        assert!(artifacts::workspace().join(link).exists(), "there is no {link}");
        checked += 1;
    }
    let table = readme.0.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(path, _)| path);
    for path in table {
        assert!(artifacts::workspace().join(path).exists(), "there is no {path}");
        checked += 1;
    }
    assert!(checked > 5, "only {checked} files were found in the README");
}

/// A table lists what the apps' manuals say, and each row names the conversation or test that plays it.
#[test]
fn every_row_about_the_apps_manuals_is_played() {
    let conversations = artifacts::workspace().join("tests/conversations");
    let text = fs::read_to_string(conversations.join("README.md")).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ") && line.contains('"')).collect();
    assert!(rows.len() > 20, "only {} rows were found", rows.len());
    for row in rows {
        let played_in = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap();
        let is_played = |link: &str| link.ends_with(".json") || link.starts_with("../tests/");
        let mut links = links(played_in).map(|link| is_played(link) && conversations.join(link).is_file());
        assert!(played_in.contains("](") && links.all(|played| played), "{row}");
    }
    for folder in fs::read_dir(&conversations).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let app = format!("]({}/", folder.file_name().to_str().unwrap());
        assert!(text.contains(&app), "no row is about {app}");
    }
}

/// The targets of the links in a text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

/// The README's text.
struct Readme(String);

impl Readme {
    fn read() -> Self {
        Self(fs::read_to_string(artifacts::workspace().join("README.md")).unwrap())
    }

    /// The fenced blocks of a language.
    fn blocks(&self, language: &str) -> impl Iterator<Item = &str> {
        let fence = format!("```{language}\n");
        let starts: Vec<usize> = self.0.match_indices(&fence).map(|(at, _)| at + fence.len()).collect();
        starts.into_iter().map(|start| self.0[start..].split("```").next().unwrap())
    }

    /// A folder with the README's `gateway.toml`, on a free port, and all files that it names.
    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let config = self.blocks("toml").find(|block| block.contains("[server]")).unwrap();
        fs::write(folder.path().join("gateway.toml"), config.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
        fs::write(folder.path().join("samanage.token"), "not a real one").unwrap();
        fs::create_dir(folder.path().join("connectors")).unwrap();
        fs::copy(built().connector("samanage"), folder.path().join("connectors/samanage.wasm")).unwrap();
        folder
    }
}

fn built() -> Artifacts {
    Artifacts::find_or_build().unwrap()
}

fn demo(_: &Readme) {
    let output = xtask().arg("demo").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("steps were as expected"), "{text}");
}

fn test(_: &Readme) {
    let script = fs::read_to_string(artifacts::workspace().join(".ci/run")).unwrap();
    let commands: Vec<&str> = script
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("set ") && !line.starts_with("cd "))
        .collect();
    assert_eq!(commands, ["exec cargo xtask test"]);
}

fn sandbox(_: &Readme) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = xtask();
    command.args(["sandbox", "--dir", "sandbox"]).current_dir(folder.path()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |text: &str| {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line: &String| !line.contains(text)) {
            lines.push(progress.next().unwrap_or_else(|| panic!("the sandbox ended without {text}: {lines:#?}")));
        }
        lines
    };
    let lines = until("ready: ");
    let file = folder.path().join("sandbox/sandbox.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(Path::new(document["config"].as_str().unwrap()).is_file());
    let instances = document["instances"].as_array().unwrap();
    let names: Vec<String> =
        instances.iter().map(|instance| instance["connector"].as_str().unwrap().to_owned()).collect();
    let mut simulated = artifacts::connector_ids().unwrap();
    simulated.retain(|id| Kind::has_app_of(id));
    assert_eq!(names, simulated);
    for instance in instances {
        let users = get(
            &format!("{}/Users?startIndex=1&count=1", instance["scim"].as_str().unwrap()),
            instance["token"].as_str(),
        );
        assert_eq!(users["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:ListResponse", "{users}");
        let calls = get(&format!("{}/_sim/calls", instance["app"].as_str().unwrap()), None);
        assert!(!calls.as_array().unwrap().is_empty());
    }
    first_steps(&lines);
    let mapping = Path::new(instances[0]["mapping"].as_str().unwrap());
    let original = fs::read_to_string(mapping).unwrap();
    fs::write(mapping, "{").unwrap();
    until("not reloaded: ");
    fs::write(mapping, &original).unwrap();
    until("    reloaded: ");
    interrupt(&mut child);
    assert!(child.wait().unwrap().success());
    assert!(!folder.path().join("sandbox").exists(), "the sandbox left something behind");
}

/// The first steps that the sandbox prints work: the request, and the command that shows what the gateway did with it.
fn first_steps(lines: &[String]) {
    let printed = |text: &str| lines.iter().find_map(|line| line.split_once(text)).unwrap().1;
    let words: Vec<&str> = printed("try a request: curl ").split('\'').map(str::trim).collect();
    let ["-H", authorization, "-H", content_type, "-d", body, url] = words[..] else { panic!("{words:?}") };
    let posted = HttpRequest::new("POST", url).json(&serde_json::from_str(body).unwrap());
    let request = [authorization, content_type].iter().fold(posted, |request, header| {
        let (name, value) = header.split_once(": ").unwrap();
        request.header(name, value)
    });
    let answer =
        tokio::runtime::Runtime::new().unwrap().block_on(async { Http::default().send(request).await }).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);

    let log = || {
        let output = Command::new("sh").args(["-c", printed("see what became of it: ")]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    // Rows are written after the answer, many at a time.
    let shown = (0..200).any(|_| log().contains("ada@example.com"));
    assert!(shown, "{}", log());
}

fn build(_: &Readme) {
    let built = artifacts::cargo().args(["build", "--package", "scim-gateway"]).status().unwrap();
    assert!(built.success());
}

fn build_connector(readme: &Readme) {
    let arguments = ["build", "--package", "samanage-connector", "--profile", "connector", "--target", WASM_TARGET];
    let status = artifacts::cargo().args(arguments).status().unwrap();
    assert!(status.success());
    assert!(readme.0.contains("target/wasm32-unknown-unknown/connector/samanage_connector.wasm"));
    assert!(built().connector("samanage").ends_with("wasm32-unknown-unknown/connector/samanage_connector.wasm"));
}

fn token(readme: &Readme) {
    let output = gateway(readme.folder().path(), &["token", "new"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("sha256:"));
}

fn check(readme: &Readme) {
    let output = gateway(readme.folder().path(), &["check", "--config", "gateway.toml"]);
    assert!(output.status.success(), "{output:?}");
}

fn serve(readme: &Readme) {
    let folder = readme.folder();
    let binary = built().gateway;
    let config = folder.path().join("gateway.toml");
    let log = folder.path().join("gateway.log");
    let served = async {
        let gateway = GatewayProcess::start(&binary, &config, &log).await.unwrap();
        gateway.stop().await.unwrap()
    };
    assert!(tokio::runtime::Runtime::new().unwrap().block_on(served).success());
}

/// The log can be read after the gateway has stopped, too.
fn log(readme: &Readme) {
    let folder = readme.folder();
    let log = |arguments: &[&str]| {
        let output = gateway(folder.path(), &[&["log", "--config", "gateway.toml"], arguments].concat());
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (well, text) = log(&[]);
    assert!(!well && text.contains("there is no store"), "{text}");

    serve_once(folder.path());
    let (well, text) = log(&["--match", "ada@example.com", "--since", "7d"]);
    assert!(well && text.starts_with("TIME ") && text.ends_with("no matching rows\n"), "{text}");
}

fn purge(readme: &Readme) {
    let folder = readme.folder();
    serve_once(folder.path());
    let output = gateway(folder.path(), &["purge", "--config", "gateway.toml", "--instance", "acme"]);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(
        output.status.success() && text.contains("acme generation 1: ") && text.contains("remembers nothing of acme\n"),
        "{text}"
    );
}

/// Starts the gateway, which makes its store, and stops it.
fn serve_once(folder: &Path) {
    let served = async {
        let (config, log) = (folder.join("gateway.toml"), folder.join("gateway.log"));
        GatewayProcess::start(&built().gateway, &config, &log).await.unwrap().stop().await.unwrap()
    };
    tokio::runtime::Runtime::new().unwrap().block_on(served);
}

fn gateway(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(built().gateway).args(arguments).current_dir(folder).output().unwrap()
}

fn xtask() -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_xtask")));
    command.stdin(Stdio::null());
    command
}

fn get(url: &str, token: Option<&str>) -> Value {
    let mut request = HttpRequest::new("GET", url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = tokio::runtime::Runtime::new().unwrap().block_on(async { Http::default().send(request).await });
    serde_json::from_str(&answer.unwrap().body).unwrap()
}

/// Stops the process as a supervisor does.
fn interrupt(child: &mut Child) {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}
