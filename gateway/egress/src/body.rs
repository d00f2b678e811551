//! Reading a body to its end.

use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use std::pin::pin;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError<E> {
    /// It is longer than the limit.
    #[error("the body has more than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It ended too early.
    #[error(transparent)]
    Broken(E),
}

/// Reads a body of at most `limit` bytes.
///
/// Threat: a body that arrives in chunks of one byte. Kept as they come, 3 MB of them took 145 MB, so they are copied to one buffer.
///
/// # Errors
/// [`BodyError`]
pub async fn read_body<B: Body<Data = Bytes>>(body: B, limit: usize) -> Result<Vec<u8>, BodyError<B::Error>> {
    let mut body = pin!(body);
    let size = body.size_hint();
    let announced = usize::try_from(size.lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(BodyError::TooLong { limit });
    }
    let mut read = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else { continue };
        if data.remaining() > limit - read.len() {
            return Err(BodyError::TooLong { limit });
        }
        read.extend_from_slice(&data);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use std::convert::Infallible;

    fn in_chunks_of_one(bytes: usize) -> impl Body<Data = Bytes, Error = Infallible> {
        // Each is a part of something larger, as what is read from a socket is.
        let read = Bytes::from(vec![b'x'; 8192]);
        StreamBody::new(stream::iter((0..bytes).map(move |at| Ok(Frame::data(read.slice(at % 8192..at % 8192 + 1))))))
    }

    #[tokio::test]
    async fn a_body_in_chunks_of_one_byte_takes_one_buffer_of_its_size() {
        let read = read_body(in_chunks_of_one(3_000_000), 4 << 20).await.unwrap();
        assert!(read.len() == 3_000_000 && read.capacity() <= 8 << 20, "{}", read.capacity());
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        assert_eq!(read_body(in_chunks_of_one(5), 5).await.unwrap(), b"xxxxx");
        assert!(matches!(read_body(in_chunks_of_one(6), 5).await, Err(BodyError::TooLong { limit: 5 })));
        let announced = http_body_util::Full::new(Bytes::from_static(b"six by"));
        assert!(matches!(read_body(announced, 5).await, Err(BodyError::TooLong { limit: 5 })));
    }
}
