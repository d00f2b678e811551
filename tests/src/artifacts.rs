//! The binaries that the whole system needs: the gateway and the connectors.
//!
//! `SCIM_GATEWAY_BINARY` and `SCIM_GATEWAY_CONNECTORS` name binaries that are built already. Without them the binaries are built
//! here, which takes a second when nothing has changed. So a test never runs an old binary by accident, and `cargo test` in a fresh
//! clone needs no preparation.

use serde_json::Value;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Connectors are core modules for this target.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Components that import WASI are built for this target.
pub const WASIP2_TARGET: &str = "wasm32-wasip2";

/// The gateway's executable.
pub const GATEWAY_VARIABLE: &str = "SCIM_GATEWAY_BINARY";

/// The folder with `<id>_connector.wasm`.
pub const CONNECTORS_VARIABLE: &str = "SCIM_GATEWAY_CONNECTORS";

/// Where the built files are.
#[derive(Debug, Clone)]
pub struct Artifacts {
    /// The `scim-gateway` executable.
    pub gateway: PathBuf,
    /// The folder with an `<id>_connector.wasm` for each connector.
    pub connectors: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("cannot run {program} ({source}). {hint}")]
    NotRun { program: String, source: io::Error, hint: &'static str },
    #[error("`{command}` failed; its own messages are above")]
    Failed { command: String },
    #[error("the Rust target {0} is missing and rustup could not add it; install it with your Rust distribution")]
    NoTarget(&'static str),
    #[error("`{command}` succeeded but did not report {file}")]
    NoFile { command: String, file: String },
    #[error("cannot read the connectors' folder {folder}: {source}")]
    NoPlugins { folder: PathBuf, source: io::Error },
}

impl Artifacts {
    /// What the environment names, or else what Cargo builds.
    pub fn find_or_build() -> Result<Self, BuildError> {
        if let Some(named) = Self::named() {
            return Ok(named);
        }
        add_target(WASM_TARGET)?;
        Ok(Self { connectors: build_connectors()?, gateway: build_gateway()? })
    }

    /// What the environment names.
    pub fn named() -> Option<Self> {
        let (gateway, connectors) = (std::env::var_os(GATEWAY_VARIABLE)?, std::env::var_os(CONNECTORS_VARIABLE)?);
        Some(Self { gateway: gateway.into(), connectors: connectors.into() })
    }

    /// The connector's file.
    pub fn connector(&self, id: &str) -> PathBuf {
        self.connectors.join(format!("{}_connector.wasm", id.replace('-', "_")))
    }
}

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// The target folder that this program was built in: the workspace's `target`, or what the user has configured.
pub fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    // Cargo puts this file into every target folder.
    let marked = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| workspace().join("target"), Path::to_owned)
}

/// The Cargo that runs this program, or the one on the path.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(workspace());
    // These variables are about the package that runs now. Build scripts that read them would otherwise compile everything again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// The ids of the connectors in this workspace: the folders of `plugins/`.
