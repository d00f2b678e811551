//! What outsiders can do to a gateway: connections and tokens.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::gateway_process::{GatewayConfig, GatewayProcess, InstanceConfig, token_hash};
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::simulators::{Kind, Simulator};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// An instance `acme` of Splashtop and the files of its gateway.
struct Door {
    app: Simulator,
    artifacts: Artifacts,
    folder: TempDir,
    config: PathBuf,
}

impl Door {
    async fn new() -> Self {
        let (app, folder) = (Simulator::start(Kind::Splashtop, "app").await.unwrap(), tempfile::tempdir().unwrap());
        let artifacts = Artifacts::find_or_build().unwrap();
        app.seed(1);
        let mut config = GatewayConfig::new(folder.path());
        config.connector("splashtop", artifacts.connector("splashtop"));
        let instance = InstanceConfig {
            credential: config.credential("acme", "app").unwrap(),
            tokens: vec![token_hash("right")],
            ..InstanceConfig::on_loopback("splashtop", &app.api_url)
        };
        config.instance("acme", instance);
        let config = config.write().unwrap();
        Self { app, artifacts, folder, config }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("gateway.log")
    }
}

async fn users(gateway: &GatewayProcess, token: &str) -> u16 {
    let request = HttpRequest::new("GET", format!("{}/acme/scim/v2/Users", gateway.url()));
    // Each time from a new client.
    Http::default().send(request.header("authorization", format!("Bearer {token}"))).await.unwrap().status
}

#[tokio::test]
async fn idle_sockets_keep_no_new_client_out_when_few_files_may_be_open() {
    let door = Door::new().await;
    let (binary, log) = (&door.artifacts.gateway, door.log());
    let gateway = GatewayProcess::start_with_files(256, binary, &door.config, &log).await.unwrap();
    let address = gateway.url().trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        if number % 2 == 0 {
            socket.write_all(b"GET /acme/scim/v2/Users HTTP/1.1\r\nhost: x").await.unwrap();
        }
        idle.push(socket);
    }
    for _ in 0..10 {
        assert_eq!(users(&gateway, "right").await, 200);
    }
    assert_eq!(idle.len(), 300);
    gateway.stop().await.unwrap();
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("\"limit\":256") && text.contains("\"connections\":64"), "{text}");
    assert!(text.contains("few open files are allowed"), "{text}");
    door.app.stop().await;
}

#[tokio::test]
async fn wrong_tokens_are_told_to_wait_and_the_right_one_never_is() {
    let door = Door::new().await;
    let gateway = GatewayProcess::start(&door.artifacts.gateway, &door.config, &door.log()).await.unwrap();
    let mut limited = 0;
    for number in 0..200 {
        let status = users(&gateway, "wrong").await;
        assert!([401, 429].contains(&status), "{status}");
        limited += u32::from(status == 429);
        if number % 20 == 0 {
            assert_eq!(users(&gateway, "right").await, 200);
        }
    }
    assert!(limited > 50, "{limited}");
    gateway.stop().await.unwrap();
    door.app.stop().await;
}
