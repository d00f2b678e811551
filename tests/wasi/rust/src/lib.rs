//! A connector whose `check` tries to get out, with the standard library as it is on wasip2.

use scim_connector_sdk::{App, Connector, Fault, json};
use std::fmt::Display;
use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::Duration;

/// The connector.
#[derive(Debug)]
pub struct Intruder;

impl Connector for Intruder {
    const DESCRIPTOR: &'static str = include_str!("../../../../sdk/examples/python/descriptor.json");

    #[allow(clippy::disallowed_methods, reason = "that it can wait is what is tried")]
    fn check(_: App<'_>) -> Result<(), Fault> {
        // An error of printing is of no interest.
        drop(writeln!(std::io::stdout(), "printed by the intruder"));
        // Reading the clock does no harm.
        std::thread::sleep(Duration::from_millis(1));
        let environment: Vec<String> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
        let report = json!({
            "environment": if environment.is_empty() { "empty".to_owned() } else { format!("got {environment:?}") },
            "arguments": if std::env::args().next().is_none() { "empty" } else { "got some" },
            "file": told(std::fs::read_to_string("/etc/passwd")),
            "folder": told(std::fs::read_dir("/").map(|_| "a folder")),
            "written": told(std::fs::write("/tmp/intruder", "was here").map(|()| "a file")),
            "network": told(TcpStream::connect("127.0.0.1:80").map(|_| "a connection")),
            "datagram": told(UdpSocket::bind("127.0.0.1:0").map(|_| "a socket")),
            "name": told(("localhost", 80).to_socket_addrs().map(|_| "an address")),
        });
        Err(Fault::new(418, report.to_string()))
    }
}

fn told<T: Display>(attempt: std::io::Result<T>) -> String {
    match attempt {
        Ok(got) => format!("got {got}"),
        Err(error) => format!("refused: {error}"),
    }
}

scim_connector_sdk::export_connector!(Intruder);
