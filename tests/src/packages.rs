//! Installs the packages of npm and PyPI that tests need below the target folder, once for each list of packages.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why packages are not installed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// npm or python3 is not installed.
    #[error("cannot run `{program}` ({source}): {needed} must be on the PATH")]
    NotRun { program: String, source: std::io::Error, needed: &'static str },
    /// The registry cannot be reached, or has no such package.
    #[error("`{program}` cannot install the packages of {list} (is its registry reachable?):\n{output}")]
    Failed { program: String, list: PathBuf, output: String },
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

const NODE: &str = "Node.js 20 or newer, with npm,";
const PYTHON: &str = "Python 3.10 or newer, with venv,";

/// Installs the packages of `package.json` in `folder` into `target/name` and returns that folder, which then has `node_modules`.
/// If there is a `package-lock.json`, npm installs its versions and checks their hashes.
///
/// # Errors
/// [`PackageError`], which says what is missing.
pub fn npm(name: &str, folder: &Path, target: &Path) -> Result<PathBuf, PackageError> {
    let lock = folder.join("package-lock.json");
    let (list, install) = if lock.is_file() { (lock, "ci") } else { (folder.join("package.json"), "install") };
    once(name, &list, target, |into| {
        for file in ["package.json", "package-lock.json"].map(|file| folder.join(file)) {
            let Some(to) = file.file_name().map(|name| into.join(name)).filter(|_| file.is_file()) else { continue };
            std::fs::copy(&file, &to).map_err(|error| PackageError::File(to, error))?;
        }
        let mut command = Command::new("npm");
        command.args([install, "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(into);
        run(command, &list, NODE)
    })
}

/// Installs the packages of a `requirements.txt` into a virtual environment `target/name` and returns the folder of its programs.
///
/// # Errors
/// [`PackageError`], which says what is missing.
pub fn python(name: &str, requirements: &Path, target: &Path) -> Result<PathBuf, PackageError> {
    let into = once(name, requirements, target, |into| {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(into);
        run(venv, requirements, PYTHON)?;
        let mut pip = Command::new(into.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(requirements);
        run(pip, requirements, PYTHON)
    })?;
    Ok(into.join("bin"))
}

/// Installs unless the same list of packages is installed already. Test programs run side by side: the first one installs, and the
/// others wait for its lock.
fn once(
    name: &str,
    list: &Path,
    target: &Path,
    install: impl FnOnce(&Path) -> Result<(), PackageError>,
) -> Result<PathBuf, PackageError> {
    let into = target.join(name);
    let failed = |error| PackageError::File(into.clone(), error);
    std::fs::create_dir_all(&into).map_err(failed)?;
    let turn = File::create(target.join(format!("{name}.lock"))).map_err(failed)?;
    turn.lock().map_err(failed)?;
    let installed = into.join("installed");
    let wanted = std::fs::read(list).map_err(|error| PackageError::File(list.to_owned(), error))?;
    if !std::fs::read(&installed).is_ok_and(|present| present == wanted) {
        install(&into)?;
        // Written last, so that an interrupted installation is repeated.
        std::fs::write(&installed, wanted).map_err(failed)?;
    }
    Ok(into)
}

fn run(mut command: Command, list: &Path, needed: &'static str) -> Result<(), PackageError> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let output = String::from_utf8_lossy(&output.stderr).into_owned();
            Err(PackageError::Failed { program, list: list.to_owned(), output })
        }
        Err(source) => Err(PackageError::NotRun { program, source, needed }),
    }
}
