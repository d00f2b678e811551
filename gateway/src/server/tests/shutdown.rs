//! What a shutdown waits for.

use super::*;

#[tokio::test]
async fn a_shutdown_finishes_what_runs_and_accepts_nothing_more() {
    let mut gateway = start(Options::default()).await;
    let (base, client) = (gateway.base.clone(), gateway.client());
    let running =
        tokio::spawn(async move { client.get(format!("{base}/acme/slow")).send().await.unwrap().text().await });
    gateway.stand.entered.notified().await;
    gateway.stop.take().unwrap().send(()).unwrap();
    while TcpStream::connect(gateway.base.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!gateway.serving.is_finished());
    gateway.stand.release.add_permits(1);
    assert_eq!(running.await.unwrap().unwrap(), "done");
    assert_eq!(gateway.serving.await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn a_shutdown_waits_for_an_operation_whose_client_has_gone() {
    let mut gateway = start(Options::default()).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    drop(socket);
    gateway.stop.take().unwrap().send(()).unwrap();
    gateway.stand.release.add_permits(1);
    assert_eq!(gateway.serving.await.unwrap(), Ended::Finished);
    assert_eq!(gateway.stand.ended.available_permits(), 1);
}

#[tokio::test]
async fn a_shutdown_ends_after_the_grace_period() {
    let listen = ListenLimits { grace: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    assert_eq!(gateway.stop().await, Ended::CutOff { operations: 1 });
}

#[tokio::test]
async fn a_connection_without_a_request_does_not_count_as_a_cut_off_operation() {
    let listen = ListenLimits { grace: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /acme").await.unwrap();
    socket.read_exact(&mut [0_u8; 16]).await.unwrap();
    assert_eq!(gateway.stop().await, Ended::Finished);
}
