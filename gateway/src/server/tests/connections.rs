//! Connections that are not HTTP, send nothing, do not read, or are too many.

use super::*;

#[tokio::test]
async fn what_is_no_http_is_refused_and_harms_nobody() {
    let listen = ListenLimits { head_bytes: 8192, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let long_head = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(16_384));
    let many_heads = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    for (bytes, expected) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..], "HTTP/1.1 400"),
        (b"nonsense\r\n\r\n", "HTTP/1.1 400"),
        (b"GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n", "HTTP/1.1 400"),
        (
            b"POST /acme/scim/v2/Users HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
            "HTTP/1.1 400",
        ),
        (long_head.as_bytes(), "HTTP/1.1 431"),
        (many_heads.as_bytes(), "HTTP/1.1 431"),
    ] {
        let answer = gateway.raw(bytes).await;
        assert!(answer.starts_with(expected), "{}: {answer}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(gateway.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn a_request_for_no_host_or_for_two_is_a_scim_error() {
    let gateway = start(Options::default()).await;
    for path in ["/acme/scim/v2/Users", "/acme/elsewhere", "/healthz"] {
        for hosts in ["", "host: a\r\nhost: a\r\n", "host: a b\r\n", "host:\r\n", "host: http://a\r\n"] {
            let answer =
                gateway.raw(format!("GET {path} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n").as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{hosts:?}: {answer}");
            for part in ["content-type: application/scim+json", "x-correlation-id: ", "\"status\":\"400\""] {
                assert!(answer.contains(part), "{hosts:?}: {answer}");
            }
        }
    }
    assert!(gateway.raw(b"GET /healthz HTTP/1.0\r\n\r\n").await.starts_with("HTTP/1.0 200"));
    assert!(
        gateway
            .raw(b"GET /healthz HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let listen = ListenLimits { head_time: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    assert_eq!(gateway.raw(b"GET /healthz HT").await, "");
    assert_eq!(gateway.raw(b"").await, "");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_response_is_disconnected() {
    let listen = ListenLimits { write_time: Duration::from_millis(50), connections: 1, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // The only permitted connection is free again before the first client has read a byte.
    assert_eq!(gateway.get("/healthz").await.status(), 200);
    let mut read = Vec::new();
    let _ = socket.read_to_end(&mut read).await;
    assert!(read.len() < LONG, "{} bytes", read.len());
}

#[tokio::test]
async fn an_idle_connection_gives_way_to_a_new_client() {
    let listen = ListenLimits { connections: 8, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut idle = Vec::new();
    for number in 0..100_usize {
        let mut socket = gateway.socket().await;
        // Nothing at all, half a head, or a whole request whose answer has come.
        match number % 3 {
            0 => {}
            1 => socket.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap(),
            _ => {
                socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
                socket.read_exact(&mut [0_u8; 15]).await.unwrap();
            }
        }
        idle.push(socket);
    }
    assert_eq!(gateway.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn a_connection_with_a_running_request_is_kept_while_idle_ones_give_way() {
    let listen = ListenLimits { connections: 2, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut busy = gateway.socket().await;
    busy.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    let mut half_read = gateway.socket().await;
    half_read.write_all(b"GET /acme/long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    half_read.read_exact(&mut [0_u8; 15]).await.unwrap();
    // Both places are taken by requests: the third client waits until one of them is answered.
    let mut third = gateway.socket().await;
    third.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0_u8; 1];
    assert!(tokio::time::timeout(Duration::from_millis(50), third.read_exact(&mut byte)).await.is_err());
    gateway.stand.release.add_permits(1);
    let mut answer = [0_u8; 15];
    busy.read_exact(&mut answer).await.unwrap();
    third.read_exact(&mut byte).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    // Nothing of the long answer was lost meanwhile.
    let mut rest = 0;
    let mut buffer = vec![0_u8; 1 << 20];
    while rest < LONG {
        rest += half_read.read(&mut buffer).await.unwrap();
    }
}
