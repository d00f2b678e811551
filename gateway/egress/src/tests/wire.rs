//! Real sockets, with an app that answers with scripted bytes.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Serves one scripted answer per connection and then closes it. Records what it read.
struct App {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl App {
    async fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&heard);
        tokio::spawn(async move {
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                    if socket.read_buf(&mut request).await.unwrap() == 0 {
                        break;
                    }
                }
                keep.lock().unwrap().push(String::from_utf8(request).unwrap());
                socket.write_all(answer.as_bytes()).await.unwrap();
                socket.shutdown().await.unwrap();
            }
        });
        Self { port, heard }
    }

    fn egress(&self) -> Egress {
        let config = EgressConfig {
            base_url: format!("http://127.0.0.1:{}", self.port).parse().unwrap(),
            route: Route { allow_private: true, ..Route::default() },
            max_response_bytes: 64,
            ..config()
        };
        Egress::new(config, &Network::new()).unwrap()
    }

    async fn get(&self, method: &str) -> Result<AppResponse, SendError> {
        self.egress().send(request(method, "/users.json"), Purpose::Live, &mut within(10)).await
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_request_carries_the_credential_and_the_whole_answer_is_returned() {
    let app = App::start(&["HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Total: 1\r\nset-cookie: a=b\r\n\r\n{}"]).await;
    let response = app.get("GET").await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, b"{}".as_slice()));
    assert!(response.headers.contains(&("x-total".to_owned(), "1".to_owned())));
    assert!(!response.headers.iter().any(|(name, _)| name == "set-cookie"));
    let heard = app.heard().concat();
    assert!(heard.starts_with("GET /users.json HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("x-app-token: Bearer hunter2\r\n"), "{heard}");
    assert!(heard.contains(&format!("host: 127.0.0.1:{}\r\n", app.port)), "{heard}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_cookie_is_not_kept() {
    let app = App::start(&[
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ])
    .await;
    let (egress, mut budget) = (app.egress(), within(10));
    let first = egress.send(request("GET", "/a"), Purpose::Live, &mut budget).await.unwrap();
    assert_eq!(first.status, 302);
    assert!(first.headers.contains(&("location".to_owned(), "http://169.254.169.254/".to_owned())));
    egress.send(request("GET", "/b"), Purpose::Live, &mut budget).await.unwrap();
    assert!(!app.heard().concat().contains("cookie"));
}

#[tokio::test]
async fn an_answer_above_the_limit_is_cut_off_whether_announced_or_not() {
    let long: &'static str = Box::leak(
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n60\r\n{}\r\n0\r\n\r\n", "x".repeat(0x60)).into(),
    );
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx";
    let app = App::start(Box::leak(Box::new([long, announced]))).await;
    for _ in 0..2 {
        let error = app.get("GET").await.unwrap_err();
        assert_eq!((error.code, error.sent), (SendErrorCode::TooLarge, true));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_counts_as_sent() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf";
    for (method, script, connections) in
        [("POST", &[half, ""][..], 1), ("POST", &["", ""], 1), ("GET", &["", "", ""], 3)]
    {
        let app = App::start(Box::leak(script.to_vec().into_boxed_slice())).await;
        let error = app.get(method).await.unwrap_err();
        assert_eq!((error.code, error.sent), (SendErrorCode::Interrupted, true), "{method} {script:?}");
        assert_eq!(app.heard().len(), connections, "{method} {script:?}");
    }
}

#[tokio::test]
async fn an_app_that_does_not_listen_is_unreachable_and_nothing_was_sent() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let app = App { port, heard: Arc::default() };
    let error = app.get("POST").await.unwrap_err();
    assert_eq!((error.code, error.sent), (SendErrorCode::Unreachable, false));
}

#[tokio::test]
async fn a_name_that_resolves_to_an_internal_address_is_refused_before_anything_is_sent() {
    let app = App::start(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]).await;
    let config = EgressConfig { base_url: format!("https://localhost:{}", app.port).parse().unwrap(), ..config() };
    let egress = Egress::new(config, &Network::new()).unwrap();
    let error = egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
    assert_eq!((error.code, error.sent), (SendErrorCode::Refused, false));
    assert!(error.detail.contains("`localhost` resolves to loopback"), "{}", error.detail);
    assert!(app.heard().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_missing_tls_handshake_times_out_soon_and_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port()).parse().unwrap();
    let route = Route { allow_private: true, ..Route::default() };
    let egress = Egress::new(EgressConfig { base_url, route, ..config() }, &Network::new()).unwrap();
    let begun = Instant::now();
    let error = egress.send(request("POST", "/users.json"), Purpose::Live, &mut within(19)).await.unwrap_err();
    assert_eq!((error.code, error.sent), (SendErrorCode::Timeout, false), "{error}");
    assert_eq!(error.detail, "no connection in time (name, TCP, proxy, TLS)");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}