pub fn connector_ids() -> Result<Vec<String>, BuildError> {
    let folder = workspace().join("plugins");
    let unreadable = |source| BuildError::NoPlugins { folder: folder.clone(), source };
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("Cargo.toml").is_file() {
            ids.extend(path.file_name().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    ids.sort();
    Ok(ids)
}

/// Adds a target with rustup unless the compiler has it. Returns whether it was added.
pub fn add_target(target: &'static str) -> Result<bool, BuildError> {
    if has_target(target)? {
        return Ok(false);
    }
    let hint = "Without rustup, install the target with your Rust distribution.";
    let added = run(Command::new("rustup").current_dir(workspace()).args(["target", "add", target]), hint);
    match added {
        Ok(()) if has_target(target)? => Ok(true),
        Ok(()) | Err(BuildError::Failed { .. }) => Err(BuildError::NoTarget(target)),
        Err(error) => Err(error),
    }
}

fn has_target(target: &str) -> Result<bool, BuildError> {
    let output = Command::new("rustc")
        .current_dir(workspace())
        .args(["--print", "target-libdir", "--target", target])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| BuildError::NotRun {
            program: "rustc".into(),
            source,
            hint: "Install Rust from rustup.rs.",
        })?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// The connectors' folder that the environment names, or else the one that Cargo builds.
pub fn connectors() -> Result<PathBuf, BuildError> {
    let named = std::env::var_os(CONNECTORS_VARIABLE).map(PathBuf::from);
    named.map_or_else(|| add_target(WASM_TARGET).and_then(|_| build_connectors()), Ok)
}

/// Builds every connector as it is shipped and returns their folder.
pub fn build_connectors() -> Result<PathBuf, BuildError> {
    build_as_shipped(&connector_ids()?)
}

/// Builds an example connector of the SDK into the folder of [`build_connectors`].
pub fn build_example(id: &str) -> Result<PathBuf, BuildError> {
    build_as_shipped(&[id.to_owned()])
}

fn build_as_shipped(ids: &[String]) -> Result<PathBuf, BuildError> {
    let mut command = cargo();
    command.args(["build", "--profile", "connector", "--target", WASM_TARGET]);
    for id in ids {
        command.args(["--package", &format!("{id}-connector")]);
    }
    let first = ids.first().map(|id| format!("{}_connector.wasm", id.replace('-', "_"))).unwrap_or_default();
    let file = built(&mut command, &first)?;
    Ok(file.parent().map(Path::to_owned).unwrap_or_default())
}

/// Builds the connector whose references cross (`tests/crossed`) and returns its file.
pub fn build_crossed() -> Result<PathBuf, BuildError> {
    add_target(WASM_TARGET)?;
    Ok(build_example("crossed")?.join("crossed_connector.wasm"))
}

/// Builds the connector that passes on whatever its app says (`tests/liar`) and returns its file.
pub fn build_liar() -> Result<PathBuf, BuildError> {
    add_target(WASM_TARGET)?;
    Ok(build_example("liar")?.join("liar_connector.wasm"))
}

/// Builds the connector that misbehaves on request (`tests/hostile`) and returns its file.
pub fn build_hostile() -> Result<PathBuf, BuildError> {
    add_target(WASM_TARGET)?;
    let mut command = cargo();
    command.args(["build", "--profile", "connector", "--target", WASM_TARGET, "--package", "hostile-connectors"]);
    // Built alone, the dependencies of its macros would be compiled once more, with fewer features than for the connectors.
    command.args(["--package", "samanage-connector"]);
    built(&mut command, "hostile_connectors.wasm")
}

/// Builds connectors for wasip2 and returns their files, in the order of the packages. Packages that are built together share the
/// dependencies of their macros; built one by one, each would need them with other features.
pub fn build_wasip2<const N: usize>(packages: [&str; N]) -> Result<[PathBuf; N], BuildError> {
    add_target(WASIP2_TARGET)?;
    let mut command = cargo();
    command.args(["build", "--profile", "connector", "--target", WASIP2_TARGET]);
    for package in packages {
        command.args(["--package", package]);
    }
    let files = built_files(&mut command)?;
    let mut found = packages.map(|_| PathBuf::new());
    for (package, place) in packages.into_iter().zip(&mut found) {
        *place = pick(&files, &command, &format!("{}.wasm", package.replace('-', "_")))?;
    }
    Ok(found)
}

/// Builds the load generator of the benchmarks with optimisation and returns its executable.
pub fn build_load_generator() -> Result<PathBuf, BuildError> {
    let file = format!("bench-load{}", std::env::consts::EXE_SUFFIX);
    built(cargo().args(["build", "--release", "--package", "scim-gateway-tests", "--bin", "bench-load"]), &file)
}

/// Builds the gateway and returns its executable.
pub fn build_gateway() -> Result<PathBuf, BuildError> {
    build_gateway_as("dev")
}

/// As [`build_gateway`], with every test of the workspace.
pub fn build_tested_gateway() -> Result<PathBuf, BuildError> {
    let file = format!("scim-gateway{}", std::env::consts::EXE_SUFFIX);
    built(cargo().args(["test", "--workspace", "--no-run"]), &file)
}

/// As [`build_gateway`], optimised as for production.
pub fn build_release_gateway() -> Result<PathBuf, BuildError> {
    build_gateway_as("dist")
}

fn build_gateway_as(profile: &str) -> Result<PathBuf, BuildError> {
    let file = format!("scim-gateway{}", std::env::consts::EXE_SUFFIX);
    let arguments = ["build", "--profile", profile, "--package", "scim-gateway", "--bin", "scim-gateway"];
    built(cargo().args(arguments), &file)
}

/// Runs a Cargo build and returns the path of the file with this name.
fn built(command: &mut Command, file: &str) -> Result<PathBuf, BuildError> {
    let files = built_files(command)?;
    pick(&files, command, file)
}

/// Runs a Cargo build, with its progress on our standard error, and returns the paths of all files that it reports.
fn built_files(command: &mut Command) -> Result<Vec<PathBuf>, BuildError> {
    let output = command
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| not_run(command, source, "Install Rust from rustup.rs."))?;
    if !output.status.success() {
        return Err(BuildError::Failed { command: shown(command) });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let names = messages.filter_map(|message| message.get("filenames").and_then(Value::as_array).cloned()).flatten();
    Ok(names.filter_map(|name| name.as_str().map(PathBuf::from)).collect())
}

fn pick(files: &[PathBuf], command: &Command, file: &str) -> Result<PathBuf, BuildError> {
    let found = files.iter().find(|path| path.file_name().is_some_and(|name| name == file));
    found.cloned().ok_or_else(|| BuildError::NoFile { command: shown(command), file: file.to_owned() })
}

pub(crate) fn run(command: &mut Command, hint: &'static str) -> Result<(), BuildError> {
    // Standard output may be a report for programs, so the output of tools goes to standard error.
    let status = command.stdout(io::stderr()).status().map_err(|source| not_run(command, source, hint))?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed { command: shown(command) }) }
}

fn not_run(command: &Command, source: io::Error, hint: &'static str) -> BuildError {
    BuildError::NotRun { program: command.get_program().to_string_lossy().into_owned(), source, hint }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}
