//! Simulators of the apps: what stands in for their servers in tests, in the demo and in the sandbox.
//!
//! A simulator is an independent judge. It is strict where the real app is strict, it shares no code with the gateway or the
//! connectors, and it tells what it was asked over HTTP (`/_sim`, see `README.md`), so that a test in another process or another
//! language can use it too.

mod askspoke;
pub mod control;
mod samanage;
mod scim_app;
mod splashtop;

use control::{Clock, Control, RecordedCall, RequestError};
use serde_json::Value;
use std::{fmt, str::FromStr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Which app a simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The Samanage (SolarWinds Service Desk) REST API.
    Samanage,
    /// Splashtop's SCIM endpoint.
    Splashtop,
    /// askSpoke's SCIM endpoint and a mirror of its REST API.
    AskSpoke,
}

/// There is no simulator of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no simulator of `{0}`; there are: samanage, splashtop, askspoke")]
pub struct UnknownKind(String);

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
#[error("the simulator cannot listen on the loopback interface: {0}")]
pub struct StartError(#[from] std::io::Error);

/// A running simulator on a free loopback port. Dropping it stops it; [`Simulator::stop`] also waits for the calls in flight.
#[derive(Debug)]
pub struct Simulator {
    /// Which app it plays.
    pub kind: Kind,
    /// `http://127.0.0.1:PORT`, without a slash at the end. `/_sim` is below it.
    pub base_url: String,
    /// The base URL of the app's own API: what an instance of the gateway is configured with.
    pub api_url: String,
    control: Arc<Control>,
    shutdown: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator whose only valid credential is `token`, on the machine's clock.
    pub async fn start(kind: Kind, token: &str) -> Result<Self, StartError> {
        Self::start_at(kind, token, Clock::system()).await
    }

    /// Starts a simulator on the given clock, so that a test can let a minute pass without waiting for it.
    pub async fn start_at(kind: Kind, token: &str, clock: Clock) -> Result<Self, StartError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let api_url = format!("{base_url}{}", kind.api_path());
        let app = match kind {
            Kind::Samanage => samanage::app(token),
            Kind::Splashtop => splashtop::app(token),
            Kind::AskSpoke => askspoke::app(token),
        };
        let control = Arc::new(Control::new(app, clock));
        let router = control::router(Arc::clone(&control));
        let (shutdown, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            // Either the sender speaks or it is dropped: both mean stop.
            let served = axum::serve(listener, router).with_graceful_shutdown(async move { drop(stopped.await) });
            // Accept errors are retried inside; a server that cannot go on shows as a refused connection.
            drop(served.await);
        });
        Ok(Self { kind, base_url, api_url, control, shutdown: Some(shutdown), server: Some(server) })
    }

    /// Stops accepting, waits for the calls in flight and for the port to be free.
    pub async fn stop(mut self) {
        drop(self.shutdown.take());
        if let Some(server) = self.server.take() {
            drop(server.await);
        }
    }

    /// Every call the app received, in the order of arrival.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.control.calls()
    }

    /// Forgets the recorded calls.
    pub fn clear_calls(&self) {
        self.control.clear_calls();
    }

    /// `{"users": […], "groups": […]}` in the app's own shapes.
    pub fn state(&self) -> Value {
        self.control.state()
    }

    /// Data, switches, faults and calls as they were at the start.
    pub fn reset(&self) {
        self.control.reset();
    }

    /// Makes sure that `users` generated users exist (`user1@seed.example` …).
    pub fn seed(&self, users: u32) {
        self.control.seed(users);
    }

    /// Sets quirk switches, as `PUT /_sim/switches` does.
    pub fn switch(&self, changes: &Value) -> Result<(), RequestError> {
        self.control.switch(changes)
    }

    /// Replaces the planned faults: the body of `PUT /_sim/faults`.
    pub fn fault(&self, faults: Value) -> Result<(), RequestError> {
        self.control.plan_faults(faults)
    }

    /// Moves the app's clock forward.
    pub fn advance(&self, time: Duration) {
        self.control.clock().advance(time);
    }
}

impl Kind {
    /// Every simulator there is.
    pub const ALL: [Self; 3] = [Self::Samanage, Self::Splashtop, Self::AskSpoke];

    /// The path of the app's API on its host.
    const fn api_path(self) -> &'static str {
        match self {
            Self::Samanage => "",
            Self::Splashtop => "/scim/v1",
            Self::AskSpoke => "/scim/v2",
        }
    }

    /// Whether there is a simulator of a connector's app.
    pub fn has_app_of(connector: &str) -> bool {
        connector.parse::<Self>().is_ok()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Samanage => "samanage",
            Self::Splashtop => "splashtop",
            Self::AskSpoke => "askspoke",
        })
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}
