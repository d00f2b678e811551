//! nginx as a plain reverse proxy with one worker and connections that stay open, Debian's if none is there.

use super::cores::MEASURED_CORE;
use super::error::ThroughputError;
use super::process::Process;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Debian's nginx is not on every user's path.
const PROGRAM: &str = "/usr/sbin/nginx";
const START_LIMIT: Duration = Duration::from_secs(10);

/// A running nginx; dropping it ends it.
#[derive(Debug)]
pub(super) struct Nginx {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Nginx {
    pub(super) fn start(folder: &Path, upstream: SocketAddr) -> Result<Self, ThroughputError> {
        install()?;
        // Free a moment ago; nobody else takes ports on a machine that measures.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let file = folder.join("nginx.conf");
        std::fs::write(&file, configuration(folder, address, upstream))?;
        let child = Command::new("taskset")
            .args(["--cpu-list", &MEASURED_CORE.to_string(), PROGRAM, "-c"])
            .arg(&file)
            .arg("-e")
            .arg(folder.join("nginx.log"))
            .stdin(Stdio::null())
            .spawn()
            .map_err(|source| ThroughputError::NotRun { what: "taskset".to_owned(), source })?;
        let nginx = Self { child, address };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err(ThroughputError::NotReady("nginx".to_owned()));
            }
            std::thread::yield_now();
        }
        Ok(nginx)
    }

    pub(super) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One process without a master, so that its processor time is all there is.
fn configuration(folder: &Path, address: SocketAddr, upstream: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000000;
    upstream app {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}
    server {{
        listen {address};
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
        }}
    }}
}}
"
    )
}

fn install() -> Result<(), ThroughputError> {
    if Path::new(PROGRAM).is_file() {
        return Ok(());
    }
    for arguments in [&["update"][..], &["install", "--yes", "--no-install-recommends", "nginx-light"]] {
        let output = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
        let output = output.map_err(|source| ThroughputError::NotRun { what: "apt-get".to_owned(), source })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(ThroughputError::Nginx(format!("nginx is not there and cannot be installed: {said}")));
        }
    }
    // Debian starts it as a service; this one is for us alone.
    drop(Command::new("service").args(["nginx", "stop"]).output());
    Ok(())
}
