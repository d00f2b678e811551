//! The whole file: what it means, how each mistake is reported ([`mistakes`]), and of what the operator is warned ([`warnings`]).

mod mistakes;
mod warnings;

use super::*;
use crate::egress::Rate;
use crate::store::LogLimits;
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::time::Duration;

const HASH: &str = "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// A directory with the files that configurations below name.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(directory.path().join("connectors")).expect("a directory");
    for file in ["connectors/samanage.wasm", "connectors/splashtop.wasm", "mapping.json"] {
        std::fs::write(directory.path().join(file), "{}").expect("a file");
    }
    std::fs::create_dir(directory.path().join("mappings")).expect("a directory");
    std::fs::write(directory.path().join("mappings/globex.json"), "{}").expect("a file");
    std::fs::write(directory.path().join("app.secret"), "s3cr3t\n").expect("a file");
    std::fs::write(directory.path().join("corporate-ca.pem"), include_str!("authority.pem")).expect("a file");
    directory
}

fn parse(text: &str) -> (tempfile::TempDir, Result<Config, ConfigErrors>) {
    let directory = directory();
    let environment =
        |name: &str| (name.starts_with("SAMANAGE") || name.starts_with("SPLASHTOP")).then(|| "t0k3n".to_owned());
    let config = Config::parse(&directory.path().join("gateway.toml"), text, &environment);
    (directory, config)
}

fn mistakes(text: &str) -> Vec<String> {
    let (directory, config) = parse(text);
    let prefix = format!("{}/", directory.path().display());
    let errors = config.expect_err("mistakes");
    errors.mistakes().iter().map(|mistake| mistake.to_string().replace(&prefix, "")).collect()
}

/// An instance with a token and these lines.
fn instance(lines: &str) -> String {
    format!(
        "[connectors.samanage]\nfile = \"connectors/samanage.wasm\"\n[instances.acme]\nconnector = \"samanage\"\ntokens = [\"{HASH}\"]\n{lines}\n"
    )
}

#[test]
fn the_documented_example_is_a_configuration() {
    let (_directory, config) = parse(include_str!("../../../gateway.example.toml"));
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.instances.len(), 3);
    let initech = config.instances.get("initech-splashtop").expect("an instance");
    assert!(initech.client_credentials.is_some() && initech.route.proxy.is_some() && initech.limits.rate.is_some());
    let acme = config.instances.get("acme-samanage").expect("an instance");
    assert_eq!(acme.location, Location::Region("eu".into()));
    assert_eq!(acme.client, ClientChoice::Auto);
    assert_eq!(acme.credential.as_ref().map(|secret| secret.expose_secret()), Some("t0k3n"));
}

#[test]
fn the_documented_example_shows_every_key() {
    let example = include_str!("../../../gateway.example.toml");
    let tables = ["server", "store", "log", "connectors.a", "instances.a", "instances.a.limits", "instances.a.jit"];
    let text: String = tables.iter().map(|table| format!("[{table}]\n\"?\" = 1\n")).collect();
    let found = mistakes(&text);
    let known: Vec<&str> = found
        .iter()
        .filter_map(|mistake| mistake.split_once("is not a known key; possible here: "))
        .flat_map(|(_, keys)| keys.split(", ").map(|key| key.trim_matches('`')))
        .collect();
    assert!(known.len() > 40, "{known:?}");
    for key in known {
        let shown = [format!("\n{key} = "), format!("\n# {key} = "), format!(".{key}]\n")];
        assert!(shown.iter().any(|shown| example.contains(shown)), "{key}");
    }
}

#[test]
fn an_empty_file_is_a_gateway_with_defaults_and_no_instances() {
    let (directory, config) = parse("");
    let config = config.expect("a configuration");
    let state_directory = directory.path().join("scim-gateway.state");
    assert_eq!(config.server, Server { state_directory, ..Server::default() });
    assert_eq!(config.store.url, StoreUrl::SqliteFile(directory.path().join("scim-gateway.db")));
    assert_eq!(config.log, Log { format: None, level: Level::Info });
    assert!(config.instances.is_empty());
}

