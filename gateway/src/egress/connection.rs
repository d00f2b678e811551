//! One connection: to the app itself, or to the proxy before it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::Service;

use super::resolver::JudgingResolver;

/// From looking up the name to the end of TLS' handshake.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// A connection that is idle or waits is asked so often whether it is there still, and given up after a few times: what stands between may
/// have forgotten it without a word, and over HTTP/2 every request would go the same dead way.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;
/// How long what was sent may go unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Makes connections; TLS is put around them by others.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    tcp: HttpConnector<JudgingResolver>,
    proxy: Option<Uri>,
}

/// Makes connections within [`CONNECT_TIME`].
#[derive(Debug, Clone)]
pub(super) struct Timed<C>(pub(super) C);

/// A connection as it is before TLS.
#[derive(Debug)]
pub(super) struct Plain {
    tcp: TokioIo<TcpStream>,
    /// Whether a proxy reads the requests, which then name the whole URL.
    proxy_reads: bool,
}

/// No connection.
pub(super) type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Connector {
    pub(super) fn new(resolver: JudgingResolver, proxy: Option<Uri>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        // https is for whoever puts TLS around the connection.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared by the addresses of a name, so that the next one gets its turn.
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
    type Error = Failed;
    type Future = BoxFuture<'static, Result<Plain, Failed>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failed>> {
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
    C: Service<Uri, Error: Into<Failed>, Future: Send + 'static>,
{
    type Response = C::Response;
    type Error = Failed;
    type Future = BoxFuture<'static, Result<C::Response, Failed>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failed>> {
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

async fn mapped<T, E: Into<Failed>>(
    connecting: impl Future<Output = Result<T, E>>,
    map: impl FnOnce(T) -> Plain,
) -> Result<Plain, Failed> {
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
