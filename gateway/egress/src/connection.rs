//! One connection: to the app itself, or to the proxy in front of it.

use super::resolver::CheckingResolver;
use futures_util::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, Service};

/// From resolving the name to the end of the TLS handshake.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How often an idle or waiting connection is probed. It is closed after a few failed probes: a firewall or load balancer may
/// have dropped it silently, and over HTTP/2 every request would go into the same dead connection.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;
/// How long sent data may remain unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Makes connections; TLS is added around them.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    tcp: HttpConnector<CheckingResolver>,
    proxy: Option<Uri>,
}

/// Makes connections within [`CONNECT_TIME`].
#[derive(Debug, Clone)]
pub(crate) struct Timed<C>(pub(crate) C);

/// A connection as it is before TLS.
#[derive(Debug)]
pub(crate) struct Plain {
    tcp: TokioIo<TcpStream>,
    /// Whether a proxy reads the requests, which then name the whole URL.
    proxy_reads: bool,
}

impl Connector {
    pub(crate) fn new(resolver: CheckingResolver, proxy: Option<Uri>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        // https is handled by the TLS layer around this one.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Divided among the addresses of a name, so that each is tried.
        tcp.set_connect_timeout(Some(CONNECT_TIME));
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(PROBES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        Self { tcp, proxy }
    }
}

impl Service<Uri> for Connector {
    type Response = Plain;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Plain, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let plain = |proxy_reads| move |tcp| Plain { tcp, proxy_reads };
        match &self.proxy {
            None => Box::pin(mapped(self.tcp.call(to), plain(false))),
            Some(proxy) if to.scheme() == Some(&Scheme::HTTPS) => {
                Box::pin(mapped(Tunnel::new(proxy.clone(), self.tcp.clone()).call(to), plain(false)))
            }
            Some(proxy) => Box::pin(mapped(self.tcp.call(proxy.clone()), plain(true))),
        }
    }
}

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static>,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<C::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let connected = timeout(CONNECT_TIME, connecting).await;
            connected.map_err(|late| io::Error::new(io::ErrorKind::TimedOut, late))?.map_err(Into::into)
        })
    }
}

async fn mapped<T, E: Into<BoxError>>(
    connecting: impl Future<Output = Result<T, E>>,
    map: impl FnOnce(T) -> Plain,
) -> Result<Plain, BoxError> {
    connecting.await.map(map).map_err(Into::into)
}

impl Connection for Plain {
    fn connected(&self) -> Connected {
        self.tcp.connected().proxy(self.proxy_reads)
    }
}

impl Read for Plain {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_read(context, buffer)
    }
}

impl Write for Plain {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().tcp).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().tcp).poll_write_vectored(context, bytes)
    }
}