#[test]
fn every_setting_is_read() {
    let text = format!(
        r#"
        [server]
        listen = "[::1]:0"
        observe-listen = "127.0.0.1:9090"
        max-body-bytes = 2048
        request-timeout-seconds = 5
        max-in-flight = 1_000
        connector-memory-mib = 512
        compile-seconds = 30
        public-url = "https://gateway.example/"
        [store]
        url = "postgres://gateway@localhost/scim"
        log-retention-days = 30
        log-max-mib = 5
        log-rows-per-minute = 60
        [log]
        format = "json"
        level = "debug"
        [connectors.samanage]
        file = "connectors/samanage.wasm"
        sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
        [instances.acme]
        connector = "samanage"
        base-url = "http://127.0.0.1:9/"
        allow-private-addresses = true
        ca-file = "corporate-ca.pem"
        proxy = "http://proxy:3128"
        credential = "file:app.secret"
        username = "admin"
        auth = "basic"
        mapping = "mapping.json"
        tokens = ["{HASH}"]
        client = "entra-optscim"
        generation = 3
        [instances.acme.settings]
        unknown-references = "create"
        "page.size" = 50
        ratio = 0.5
        nested = {{ list = [true, 0x10] }}
        [instances.acme.limits]
        memory-mib = 64
        cpu-ms = 500
        wall-ms = 30000
        sends = 20
        response-bytes = 4096
        state-kib = 100
        concurrency = 4
        requests-per-second = 10
        burst = 20
        [instances.acme.guard-rails]
        max-members-removed = 100
        max-deactivations = {{ users = 50, percent = 10, window-minutes = 30 }}
        "#
    );
    let (directory, config) = parse(&text);
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.server.listen.to_string(), "[::1]:0");
    assert_eq!(config.server.observe_listen.map(|address| address.to_string()).as_deref(), Some("127.0.0.1:9090"));
    assert_eq!(config.server.request_timeout, Duration::from_secs(5));
    assert_eq!((config.server.max_body_bytes, config.server.max_in_flight), (2048, 1000));
    let compile = config.server.compile_time;
    assert_eq!((config.server.connector_memory, compile), (512 << 20, Duration::from_secs(30)));
    assert_eq!(config.store.url.to_string(), "postgres://gateway@localhost/scim");
    assert_eq!(config.store.log_retention_days, 30);
    assert_eq!(config.store.log_limits, LogLimits { bytes: 5 << 20, rows_per_minute: 60 });
    assert_eq!(config.server.public_url.as_ref().map(ToString::to_string).as_deref(), Some("https://gateway.example"));
    assert_eq!(config.log, Log { format: Some(Format::Json), level: Level::Debug });
    let connector = config.connectors.get("samanage").expect("a connector");
    assert_eq!(connector.file, directory.path().join("connectors/samanage.wasm"));
    assert_eq!(connector.sha256.map(|hash| hash.to_string()).as_deref(), HASH.strip_prefix("sha256:"));
    let acme = config.instances.get("acme").expect("an instance");
    assert_eq!(acme.connector.as_str(), "samanage");
    assert!(matches!(&acme.location, Location::BaseUrl(url) if url.to_string() == "http://127.0.0.1:9"));
    assert_eq!(acme.credential.as_ref().map(|secret| secret.expose_secret()), Some("s3cr3t"));
    let deactivations = Deactivations { users: Some(50), percent: Some(10), window: Duration::from_secs(1800) };
    assert_eq!(acme.guard_rails, GuardRails { members_removed: Some(100), deactivations: Some(deactivations) });
    assert_eq!((acme.auth, acme.username.as_deref()), (Some(AuthKind::Basic), Some("admin")));
    assert!(acme.route.allow_private && acme.route.authorities.is_some());
    assert_eq!(acme.route.proxy.as_ref().map(ToString::to_string).as_deref(), Some("http://proxy:3128"));
    assert_eq!(acme.mapping, Some(directory.path().join("mapping.json")));
    assert_eq!((acme.tokens.len(), acme.client), (1, ClientChoice::EntraOptscim));
    let settings =
        json!({"unknown-references": "create", "page.size": 50, "ratio": 0.5, "nested": {"list": [true, 16]}});
    assert_eq!(serde_json::Value::Object(acme.settings.clone()), settings);
    let limits = Limits {
        memory_bytes: Some(64 << 20),
        cpu: Some(Duration::from_millis(500)),
        wall: Some(Duration::from_secs(30)),
        sends: Some(20),
        response_bytes: Some(4096),
        concurrency: Some(4),
        state_bytes: Some(100 << 10),
        rate: Some(Rate { per_second: 10.try_into().unwrap(), burst: 20.try_into().unwrap() }),
    };
    assert_eq!(acme.limits, limits);
    assert_eq!(acme.generation, Some(3));
    assert!(!format!("{config:?}").contains("s3cr3t"), "a secret in a debug text");
}
