//! The other side of `cargo xtask bench`: `bench-load stub` is the app, `bench-load load PLAN` sends the requests.

use scim_gateway_tests::bench::throughput::{Plan, serve_stub};
use std::io::Write as _;
use std::process::ExitCode;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            drop(writeln!(std::io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["stub"] => {
            let listening = |address| drop(writeln!(std::io::stdout(), "{address}"));
            runtime.block_on(LocalSet::new().run_until(serve_stub(listening)))?;
        }
        ["load", plan] => {
            let plan: Plan = serde_json::from_str(plan)?;
            serde_json::to_writer(std::io::stdout(), &runtime.block_on(plan.run())?)?;
        }
        _ => return Err("bench-load stub | bench-load load PLAN".into()),
    }
    Ok(())
}
