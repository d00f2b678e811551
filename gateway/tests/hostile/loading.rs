//! Files that are refused as connectors, and the messages to the operator.

use crate::fixture::{self, component, module};
use crate::world::runtime;
use scim_gateway::connectors::{Compiler, Runtime, RuntimeLimits, Sha256, Wasi};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_connector_says_what_is_wrong_with_it() {
    let runtime = runtime();
    let trap = "unreachable";
    let two = r#"(import "env" "secret" (func)) (import "wasi_snapshot_preview1" "fd_write" (func (param i32)))"#;
    let cases = [
        (b"not wasm at all".to_vec(), "it is not a WebAssembly file"),
        (
            component("(component)"),
            "it does not match contract 0.1: no exported instance named `scim-gateway:connector/descriptor@0.1.0`",
        ),
        (component("(module)"), "it does not match contract 0.1: no exported instance named"),
        (
            component(
                r#"(component (import "wasi:cli/environment@0.2.0" (instance)) (import "wasi:io/poll@0.2.0" (instance)))"#,
            ),
            "it imports `wasi:cli/environment@0.2.0`, `wasi:io/poll@0.2.0`, as components from toolchains that require WASI do; set wasi = \"closed\"",
        ),
        (
            component(r#"(component (import "scim-gateway:connector/app@0.2.0" (instance)))"#),
            "it imports `scim-gateway:connector/app@0.2.0`, but this gateway uses contract 0.1; build it against the wit/ of this gateway",
        ),
        (
            component(r#"(component (import "scim-gateway:connector/secrets@0.1.0" (instance)))"#),
            "it imports `scim-gateway:connector/secrets@0.1.0`, which the contract does not grant; remove what needs it",
        ),
        (
            module(two, 1, trap),
            "it imports `env.secret`, `wasi_snapshot_preview1.fd_write`, which the contract does not grant",
        ),
        (
            module("", 1, trap),
            "the trial call of `describe` failed: the connector trapped: wasm `unreachable` instruction executed",
        ),
        (
            module("", 1, "(loop (br 0)) unreachable"),
            "the trial call of `describe` failed: the connector used more than its 2000 ms",
        ),
        (
            module("", 2000, trap),
            "the trial call of `describe` failed: the connector asked for 131072000 bytes of memory",
        ),
        (module("", 1, "i32.const 0"), "its descriptor is invalid: it is not JSON: expected ident at line 1"),
        (fixture::hostile()[..5000].to_vec(), "it does not compile: unexpected end"),
    ];
    for (bytes, said) in cases {
        let error = runtime.load(bytes, "bad.wasm", None, Wasi::Refused).await.unwrap_err().to_string();
        assert!(error.starts_with("bad.wasm: "), "{error}");
        assert!(error.contains(said), "{said}\n in {error}");
    }
}

#[tokio::test]
async fn a_pinned_connector_loads_with_its_own_digest_only() {
    let runtime = runtime();
    let right = Sha256::of(&fixture::hostile());
    runtime.load(fixture::hostile(), "x", Some(&right), Wasi::Refused).await.unwrap();
    let wrong = Sha256::of(b"something else");
    let error = runtime.load(fixture::hostile(), "x", Some(&wrong), Wasi::Refused).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("x: its SHA-256 is {right}, but {wrong} is pinned; if the change is intended, update the pin")
    );
}

#[tokio::test]
async fn a_file_above_the_size_limit_is_not_compiled() {
    let runtime =
        Runtime::new(RuntimeLimits { connector_bytes: 1000, ..RuntimeLimits::default() }, Compiler::InProcess).unwrap();
    let error = runtime.load(fixture::hostile(), "x", None, Wasi::Refused).await.unwrap_err().to_string();
    assert!(error.contains("above the limit of 1000"), "{error}");
}

#[tokio::test]
async fn the_same_bytes_are_compiled_once_and_shared() {
    let runtime = runtime();
    let (one, two) = (
        runtime.load(fixture::hostile(), "a", None, Wasi::Refused).await,
        runtime.load(fixture::hostile(), "b", None, Wasi::Refused).await,
    );
    assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
}

#[tokio::test]
async fn compiled_code_is_kept_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let limits = RuntimeLimits { cache: Some(directory.path().join("code")), ..RuntimeLimits::default() };
    let runtime = Runtime::new(limits, Compiler::InProcess).unwrap();
    let connector = runtime.load(fixture::hostile(), "x", None, Wasi::Refused).await.unwrap();
    assert_eq!((connector.descriptor.id.as_str(), connector.has_transforms()), ("hostile", true));
    assert!(directory.path().join("code").read_dir().unwrap().next().is_some());
}
