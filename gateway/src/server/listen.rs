//! From a listening socket to requests, and to an end that cuts nothing off.
//!
//! Threats: a client that opens connections and says nothing (bounded number, bounded time for a request's head), heads without end
//! (bounded size), a client that asks and does not read the answer (bounded time in which nothing is taken), and a shutdown that drops what runs (it waits, for a bounded time).
//!
//! Only HTTP/1.1 without TLS is spoken: TLS ends at a reverse proxy in front. What is no HTTP is answered by hyper itself
//! with 400 or 431 and no body.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use crate::admission::InFlight;

/// Each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenLimits {
    /// Connections at once; one more waits in the kernel's queue. Bounds memory and file descriptors.
    pub connections: usize,
    /// From a connection's start, or from the last answer, to the end of the next head. Longer than identity providers pause within a cycle.
    pub head_time: Duration,
    /// Bytes of a request's head: Entra's filters are long, its heads are not.
    pub head_bytes: usize,
    /// How long an answer waits for its client to take the next bytes of it.
    pub write_time: Duration,
    /// How long a shutdown waits for what runs.
    pub grace: Duration,
}

impl Default for ListenLimits {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_time: Duration::from_secs(60),
            head_bytes: 32 * 1024,
            write_time: Duration::from_secs(30),
            grace: Duration::from_secs(60),
        }
    }
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything that ran was finished and answered.
    Finished,
    /// The time of grace was over while this many operations ran.
    CutOff {
        /// Operations that were not finished.
        operations: usize,
    },
}

/// Serves until `shutdown` ends; then accepts nothing more, lets connections and operations finish, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    in_flight: &InFlight,
    limits: ListenLimits,
    shutdown: impl Future<Output = ()>,
) -> Ended {
    let graceful = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, router, &graceful, limits) => {}
        () = shutdown => {}
    }
    drop(listener);
    let finish = async {
        graceful.shutdown().await;
        in_flight.idle().await;
    };
    match tokio::time::timeout(limits.grace, finish).await {
        Ok(()) => Ended::Finished,
        // A connection on which nothing was asked, or whose answer is not fetched, is no loss.
        Err(_) => match in_flight.count() {
            0 => Ended::Finished,
            operations => Ended::CutOff { operations },
        },
    }
}

/// Runs for ever.
async fn accept(listener: &TcpListener, router: Router, graceful: &GracefulShutdown, limits: ListenLimits) {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let service = TowerToHyperService::new(router);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_header_size(limits.head_bytes);
    while let Ok(place) = Arc::clone(&connections).acquire_owned().await {
        let stream = next(listener).await;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_time));
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(target: "scim_gateway::server", %error, "connection ended");
            }
            drop(place);
        });
    }
}

/// The next connection. Out of file descriptors, or a peer that left at once, is no reason to stop: it waits, longer each time.
async fn next(listener: &TcpListener) -> TcpStream {
    let mut wait = Duration::from_millis(5);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small answers must not wait for the client's acknowledgement of the one before.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(target: "scim_gateway::server", %error, "cannot set TCP_NODELAY");
                }
                return stream;
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::warn!(target: "scim_gateway::server", %error, "cannot accept a connection");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(1));
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
