//! A connector that takes minutes to compile: it is given up, and nobody who is served notices.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::gateway_process::{GatewayConfig, token_hash};
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::system::{Plan, System};
use serde_json::Value;
use std::process::Command;

const ADMIN: &str = "admin-token";
const SECONDS: u64 = 2;

fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    [number(bytes.len()), bytes.to_vec()].concat()
}

/// A component with one function, which has loops in loops, and variables that live through all of them.
fn costly(loops: usize, locals: usize) -> Vec<u8> {
    let mut code = [vec![1], number(locals), vec![0x7f]].concat();
    code.extend([0x03, 0x40].repeat(loops));
    for local in 0..locals {
        // local.get, local.get of the next one, i32.add, local.set
        code.extend(
            [vec![0x20], number(local), vec![0x20], number((local + 1) % locals), vec![0x6a, 0x21], number(local)]
                .concat(),
        );
    }
    code.extend([0x20, 0x00, 0x0d, 0x00, 0x0b].repeat(loops));
    code.push(0x0b);
    let section = |id: u8, content: &[u8]| [vec![id], sized(content)].concat();
    let body = [vec![1], sized(&code)].concat();
    let types = section(1, &[1, 0x60, 0, 0]);
    let module = [b"\0asm\x01\0\0\0".to_vec(), types, section(3, &[1, 0]), section(10, &body)].concat();
    [b"\0asm\x0d\0\x01\0".to_vec(), section(1, &module)].concat()
}

async fn reload(system: &System) -> Value {
    let request = HttpRequest::new("POST", format!("{}/-/reload", system.gateway.url()));
    let answer = Http::default().send(request.header("authorization", format!("Bearer {ADMIN}"))).await.unwrap();
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_takes_too_long_to_compile_is_given_up_while_the_one_before_serves() {
    let built = Artifacts::find_or_build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let connectors = folder.path().join("connectors");
    std::fs::create_dir(&connectors).unwrap();
    let artifacts = Artifacts { gateway: built.gateway.clone(), connectors };
    let file = artifacts.connector("samanage");
    std::fs::copy(built.connector("samanage"), &file).unwrap();
    let configure = |config: &mut GatewayConfig| {
        config.compile_seconds(SECONDS);
        config.admin_token(token_hash(ADMIN));
    };
    let plan = Plan::new("app", "samanage");
    let system = System::start_with(&artifacts, folder.path(), &[plan], configure).await.unwrap();

    std::fs::write(&file, costly(100, 9_000)).unwrap();
    let mut reloading = Box::pin(reload(&system));
    let (http, url) = (Http::default(), format!("{}/app/scim/v2", system.gateway.url()));
    let token = format!("Bearer {}", system.instances[0].token);
    let mut answered = 0;
    let report = loop {
        // The app takes only so many calls.
        let path = if answered < 10 { "/Users?count=1" } else { "/ResourceTypes/User" };
        let request = HttpRequest::new("GET", format!("{url}{path}")).header("authorization", token.clone());
        let request = http.send(request);
        tokio::select! {
            report = &mut reloading => break report,
            answer = request => {
                assert_eq!(answer.unwrap().status, 200);
                answered += 1;
            }
        }
    };
    drop(reloading);
    assert!(answered > 10, "only {answered} requests were answered meanwhile");
    assert_eq!(
        (&report["outcome"], &report["mistakes"][0]["key"]),
        (&"refused".into(), &"connectors.samanage.file".into())
    );
    let message = report["mistakes"][0]["message"].as_str().unwrap();
    assert!(message.contains("compiling it takes more than 2 s of processor time"), "{message}");
    assert!(message.contains("split them"), "{message}");

    let checked = Command::new(&artifacts.gateway).arg("check").arg("--config").arg(&system.config).output().unwrap();
    let text = String::from_utf8(checked.stdout).unwrap();
    assert!(!checked.status.success() && text.contains("takes more than 2 s of processor time"), "{text}");

    std::fs::write(&file, costly(1, 10_001)).unwrap();
    let report = reload(&system).await;
    let message = report["mistakes"][0]["message"].as_str().unwrap();
    assert!(message.contains("its function 0 has 10001 local variables, above the limit of 10000"), "{message}");
    system.stop().await.unwrap();
}
