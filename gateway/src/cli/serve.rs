//! `serve`.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use scim_gateway::config::Config;
use scim_gateway::observe::{self, Metrics};
use scim_gateway::server::{self, Ended, InFlight, ListenLimits, PartState, Parts, Readiness, Shell};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use super::terminal::Terminal;

/// Serves until a signal. Prints one line when it listens: `scim-gateway listens on http://<address>`.
pub(super) fn run(file: &Path) -> Result<(), Failure> {
    let config = Config::load(file)?;
    observe::install(config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    match runtime.block_on(serve(&config))? {
        Ended::Finished => Ok(()),
        Ended::CutOff { operations } => Err(Failure::CutOff(operations)),
    }
}

async fn serve(config: &Config) -> Result<Ended, Failure> {
    let in_flight = InFlight::new(config.server.max_in_flight);
    let metrics = Arc::new(Metrics::new());
    let shell = Shell {
        in_flight: in_flight.clone(),
        request_timeout: config.server.request_timeout,
        metrics: Arc::clone(&metrics),
        readiness: Arc::new(Configured::from(config)),
    };
    let router = server::router(shell, Router::new());

    // Before the line that says so, so that a signal after it is never lost.
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;
    let address = config.server.listen.socket_address();
    let listener = TcpListener::bind(address).await.map_err(|error| Failure::Listen(address, error))?;
    let address = listener.local_addr().map_err(|error| Failure::Listen(address, error))?;
    Terminal::stdout().line(format_args!("scim-gateway listens on http://{address}"))?;

    let shutdown = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(target: "scim_gateway::server", "shutting down: finishing what runs");
    };
    let serving = server::serve(listener, router, &in_flight, ListenLimits::default(), shutdown);
    Ok(tokio::select! {
        ended = serving => ended,
        () = metrics.upkeep() => Ended::Finished,
    })
}

/// Ready as configured.
struct Configured(Parts);

impl From<&Config> for Configured {
    fn from(config: &Config) -> Self {
        let connectors = config.connectors.keys().map(|name| (name.to_string(), PartState::Ready)).collect();
        let instances = config.instances.keys().map(|name| (name.to_string(), PartState::Ready)).collect();
        Self(Parts { connectors, instances, ..Parts::default() })
    }
}

impl Readiness for Configured {
    fn parts(&self) -> Parts {
        self.0.clone()
    }
}
