//! What one tenant, an app, a connector or an outsider can do to a gateway.

use super::error::IsolationError;
use super::module::costly;
use super::stage::{ADMIN, Stage, TOKEN, with_token};
use crate::http::{Http, HttpRequest};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// An attack; many clients repeat it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// A connector misbehaves in this way; see `tests/hostile`.
    Connector(&'static str),
    /// A mapping compares every number of a list with every number of another.
    MappingSteps,
    /// A mapping makes a long text for every number of a list.
    MappingBytes,
    /// A connector returns more resources than it was asked for.
    OverfullPage,
    /// A PATCH with many elements and many comparisons.
    HeavyPatch,
    /// A connector's file is replaced by one that is expensive to compile.
    CostlyModule,
    /// Two tenants whose app is slow use the same connector as the good one.
    SlowApp,
    /// Browsers start sign-ins and bring invented codes.
    SignIns,
    /// Connections that send nothing, or half a head.
    IdleSockets,
    /// Bodies in chunks of one byte.
    TinyChunks,
    /// Requests with wrong tokens.
    WrongTokens,
}

/// All attacks.
pub const ATTACKS: [Attack; 18] = [
    Attack::Connector("spins"),
    Attack::Connector("floods-settings"),
    Attack::Connector("eats-memory"),
    Attack::Connector("huge-result"),
    Attack::Connector("many-values"),
    Attack::Connector("refused-sends"),
    Attack::Connector("floods-the-log"),
    Attack::Connector("deep-json"),
    Attack::MappingSteps,
    Attack::MappingBytes,
    Attack::OverfullPage,
    Attack::HeavyPatch,
    Attack::CostlyModule,
    Attack::SlowApp,
    Attack::SignIns,
    Attack::IdleSockets,
    Attack::TinyChunks,
    Attack::WrongTokens,
];

/// Connections that one client of [`Attack::IdleSockets`] holds.
const HELD: usize = 400;
/// E-mails and comparisons of [`Attack::HeavyPatch`].
const EMAILS: usize = 5000;
const COMPARISONS: usize = 900;
const REMOVALS: usize = 20;
/// Chunks of [`Attack::TinyChunks`].
const CHUNKS: usize = 500_000;

/// Clients that attack until they are stopped.
pub(super) struct Attackers {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

/// What a client needs to attack.
struct Attacker {
    attack: Attack,
    gateway: String,
    user: String,
    replaced: PathBuf,
    connector: Arc<[u8]>,
    number: Arc<AtomicU32>,
    body: Arc<str>,
    http: Http,
    held: VecDeque<TcpStream>,
}

impl Attack {
    /// How many clients attack at once, when most attacks have `count`.
    const fn clients(self, count: usize) -> usize {
        match self {
            // A reload waits for the one before.
            Self::CostlyModule => 1,
            // Each takes a place for as long as the app takes.
            Self::SlowApp => 10 * count,
            Self::SignIns => 20 * count,
            _ => count,
        }
    }

    /// How long a client waits between two attacks. Whoever floods a machine of two cores with requests from many connections at
    /// full speed measures its processors; browsers have people in front of them.
    const fn pause(self) -> Option<Duration> {
        match self {
            Self::SignIns => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    fn body(self) -> Arc<str> {
        match self {
            Self::HeavyPatch => heavy_patch().to_string().into(),
            Self::TinyChunks => "1\r\n \r\n".repeat(CHUNKS).into(),
            _ => "".into(),
        }
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connector(behaviour) => behaviour,
            Self::MappingSteps => "mapping-steps",
            Self::MappingBytes => "mapping-bytes",
            Self::OverfullPage => "overfull-page",
            Self::HeavyPatch => "heavy-patch",
            Self::CostlyModule => "costly-module",
            Self::SlowApp => "slow-app",
            Self::SignIns => "sign-ins",
            Self::IdleSockets => "idle-sockets",
            Self::TinyChunks => "tiny-chunks",
            Self::WrongTokens => "wrong-tokens",
        })
    }
}

impl Attackers {
    pub(super) fn start(attack: Attack, stage: &Stage, count: usize) -> Self {
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (number, body, connector) = (Arc::new(AtomicU32::new(0)), attack.body(), Arc::from(&stage.connector[..]));
        let start = |_| {
            let mut attacker = Attacker {
                attack,
                gateway: stage.gateway.url().to_owned(),
                user: stage.user.clone(),
                replaced: stage.replaced.clone(),
                connector: Arc::clone(&connector),
                number: Arc::clone(&number),
                body: Arc::clone(&body),
                http: Http::default(),
                held: VecDeque::new(),
            };
            let (over, answered) = (Arc::clone(&over), Arc::clone(&answered));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    // Whoever attacks may be cut off.
                    if attacker.strike().await.is_ok() {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    if let Some(pause) = attack.pause() {
                        tokio::time::sleep(pause).await;
                    }
                }
            })
        };
        let tasks = (0..attack.clients(count)).map(start).collect();
        Self { over, answered, tasks }
    }

    /// Waits until the gateway has answered everybody, so that the next half round is really alone. Returns the number of attacks.
    pub(super) async fn stop(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            // A task that panicked has reported it.
            let _ = task.await;
        }
        self.answered.load(Ordering::Relaxed)
    }
}

