//! One connection: who the peer is, and whether it is idle.
//!
//! Until the last byte of an answer has been given to the system, a connection is busy: a client that reads slowly must not lose its
//! answer to a new client. hyper drops a body before the bytes have left, so both are watched.

use super::places::{Busy, Place};
use crate::admission::Peer;
use axum::Router;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::{HttpService, Service as _, service_fn};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// The routes as one connection serves them: each request knows its [`Peer`] and keeps the connection's place.
pub(super) fn service(
    routes: TowerToHyperService<Router>,
    peer: Peer,
    place: Arc<Place>,
) -> impl HttpService<Incoming, ResBody = OccupyingBody, Error = Infallible, Future: Send + 'static> {
    service_fn(move |mut request: http::Request<Incoming>| {
        let busy = place.occupy();
        request.extensions_mut().insert(peer);
        let answering = routes.call(request);
        async move { answering.await.map(|response| response.map(|body| OccupyingBody { body, _busy: busy })) }
    })
}

/// The body of a response, which keeps its connection busy.
#[derive(Debug)]
pub(super) struct OccupyingBody {
    body: Body,
    _busy: Busy,
}

impl HttpBody for OccupyingBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that keeps its connection busy while the client does not take what is sent.
#[derive(Debug)]
pub(super) struct Socket {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    place: Arc<Place>,
    blocked: Option<Busy>,
}

impl Socket {
    pub(super) fn new(stream: TimeoutStream<TcpStream>, place: Arc<Place>) -> Self {
        Self { stream: Box::pin(stream), place, blocked: None }
    }

    fn note<T>(&mut self, written: Poll<T>) -> Poll<T> {
        if written.is_ready() {
            self.blocked = None;
        } else if self.blocked.is_none() {
            self.blocked = Some(self.place.occupy());
        }
        written
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write(context, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(context, parts);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}
