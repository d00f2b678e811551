//! A proxy, over real sockets: what it is asked for, and that nothing bypasses it.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A proxy that gives one scripted answer; returns the request that it received.
async fn proxied(base_url: &str, answer: &'static str) -> (Result<AppResponse, SendError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://localhost:{}", listener.local_addr().unwrap().port()).parse().unwrap();
    let heard = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.windows(4).any(|window| window == b"\r\n\r\n") {
            assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
        }
        socket.write_all(answer.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let allow_private = base_url.starts_with("http:");
    let route = Route { proxy: Some(proxy), allow_private, ..Route::default() };
    let config = EgressConfig { base_url: base_url.parse().unwrap(), route, ..config() };
    let egress = Egress::new(config, &Network::new()).unwrap();
    (egress.send(request("POST", "/users.json"), Purpose::Live, &mut within(10)).await, heard.await.unwrap())
}

#[tokio::test]
async fn a_proxy_in_the_operators_network_is_asked_for_a_tunnel_to_a_name_that_it_resolves() {
    let (outcome, heard) = proxied("https://app.invalid", "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    assert!(heard.starts_with("CONNECT app.invalid:443 HTTP/1.1\r\n"), "{heard}");
    assert!(!heard.contains("hunter2"), "the credential is for the app: {heard}");
    let error = outcome.unwrap_err();
    assert_eq!((error.code, error.sent), (SendErrorCode::Unreachable, false), "{error}");
}

#[tokio::test]
async fn a_plain_request_goes_to_the_proxy_with_its_whole_url() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let (outcome, heard) = proxied("http://app.invalid", answer).await;
    assert!(heard.starts_with("POST http://app.invalid/users.json HTTP/1.1\r\n"), "{heard}");
    assert_eq!(outcome.unwrap().status, 200);
}