impl Attacker {
    async fn strike(&mut self) -> Result<(), IsolationError> {
        match self.attack {
            Attack::Connector(behaviour) => self.get(&format!("hostile/scim/v2/Users/{behaviour}")).await,
            Attack::MappingSteps => self.get("steps/scim/v2/Users/two-lists").await,
            Attack::MappingBytes => self.get("bytes/scim/v2/Users/list-and-text").await,
            Attack::OverfullPage => self.get("overfull/scim/v2/Users?count=100").await,
            Attack::HeavyPatch => {
                let mut request = with_token("PATCH", self.url(&format!("patched/scim/v2/Users/{}", self.user)));
                request.body = Some(self.body.to_string());
                self.http.send(request.header("content-type", "application/scim+json")).await?;
                Ok(())
            }
            Attack::CostlyModule => {
                let number = self.number.fetch_add(1, Ordering::Relaxed);
                std::fs::write(&self.replaced, costly(&self.connector, number))?;
                let reload = HttpRequest::new("POST", self.url("-/reload"));
                self.http.send(reload.header("authorization", format!("Bearer {ADMIN}"))).await?;
                Ok(())
            }
            Attack::SlowApp => {
                let instance =
                    if self.number.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { "slow-one" } else { "slow-two" };
                self.get(&format!("{instance}/scim/v2/Users/{}", self.user)).await
            }
            Attack::SignIns => self.invented_code().await,
            Attack::IdleSockets => Ok(self.idle().await?),
            Attack::TinyChunks => Ok(self.tiny_chunks().await?),
            Attack::WrongTokens => {
                let request = HttpRequest::new("GET", self.url(&format!("good/scim/v2/Users/{}", self.user)));
                self.http.send(request.header("authorization", "Bearer wrong")).await?;
                Ok(())
            }
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.gateway)
    }

    async fn get(&self, path: &str) -> Result<(), IsolationError> {
        self.http.send(with_token("GET", self.url(path))).await?;
        Ok(())
    }

    async fn invented_code(&self) -> Result<(), IsolationError> {
        let begun = self.http.send(HttpRequest::new("GET", self.url("people/jit"))).await?;
        let header = |name: &str| begun.headers.get(name).map(String::as_str).unwrap_or_default();
        let state = header("location").split(['?', '&']).find_map(|pair| pair.strip_prefix("state="));
        let cookie = header("set-cookie").split(';').next().unwrap_or_default();
        let url = self.url(&format!("people/jit/callback?code=invented&state={}", state.unwrap_or_default()));
        self.http.send(HttpRequest::new("GET", url).header("cookie", cookie)).await?;
        Ok(())
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.gateway.trim_start_matches("http://")).await
    }

    async fn idle(&mut self) -> io::Result<()> {
        let mut socket = self.connect().await?;
        if self.held.len().is_multiple_of(2) {
            socket.write_all(b"GET /healthz HTTP/1.1\r\nho").await?;
        }
        self.held.push_back(socket);
        if self.held.len() > HELD {
            self.held.pop_front();
        }
        Ok(())
    }

    async fn tiny_chunks(&self) -> io::Result<()> {
        let mut socket = self.connect().await?;
        let head = format!(
            "POST /hostile/scim/v2/Users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\
             connection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).await?;
        socket.write_all(self.body.as_bytes()).await?;
        socket.write_all(b"0\r\n\r\n").await?;
        socket.read_to_end(&mut Vec::new()).await.map(drop)
    }
}

fn heavy_patch() -> Value {
    let emails: Vec<Value> =
        (0..EMAILS).map(|n| json!({ "type": format!("t{n}"), "value": format!("user{n}@seed.example") })).collect();
    let comparisons: Vec<String> = (0..COMPARISONS).map(|n| format!("value co \"z{n}\"")).collect();
    let removal = json!({ "op": "remove", "path": format!("emails[{}]", comparisons.join(" or ")) });
    let mut operations = vec![json!({ "op": "add", "path": "emails", "value": emails })];
    operations.extend(vec![removal; REMOVALS]);
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}
