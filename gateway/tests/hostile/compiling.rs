//! Files that are expensive to compile, and compilers that fail.

use crate::fixture;
use crate::world::{context, hostile};
use scim_gateway::connectors::{CompileError, CompileLimits, Compiler, LoadCause, Runtime, RuntimeLimits, Wasi};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A runtime that has the gateway's own program compile.
fn runtime(compile: CompileLimits) -> Runtime {
    let program = Compiler::Process(env!("CARGO_BIN_EXE_scim-gateway").into());
    Runtime::new(RuntimeLimits { compile, ..RuntimeLimits::default() }, program).unwrap()
}

/// What follows from it is what kept a gateway busy for minutes: loops in loops, and variables that live through all of them.
fn costly(loops: usize, locals: usize) -> Vec<u8> {
    let change = |n: usize| format!("(local.set {n} (i32.add (local.get {n}) (local.get {})))", (n + 1) % locals);
    let body: String = (0..locals).map(change).collect();
    let (open, close) = ("(loop ".repeat(loops), "(br_if 0 (local.get 0)))".repeat(loops));
    let function = format!("(func (local {}) {open} {body} {close})", "i32 ".repeat(locals));
    fixture::module(&function, 1, "unreachable")
}

async fn refused(runtime: &Runtime, file: Vec<u8>) -> (CompileError, String) {
    let error = runtime.load(file, "costly.wasm", None, Wasi::Refused).await.unwrap_err();
    let text = error.to_string();
    match error.cause {
        LoadCause::Compile(cause) => (cause, text),
        LoadCause::Artifact(cause) => (cause.into(), text),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_compiles_a_connector_that_then_runs_here() {
    let runtime = runtime(CompileLimits::default());
    let connector = hostile(&runtime).await;
    let mut call = connector.open(&context(&connector)).await.unwrap();
    assert_eq!(call.read("User", "setting", &[]).await.unwrap().id, "\"red\"");
    let error = runtime.load(fixture::component("(component)"), "x", None, Wasi::Refused).await.unwrap_err();
    assert!(error.to_string().contains("it does not match contract 0.1"), "{error}");
    let (_, text) = refused(&runtime, b"nonsense".to_vec()).await;
    assert!(text.contains("it is not a WebAssembly file"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_too_large_is_named_before_anything_is_compiled() {
    let (_, text) = refused(&runtime(CompileLimits::default()), costly(100, 20_000)).await;
    assert!(text.contains("its function 0 has 20000 local variables, above the limit of 10000; split it"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_too_long_is_given_up_and_others_load_meanwhile() {
    let limits = CompileLimits { cpu: Duration::from_secs(2), locals: 50_000, ..CompileLimits::default() };
    let runtime = runtime(limits);
    let file = costly(100, 20_000);
    let (given_up, ()) = tokio::join!(refused(&runtime, file.clone()), async {
        let connector = hostile(&runtime).await;
        let mut call = connector.open(&context(&connector)).await.unwrap();
        assert_eq!(call.read("User", "setting", &[]).await.unwrap().id, "\"red\"");
    });
    assert_eq!(given_up.0, CompileError::Time { limit: limits.cpu });
    assert!(given_up.1.contains("compiling it takes more than 2 s of processor time"), "{}", given_up.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_too_much_memory_is_given_up() {
    let limits = CompileLimits { memory: 200 << 20, locals: 50_000, ..CompileLimits::default() };
    let (error, text) = refused(&runtime(limits), costly(100, 20_000)).await;
    assert_eq!(error, CompileError::Memory { limit: limits.memory }, "{text}");
    assert!(text.contains("compiling it takes more than 200 MiB of memory"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_would_fill_the_gateways_memory_is_not_kept() {
    let limits = CompileLimits { code_bytes: 64 << 10, ..CompileLimits::default() };
    let (_, text) = refused(&runtime(limits), fixture::hostile()).await;
    assert!(text.contains("its compiled code has 0 MiB, above the limit of 0 MiB; build it with"), "{text}");
}

/// A program in place of the compiler, which counts how often it is called.
fn script(directory: &TempDir, does: &str) -> (Runtime, impl Fn() -> usize) {
    let (program, calls) = (directory.path().join("compiler"), directory.path().join("calls"));
    std::fs::write(&program, format!("#!/bin/sh\necho called >> {}\n{does}\n", calls.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let runtime = Runtime::new(RuntimeLimits::default(), Compiler::Process(program)).unwrap();
    (runtime, move || std::fs::read_to_string(&calls).unwrap_or_default().lines().count())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compiler_that_crashes_is_reported_once_and_not_started_again_for_the_same_file() {
    let directory = tempfile::tempdir().unwrap();
    let (runtime, calls) = script(&directory, "cat > /dev/null; echo 'index out of range' >&2; kill -SEGV $$");
    for _ in 0..2 {
        let (error, text) = refused(&runtime, fixture::hostile()).await;
        assert!(matches!(error, CompileError::Crashed { .. }), "{error:?}");
        assert!(text.contains("the compiler ended without a result (signal: 11"), "{text}");
        assert!(text.contains("index out of range)"), "{text}");
    }
    assert_eq!(calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compiler_sees_nothing_of_the_gateways_environment() {
    let directory = tempfile::tempdir().unwrap();
    let (runtime, _) = script(&directory, "cat > /dev/null; echo \"HOME=$HOME, CARGO=$CARGO\" >&2; exit 3");
    let (_, text) = refused(&runtime, fixture::hostile()).await;
    assert!(text.contains("HOME=, CARGO=)"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compiler_that_cannot_be_started_is_an_error_that_may_pass() {
    let none = Compiler::Process(Path::new("/nowhere/scim-gateway").into());
    let runtime = Runtime::new(RuntimeLimits::default(), none).unwrap();
    let (error, text) = refused(&runtime, fixture::hostile()).await;
    assert!(matches!(error, CompileError::Start(_)), "{error:?}");
    assert!(text.contains("the compiler cannot be started: No such file"), "{text}");
}
