//! The real gateway with a good instance and all that is needed to attack it.

use super::error::IsolationError;
use super::provider;
use crate::artifacts::Artifacts;
use crate::gateway_process::{GatewayConfig, GatewayProcess, InstanceConfig, token_hash};
use crate::http::{Http, HttpRequest};
use crate::simulators::{Kind, Simulator};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The token of every instance.
pub(super) const TOKEN: &str = "scim_isolation";
/// The token of the operator's routes.
pub(super) const ADMIN: &str = "admin_isolation";
/// How long the slow app takes.
const SLOW_MS: u64 = 3000;

/// Mappings of the hostile connector that cost more than an operation may.
const MAPPINGS: [(&str, &str); 2] =
    [("steps", "string(app.l.exists(e, e in app.m))"), ("bytes", "app.k.map(e, app.big + \"x\")[0]")];

pub(super) struct Stage {
    pub(super) gateway: GatewayProcess,
    /// The app of the good instance and of others.
    pub(super) app: Simulator,
    slow: Simulator,
    /// The id of the good instance's user.
    pub(super) user: String,
    /// A connector's file that is replaced again and again.
    pub(super) replaced: PathBuf,
    /// What it contains at first.
    pub(super) connector: Vec<u8>,
}

impl Stage {
    /// The gateway's files go to `folder`, which must exist.
    pub(super) async fn start(artifacts: &Artifacts, hostile: &Path, folder: &Path) -> Result<Self, IsolationError> {
        let app = Simulator::start(Kind::Splashtop, "app").await?;
        let slow = Simulator::start(Kind::Splashtop, "app").await?;
        app.seed(1);
        slow.fault(json!({ "faults": [{ "delay-ms": SLOW_MS, "times": u32::MAX }] }))?;
        let (replaced, connector) = (folder.join("replaced.wasm"), std::fs::read(hostile)?);
        std::fs::write(&replaced, &connector)?;
        let mut config = GatewayConfig::new(folder);
        config.admin_token(token_hash(ADMIN));
        config.connector("splashtop", artifacts.connector("splashtop"));
        config.connector("hostile", hostile.to_owned());
        config.connector("replaced", replaced.clone());
        let issuer = provider::start().await?;
        for (name, connector, url) in [
            ("good", "splashtop", &app.api_url),
            ("patched", "splashtop", &app.api_url),
            ("people", "splashtop", &app.api_url),
            ("slow-one", "splashtop", &slow.api_url),
            ("slow-two", "splashtop", &slow.api_url),
            ("hostile", "hostile", &app.api_url),
            ("steps", "hostile", &app.api_url),
            ("bytes", "hostile", &app.api_url),
            ("overfull", "hostile", &app.api_url),
            ("replaced", "replaced", &app.api_url),
        ] {
            let instance = InstanceConfig {
                credential: config.credential(name, "app")?,
                tokens: vec![token_hash(TOKEN)],
                // With a lower limit, operations are stopped and repeated sooner.
                limits: Map::from_iter([("cpu-ms".to_owned(), Value::from(250))]),
                mapping: mapping(folder, name)?,
                ..InstanceConfig::on_loopback(connector, url)
            };
            config.instance(name, instance);
        }
        let secret = config.credential("provider", "s3cret")?;
        if let (Some(people), Value::Object(jit)) = (config.instance_mut("people"), sign_in(&issuer, &secret)) {
            people.jit = jit;
        }
        if let Some(overfull) = config.instance_mut("overfull") {
            overfull.settings.insert("colour".to_owned(), "overfull".into());
        }
        let file = config.write()?;
        let gateway = GatewayProcess::start(&artifacts.gateway, &file, &folder.join("gateway.log")).await?;
        let user = first_user(&gateway, "good").await?;
        Ok(Self { gateway, app, slow, user, replaced, connector })
    }

    pub(super) async fn stop(self) -> Result<(), IsolationError> {
        self.gateway.stop().await?;
        self.app.stop().await;
        self.slow.stop().await;
        Ok(())
    }
}

/// The mapping of an instance, if it has one of its own.
fn mapping(folder: &Path, instance: &str) -> std::io::Result<Option<PathBuf>> {
    let Some((_, expression)) = MAPPINGS.iter().find(|(name, _)| *name == instance) else { return Ok(None) };
    let rules = json!([
        { "scim": "userName", "app": "name", "direction": "to-app" },
        { "scim": "userName", "inverse": expression, "direction": "to-scim" },
    ]);
    let file = folder.join(format!("{instance}.json"));
    std::fs::write(&file, json!({ "resource-types": { "User": rules } }).to_string())?;
    Ok(Some(file))
}

fn sign_in(issuer: &str, secret: &str) -> Value {
    json!({
        "issuer": issuer, "client-id": "gateway", "client-secret": secret,
        "public-url": "http://127.0.0.1:1", "sign-in-url": "https://app.example/login",
    })
}

async fn first_user(gateway: &GatewayProcess, instance: &str) -> Result<String, IsolationError> {
    let url = format!("{}/{instance}/scim/v2/Users?filter=userName%20eq%20%22user1@seed.example%22", gateway.url());
    let answer = Http::default().send(with_token("GET", url)).await?;
    let id = answer.json().pointer("/Resources/0/id").and_then(Value::as_str).map(str::to_owned);
    id.ok_or(IsolationError::NoUser { status: answer.status, body: answer.body })
}

pub(super) fn with_token(method: &str, url: String) -> HttpRequest {
    HttpRequest::new(method, url).header("authorization", format!("Bearer {TOKEN}"))
}
