//! `serve`: runs the gateway.

use super::check::write_mistakes;
use super::dev::Dev;
use super::error::CommandError;
use super::terminal::Terminal;
use axum::Router;
use jiff::Timestamp;
use scim_gateway::admission::InFlight;
use scim_gateway::config::{Config, ListenAddress};
use scim_gateway::connectors::Compiler;
use scim_gateway::instances::Shared;
use scim_gateway::jit;
use scim_gateway::observe::{self, Metrics};
use scim_gateway::reload::{self, Reload, Reloader, Trigger, Watcher};
use scim_gateway::server::{self, BodyLimits, Ended, ListenLimits, ScimRoutes, ServerContext};
use scim_gateway::store::Store;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Serves until a signal. Prints a line once it listens: `scim-gateway listens on http://<address>`; with `watch`, another one for
/// every reload. `dev` shows how requests are processed.
pub(super) fn run(file: &Path, watch: bool, dev: Option<&Dev>) -> Result<(), CommandError> {
    let config = Config::load(file)?;
    observe::install(config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)?;
    match runtime.block_on(serve(config, watch, dev))? {
        Ended::Finished => Ok(()),
        Ended::CutOff { operations } => Err(CommandError::CutOff(operations)),
    }
}

async fn serve(config: Config, watch: bool, dev: Option<&Dev>) -> Result<Ended, CommandError> {
    // Installed first, so that no signal kills the gateway while it starts, and none is lost once it says that it listens.
    let mut terminate = signal(SignalKind::terminate()).map_err(CommandError::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CommandError::Runtime)?;
    let hang_up = signal(SignalKind::hangup()).map_err(CommandError::Runtime)?;

    let metrics = Arc::new(Metrics::new());
    let compiler = Compiler::this_program().map_err(CommandError::Runtime)?;
    let (store, state) = (&config.store.url, Some(config.server.state_directory.as_path()));
    let shared = Shared::open(store, state, &config.server, compiler).await.map_err(CommandError::Open)?;
    let in_flight = shared.in_flight.clone();
    let (store, counted) = (shared.store.clone(), shared.store.clone());
    metrics.watch_store(move || counted.counts());
    let reloader = Reloader::start(config.clone(), shared, Arc::clone(&metrics)).await?;
    let context = ServerContext {
        in_flight: in_flight.clone(),
        request_timeout: config.server.request_timeout,
        metrics: Arc::clone(&metrics),
        readiness: Arc::new(reloader.clone()),
        has_observe_listener: config.server.observe_listen.is_some(),
    };
    let router = router(&config, &reloader, &context, dev);
    let live = reloader.live();
    let watcher = watch.then(|| Watcher::start(reloader.clone())).transpose()?;

    let address = config.server.listen.socket_address();
    let listener = TcpListener::bind(address).await.map_err(|error| CommandError::Listen(address, error))?;
    let address = listener.local_addr().map_err(|error| CommandError::Listen(address, error))?;
    let observing = observe(&config, server::observe_routes(&context)).await?;
    Terminal::stdout().line(format_args!("scim-gateway listens on http://{address}"))?;

    let shutdown = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(target: "scim_gateway::server", "shutting down: finishing running operations");
    };
    let watching = async {
        match watcher {
            Some(watcher) => watch_and_replay(watcher, dev, &reloader).await,
            None => std::future::pending().await,
        }
    };
    let serving = server::serve(listener, router, &in_flight, limits(&config), shutdown);
    let ended = tokio::select! {
        ended = serving => ended,
        () = observing => Ended::Finished,
        () = metrics.upkeep() => Ended::Finished,
        () = live.watch_guard_rails() => Ended::Finished,
        () = trim_log(&store, config.store.log_retention_days) => Ended::Finished,
        () = reload_at(hang_up, &reloader) => Ended::Finished,
        () = watching => Ended::Finished,
    };
    store.close().await;
    Ok(ended)
}

