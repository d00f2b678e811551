//! Whose connections are used, and that nothing hides inside a request.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// An app that keeps every connection open, and ignores the body of a GET: what follows its head is the next request. Records what
/// each connection carried.
struct Naive {
    port: u16,
    carried: Arc<Mutex<Vec<String>>>,
}

impl Naive {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, carried) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let connections = Arc::clone(&carried);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let connections = Arc::clone(&connections);
                let number = {
                    let mut connections = connections.lock().unwrap();
                    connections.push(String::new());
                    connections.len() - 1
                };
                tokio::spawn(async move {
                    let mut unread = Vec::new();
                    while socket.read_buf(&mut unread).await.is_ok_and(|read| read > 0) {
                        while let Some(end) = unread.windows(4).position(|window| window == b"\r\n\r\n") {
                            let head: Vec<u8> = unread.drain(..end + 4).collect();
                            connections.lock().unwrap()[number] += std::str::from_utf8(&head).unwrap();
                            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
                        }
                    }
                });
            }
        });
        Self { port, carried }
    }

    fn instance(&self, network: &Network, secret: &str) -> Egress {
        let config = EgressConfig {
            base_url: format!("http://127.0.0.1:{}", self.port).parse().unwrap(),
            route: Route { allow_private: true, ..Route::default() },
            credential: SecretString::from(secret),
            ..config()
        };
        Egress::new(config, network).unwrap()
    }

    fn carried(&self) -> Vec<String> {
        self.carried.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn each_instance_has_connections_that_no_other_uses() {
    let (app, network) = (Naive::start().await, Network::new());
    let instances = [app.instance(&network, "first-tenants"), app.instance(&network, "second-tenants")];
    for _ in 0..3 {
        for instance in &instances {
            instance.send(request("GET", "/users.json"), Purpose::Live, &mut within(10)).await.unwrap();
        }
    }
    let carried = app.carried();
    assert_eq!(carried.len(), 2, "one connection each, used again");
    for (connection, secret) in carried.iter().zip(["first-tenants", "second-tenants"]) {
        assert_eq!(connection.matches("GET /users.json").count(), 3, "{connection}");
        assert_eq!(connection.matches("x-app-token").count(), connection.matches(secret).count(), "{connection}");
    }
}

#[tokio::test]
async fn a_request_in_the_body_of_another_is_refused() {
    let (app, network) = (Naive::start().await, Network::new());
    let instance = app.instance(&network, "hunter2");
    let inner = b"DELETE /users/1.json HTTP/1.1\r\nhost: app\r\nx-app-token: Bearer stolen\r\n\r\n";
    for method in ["GET", "DELETE"] {
        let outer = AppRequest { body: Some(inner.to_vec()), ..request(method, "/users.json") };
        let error = instance.send(outer, Purpose::Live, &mut within(10)).await.unwrap_err();
        assert_eq!((error.code, error.sent), (SendErrorCode::Refused, false));
        assert!(error.detail.starts_with(&format!("a {method} request has no body")), "{}", error.detail);
        let empty = AppRequest { body: Some(Vec::new()), ..request(method, "/users.json") };
        instance.send(empty, Purpose::Live, &mut within(10)).await.unwrap();
    }
    let carried = app.carried().concat();
    assert!(!carried.contains("stolen") && !carried.contains("content-length"), "{carried}");
    assert_eq!(carried.matches("HTTP/1.1\r\n").count(), 2, "{carried}");
}
