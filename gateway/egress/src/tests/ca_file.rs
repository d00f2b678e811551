//! TLS with an app whose certificate was issued by a private authority, over real sockets.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An app with a certificate for `localhost` from the authority. It answers after a successful handshake.
async fn app(authority: &CertifiedIssuer<'static, KeyPair>) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let mut request = Vec::new();
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            socket.shutdown().await.unwrap();
        }
    });
    port
}

async fn asked(port: u16, authorities: Option<Authorities>) -> Result<u16, SendError> {
    let base_url = format!("https://localhost:{port}").parse().unwrap();
    let route = Route { allow_private: true, authorities, ..Route::default() };
    let egress = Egress::new(EgressConfig { base_url, route, ..config() }, &Network::new()).unwrap();
    egress.send(request("POST", "/users.json"), Purpose::Live, &mut within(10)).await.map(|answer| answer.status)
}

#[tokio::test]
async fn an_app_with_a_private_certificate_is_reached_only_with_the_right_ca_file() {
    let (ours, other) = (authority(), authority());
    let file =
        |authority: &CertifiedIssuer<'static, KeyPair>| Authorities::from_pem(authority.pem().as_bytes()).unwrap();
    assert_eq!(asked(app(&ours).await, Some(file(&ours))).await, Ok(200));
    for authorities in [None, Some(file(&other))] {
        let error = asked(app(&ours).await, authorities).await.unwrap_err();
        assert_eq!((error.code, error.sent), (SendErrorCode::Unreachable, false), "{error}");
        assert!(error.detail.contains("certificate"), "{error}");
    }
}
