//! What is measured, started: the stub app, nginx before it, and a gateway with two instances for it.

use super::cores::{LOAD_CORE, MEASURED_CORE};
use super::error::ThroughputError;
use super::load::{self, Plan, TOKEN};
use super::nginx::Nginx;
use super::process::Process;
use super::stub;
use crate::artifacts::Artifacts;
use crate::gateway_process::{GatewayConfig, GatewayProcess, InstanceConfig, token_hash};
use serde_json::Map;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(super) const NGINX: &str = "nginx";
const CREDENTIAL: &str = "app-secret";

/// One way to the stub app.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    pub(super) path: String,
    /// What stands between; nothing when the stub is asked directly.
    pub(super) process: Option<Process>,
}

impl Target {
    pub(super) fn cpu(&self) -> Duration {
        self.process.map(Process::cpu).unwrap_or_default()
    }
}

pub(super) struct Targets {
    pub(super) all: Vec<Target>,
    stub: Stub,
    gateway: GatewayProcess,
    _nginx: Nginx,
}

impl Targets {
    pub(super) async fn start(artifacts: &Artifacts, load: &Path, folder: &Path) -> Result<Self, ThroughputError> {
        let stub = Stub::start(load)?;
        let nginx = Nginx::start(folder, stub.address)?;
        let mut config = GatewayConfig::new(folder);
        // As nginx without its access log; the provisioning log is kept.
        config.log_level("warn");
        for (name, base_url) in
            [("scim-app", format!("http://{}/scim/v2", stub.address)), ("samanage", format!("http://{}", stub.address))]
        {
            config.connector(name, artifacts.connector(name));
            let instance = InstanceConfig {
                connector: name.to_owned(),
                base_url,
                allow_private_addresses: true,
                credential: config.credential(name, CREDENTIAL)?,
                tokens: vec![token_hash(TOKEN)],
                limits: Map::from_iter([("concurrency".to_owned(), 64.into())]),
                ..InstanceConfig::default()
            };
            config.instance(name, instance);
        }
        let log = folder.join("gateway.log");
        let gateway = GatewayProcess::start_on(MEASURED_CORE, &artifacts.gateway, &config.write()?, &log).await?;
        let address = gateway.url().trim_start_matches("http://").parse();
        let address = address.map_err(|_| ThroughputError::NotReady("the gateway".to_owned()))?;
        let target = |name, address, path: &str, process| Target { name, address, path: path.to_owned(), process };
        let process = gateway.id().map(Process);
        let all = vec![
            target("direct", stub.address, "/scim/v2", None),
            target(NGINX, nginx.address, "/scim/v2", Some(nginx.process())),
            target("scim-app", address, "/scim-app/scim/v2", process),
            target("samanage", address, "/samanage/scim/v2", process),
        ];
        Ok(Self { all, stub, gateway, _nginx: nginx })
    }

    /// Requests that the stub app has had.
    pub(super) fn stub_requests(&self) -> Result<u64, ThroughputError> {
        let mut stream = TcpStream::connect(self.stub.address)?;
        write!(stream, "GET {} HTTP/1.1\r\nhost: stub\r\nconnection: close\r\n\r\n", stub::COUNT)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        answer
            .rsplit("\r\n")
            .next()
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| ThroughputError::NotReady("the stub app".to_owned()))
    }

    pub(super) async fn stop(self) -> Result<(), ThroughputError> {
        self.gateway.stop().await?;
        Ok(())
    }
}

/// Runs the load generator once.
pub(super) fn generate(program: &Path, plan: &Plan, target: &'static str) -> Result<load::Result, ThroughputError> {
    let argument = serde_json::to_string(plan).map_err(std::io::Error::from)?;
    let output = pinned(program, "load", Some(&argument)).output();
    let output = output.map_err(|source| ThroughputError::NotRun { what: program.display().to_string(), source })?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| ThroughputError::Load { target, said: String::from_utf8_lossy(&output.stderr).into_owned() })
}

struct Stub {
    child: Child,
    address: SocketAddr,
}

impl Stub {
    fn start(program: &Path) -> Result<Self, ThroughputError> {
        let mut child = pinned(program, "stub", None)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| ThroughputError::NotRun { what: program.display().to_string(), source })?;
        let mut line = String::new();
        let output = child.stdout.take().map(BufReader::new);
        output.map(|mut output| output.read_line(&mut line)).transpose()?;
        match line.trim().parse() {
            Ok(address) => Ok(Self { child, address }),
            Err(_) => {
                drop(child.kill());
                Err(ThroughputError::NotReady("the stub app".to_owned()))
            }
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn pinned(program: &Path, command: &str, argument: Option<&str>) -> Command {
    let mut taskset = Command::new("taskset");
    taskset.args(["--cpu-list", &LOAD_CORE.to_string()]).arg(program).arg(command).args(argument).stdin(Stdio::null());
    taskset
}
