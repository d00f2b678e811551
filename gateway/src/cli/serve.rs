//! `serve`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use scim_gateway::config::{Config, ConfigErrors, ListenAddress};
use scim_gateway::instances::{self, Instances, Shared};
use scim_gateway::jit;
use scim_gateway::observe::{self, Metrics};
use scim_gateway::server::{self, BodyLimits, Ended, InFlight, ListenLimits, ScimRoutes, Shell};
use scim_gateway::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use super::terminal::Terminal;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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
    let shared = Shared::open(&config.store.url).await.map_err(Failure::Open)?;
    let store = shared.store.clone();
    metrics.watch_store(move || store.counts());
    let instances =
        instances::build(config, &shared).await.map_err(|mistakes| Failure::Config(ConfigErrors::from(mistakes)))?;
    let instances = Arc::new(instances);
    let shell = Shell {
        in_flight: in_flight.clone(),
        request_timeout: config.server.request_timeout,
        metrics: Arc::clone(&metrics),
        readiness: Arc::<Instances>::clone(&instances),
        observed_apart: config.server.observe_listen.is_some(),
    };
    let observed = server::observed(&shell);
    let guarded = Arc::clone(&instances);
    let signing_in = Arc::clone(&instances);
    let sign_ins = jit::routes(move |name| signing_in.sign_in(name));
    let scim = server::scim(ScimRoutes {
        instances,
        body: BodyLimits::from(&config.server),
        bulk_operations: config.server.max_bulk_operations,
        public_url: config.server.public_url.as_ref().map(|url| url.to_string().into()),
    });
    let router = server::router(&shell, scim.merge(sign_ins));

    // Before the line that says so, so that a signal after it is never lost.
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;
    let address = config.server.listen.socket_address();
    let listener = TcpListener::bind(address).await.map_err(|error| Failure::Listen(address, error))?;
    let address = listener.local_addr().map_err(|error| Failure::Listen(address, error))?;
    let observing = observe(config, observed).await?;
    Terminal::stdout().line(format_args!("scim-gateway listens on http://{address}"))?;

    let shutdown = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(target: "scim_gateway::server", "shutting down: finishing what runs");
    };
    let serving = server::serve(listener, router, &in_flight, limits(config), shutdown);
    let ended = tokio::select! {
        ended = serving => ended,
        () = observing => Ended::Finished,
        () = metrics.upkeep() => Ended::Finished,
        () = guarded.watch_guard_rails() => Ended::Finished,
        () = trim_log(&shared.store, config.store.log_retention_days) => Ended::Finished,
    };
    shared.store.close().await;
    Ok(ended)
}

/// Serves `/readyz` and `/metrics` on their own listener, where there is one, for as long as the rest is served.
async fn observe(config: &Config, router: Router) -> Result<impl Future<Output = ()> + use<>, Failure> {
    let listener = match config.server.observe_listen.map(ListenAddress::socket_address) {
        Some(address) => Some(TcpListener::bind(address).await.map_err(|error| Failure::Listen(address, error))?),
        None => None,
    };
    Ok(async move {
        match listener {
            // Nothing of what is served there is an operation.
            Some(listener) => {
                let limits = ListenLimits { connections: 64, ..ListenLimits::default() };
                server::serve(listener, router, &InFlight::new(1), limits, std::future::pending()).await;
            }
            None => std::future::pending().await,
        }
    })
}

/// Deletes what the provisioning log has kept long enough, at the start and then daily.
async fn trim_log(store: &Store, days: u32) {
    let mut daily = tokio::time::interval(DAY);
    loop {
        daily.tick().await;
        match store.trim_log(Timestamp::now(), days).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, days, "the provisioning log was trimmed"),
            Err(error) => tracing::error!(%error, "the provisioning log could not be trimmed"),
        }
    }
}

/// A shutdown waits for the longest operation that the configuration allows, and a little for its answer.
fn limits(config: &Config) -> ListenLimits {
    let default = ListenLimits::default();
    let longest = config.instances.values().filter_map(|instance| instance.limits.wall).max().unwrap_or_default();
    ListenLimits { grace: default.grace.max(longest + Duration::from_secs(5)), ..default }
}
