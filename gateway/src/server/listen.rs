//! Accepts connections and serves requests, and shuts down gracefully.
//!
//! Threats: clients that open connections and send nothing (a limit on their number, at which idle ones give way to new ones, and on
//! the time for a request's head), endless heads (a size limit), clients that do not read the response (a time limit without progress), and a shutdown that drops running
//! operations (it waits, up to a limit).
//!
//! Only HTTP/1.1 without TLS is supported: TLS is terminated by a reverse proxy. hyper itself answers anything that is not HTTP
//! with 400 or 431 and no body.

use super::connection::{Socket, service};
use super::places::Places;
use crate::admission::{InFlight, Peer};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// The limits of a listener, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenLimits {
    /// Concurrent connections. At the limit, the one that has been idle for longest is closed for a new one; while all are busy, new
    /// ones wait in the kernel's queue. Limits memory and file descriptors; see [`Descriptors`](super::Descriptors).
    pub connections: usize,
    /// Time from a connection's start, or from the last response, to the end of the next head. Longer than identity providers pause
    /// within a provisioning cycle.
    pub head_time: Duration,
    /// Bytes of a request's head, with room for Entra's long filters.
    pub head_bytes: usize,
    /// How long a response waits for the client to read more of it.
    pub write_time: Duration,
    /// How long a shutdown waits for running operations.
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
    /// Every running operation finished and was answered.
    Finished,
    /// The grace period ended while operations were still running.
    CutOff {
        /// How many operations were cut off.
        operations: usize,
    },
}

/// Serves until `shutdown` completes; then stops accepting, lets connections and operations finish, and returns.
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
        // A connection without a request, or with a response that nobody reads, is no loss.
        Err(_) => match in_flight.count() {
            0 => Ended::Finished,
            operations => Ended::CutOff { operations },
        },
    }
}

/// Accepts connections for ever.
async fn accept(listener: &TcpListener, router: Router, graceful: &GracefulShutdown, limits: ListenLimits) {
    let places = Places::new(limits.connections);
    let routes = TowerToHyperService::new(router);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_header_size(limits.head_bytes);
    loop {
        let (stream, peer) = next(listener, &places).await;
        let place = places.place().await;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_time));
        let socket = TokioIo::new(Socket::new(stream, place.clone()));
        let connection = builder.serve_connection(socket, service(routes.clone(), peer, place.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            tokio::select! {
                // First, so that a request that has arrived is served.
                biased;
                ended = &mut connection => {
                    if let Err(error) = ended {
                        tracing::debug!(target: "scim_gateway::server", %error, "connection ended");
                    }
                }
                () = place.wanted() => {
                    tracing::debug!(target: "scim_gateway::server", "an idle connection was closed for a new one");
                }
            }
        });
    }
}

/// The next connection. Running out of file descriptors is no reason to stop: an idle connection is closed, and it retries after a
/// wait that grows each time.
async fn next(listener: &TcpListener, places: &Places) -> (TcpStream, Peer) {
    let mut wait = Duration::from_millis(5);
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Small responses must not wait for the client's acknowledgement of the previous one.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(target: "scim_gateway::server", %error, "cannot set TCP_NODELAY");
                }
                return (stream, Peer::at(address.ip()));
            }
            Err(error) if caused_by_peer(&error) => {}
            Err(error) => {
                tracing::warn!(target: "scim_gateway::server", %error, "cannot accept a connection");
                places.make_room();
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(1));
            }
        }
    }
}

fn caused_by_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
