//! Components of toolchains that need WASI, built as their authors build them: the example connectors of `sdk/examples`, and
//! the intruders of `tests/wasi`, which are the same in JavaScript and Python but for a `check` that tries to get out.

use crate::artifacts::{BuildError, build_wasip2, workspace};
use crate::packages::{self, PackageError};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One toolchain's files.
#[derive(Debug, Clone)]
pub struct Components {
    /// The toolchain's language.
    pub language: &'static str,
    /// A connector that serves.
    pub directory: PathBuf,
    /// A connector that tries to get out; in JavaScript and Python it serves, too.
    pub intruder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    #[error(transparent)]
    Cargo(#[from] BuildError),
    #[error(transparent)]
    Packages(#[from] PackageError),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{toolchain} made no component of {source_file}; it said:\n{said}")]
    NotMade { toolchain: String, source_file: PathBuf, said: String },
}

/// Rust for wasip2, with the SDK.
///
/// # Errors
/// [`ComponentError`]
pub fn rust() -> Result<Components, ComponentError> {
    let [directory, intruder] = build_wasip2(["directory-connector", "intruder-connector"])?;
    Ok(Components { language: "rust", directory, intruder })
}

/// JavaScript, by componentize-js.
///
/// # Errors
/// [`ComponentError`]
pub fn javascript(target: &Path) -> Result<Components, ComponentError> {
    let example = workspace().join("sdk/examples/javascript");
    let folder = packages::npm("javascript-components", &example, target)?;
    for file in ["connector.js", "descriptor.js", "build.js"] {
        copy(&example.join(file), &folder)?;
    }
    copy(&workspace().join("tests/wasi/javascript/intruder.js"), &folder)?;
    let intruder = folder.join("intruder.wasm");
    let mut command = Command::new("node");
    command.arg("build.js").arg(folder.join("intruder.js")).arg(&intruder);
    command.env("WIT", workspace().join("wit")).current_dir(&folder);
    make(&mut command, "intruder.js")?;
    Ok(Components { language: "javascript", directory: intruder.clone(), intruder })
}

/// Python, by componentize-py.
///
/// # Errors
/// [`ComponentError`]
pub fn python(target: &Path) -> Result<Components, ComponentError> {
    let example = workspace().join("sdk/examples/python");
    let programs = packages::python("python-components", &example.join("requirements.txt"), target)?;
    let intruder = target.join("python-components").join("intruder.wasm");
    let mut command = Command::new(programs.join("componentize-py"));
    command.arg("-d").arg(workspace().join("wit")).args(["-w", "connector", "componentize", "intruder", "-p"]);
    command.arg(workspace().join("tests/wasi/python")).arg("-p").arg(example).arg("-o").arg(&intruder);
    make(&mut command, "intruder.py")?;
    Ok(Components { language: "python", directory: intruder.clone(), intruder })
}

fn copy(file: &Path, folder: &Path) -> Result<(), ComponentError> {
    let to = folder.join(file.file_name().unwrap_or_default());
    std::fs::copy(file, &to).map(drop).map_err(|error| ComponentError::File(to, error))
}

fn make(command: &mut Command, source_file: &str) -> Result<(), ComponentError> {
    let toolchain = command.get_program().to_string_lossy().into_owned();
    let not_made = |said| ComponentError::NotMade { toolchain, source_file: source_file.into(), said };
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(not_made(
            [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat(),
        )),
        Err(error) => Err(not_made(error.to_string())),
    }
}