fn router(config: &Config, reloader: &Reloader, context: &ServerContext, dev: Option<&Dev>) -> Router {
    let live = reloader.live();
    let sign_ins = jit::routes(move |name| live.now().sign_in(name));
    let scim = server::scim(ScimRoutes {
        instances: reloader.live(),
        store: reloader.shared().store.clone(),
        body: BodyLimits::from(&config.server),
        bulk_operations: config.server.max_bulk_operations,
        public_url: config.server.public_url.as_ref().map(|url| url.to_string().into()),
    });
    let routes = scim.merge(sign_ins);
    let routes = dev.map_or_else(|| routes.clone(), |dev| dev.wrap(routes.clone()));
    server::router(context, routes).merge(server::operator_routes(reload::routes(reloader.clone())))
}

/// Reloads for ever; sends the recorded requests at the start and after every reload with changes.
async fn watch_and_replay(watcher: Watcher, dev: Option<&Dev>, reloader: &Reloader) {
    let Some(dev) = dev else { return watcher.run(print_reload).await };
    let reloaded = tokio::sync::Notify::new();
    reloaded.notify_one();
    let watching = watcher.run(|reload| {
        print_reload(reload);
        if !reload.changes.is_empty() {
            dev.reloaded();
            reloaded.notify_one();
        }
    });
    let replaying = async {
        loop {
            reloaded.notified().await;
            dev.replay(&reloader.live()).await;
        }
    };
    tokio::select! {
        () = watching => {}
        () = replaying => {}
    }
}

/// Reloads at every SIGHUP.
async fn reload_at(mut hang_up: Signal, reloader: &Reloader) {
    while hang_up.recv().await.is_some() {
        reloader.reload(Trigger::Signal).await;
    }
    std::future::pending().await
}

/// Shows the result of a reload on the terminal.
fn print_reload(reload: &Reload) {
    let mut terminal = Terminal::stdout();
    let word = if reload.mistakes.is_empty() { terminal.green("reloaded:") } else { terminal.red("not reloaded:") };
    // Without a terminal, the result is still in the log.
    let _ = terminal.line(format_args!("{word} {reload}")).and_then(|()| {
        if !reload.mistakes.is_empty() {
            write_mistakes(&reload.mistakes, &mut terminal)?;
        }
        match reload.needs_restart.as_slice() {
            [] => Ok(()),
            keys => terminal.line(format_args!("restart the gateway to apply {}", keys.join(", "))),
        }
    });
}

/// Serves `/readyz` and `/metrics` on their own listener, if there is one, for ever.
async fn observe(config: &Config, router: Router) -> Result<impl Future<Output = ()> + use<>, CommandError> {
    let listener = match config.server.observe_listen.map(ListenAddress::socket_address) {
        Some(address) => Some(TcpListener::bind(address).await.map_err(|error| CommandError::Listen(address, error))?),
        None => None,
    };
    Ok(async move {
        match listener {
            // None of these requests is an operation.
            Some(listener) => {
                let limits = ListenLimits { connections: 64, ..ListenLimits::default() };
                server::serve(listener, router, &InFlight::new(1), limits, std::future::pending()).await;
            }
            None => std::future::pending().await,
        }
    })
}

/// Deletes expired rows of the provisioning log, at the start and then daily.
async fn trim_log(store: &Store, days: u32) {
    let mut daily = tokio::time::interval(DAY);
    loop {
        daily.tick().await;
        match store.trim_log(Timestamp::now(), days).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, days, "expired rows of the provisioning log were deleted"),
            Err(error) => tracing::error!(%error, "expired rows of the provisioning log could not be deleted"),
        }
    }
}

/// A shutdown waits for the longest operation that the configuration allows, plus a little for its response.
fn limits(config: &Config) -> ListenLimits {
    let default = ListenLimits::default();
    let longest = config.instances.values().filter_map(|instance| instance.limits.wall).max().unwrap_or_default();
    ListenLimits { grace: default.grace.max(longest + Duration::from_secs(5)), ..default }
}
