//! The sizes on which the time to compile depends, read before anything is compiled.

use super::compile_limits::CompileLimits;
use serde::{Deserialize, Serialize};
use wasmparser::{BinaryReaderError, FunctionBody, Parser, Payload};

/// A file with a size above a limit. Functions are counted from 0, as they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SizeError {
    /// Too many functions.
    #[error("it has more than {limit} functions; build it with optimisation, so that unused ones are left out")]
    Functions {
        /// The limit.
        limit: u32,
    },
    /// A function that is too long.
    #[error("its function {function} has {bytes} bytes of code, above the limit of {limit}; split it")]
    FunctionBytes {
        /// Which one.
        function: u32,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: u32,
    },
    /// Code that is too large.
    #[error("its compiled code has {} MiB, above the limit of {} MiB; build it with optimisation for size", .bytes >> 20, .limit >> 20)]
    Code {
        /// Its size, in bytes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A function with too many variables.
    #[error(
        "its function {function} has {locals} local variables, above the limit of {limit}; split it, or build it with optimisation"
    )]
    Locals {
        /// Which one.
        function: u32,
        /// How many it has.
        locals: u64,
        /// The limit.
        limit: u32,
    },
}

/// Checks all functions of a module, or of all modules in a component. The outer error is that of a file that is damaged.
pub(crate) fn check(file: &[u8], limits: &CompileLimits) -> Result<Result<(), SizeError>, BinaryReaderError> {
    let mut functions = 0_u32;
    for payload in Parser::new(0).parse_all(file) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        if functions >= limits.functions {
            return Ok(Err(SizeError::Functions { limit: limits.functions }));
        }
        if let Err(error) = function(functions, &body, limits)? {
            return Ok(Err(error));
        }
        functions += 1;
    }
    Ok(Ok(()))
}

fn function(
    function: u32,
    body: &FunctionBody<'_>,
    limits: &CompileLimits,
) -> Result<Result<(), SizeError>, BinaryReaderError> {
    let (bytes, limit) = (body.range().len(), limits.function_bytes);
    if bytes > limit as usize {
        return Ok(Err(SizeError::FunctionBytes { function, bytes, limit }));
    }
    let mut locals = 0_u64;
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(u64::from(group?.0));
    }
    if locals > u64::from(limits.locals) {
        return Ok(Err(SizeError::Locals { function, locals, limit: limits.locals }));
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Option<SizeError> {
        let limits = CompileLimits { functions: 2, function_bytes: 40, locals: 3, ..CompileLimits::default() };
        check(&wat::parse_str(text).expect("a module"), &limits).expect("sound").err()
    }

    #[test]
    fn a_function_of_any_module_above_a_limit_is_named() {
        assert_eq!(checked("(module (func (local i32 i64 i32)) (func))"), None);
        let many = "(component (core module (func)) (core module (func) (func)))";
        assert_eq!(checked(many), Some(SizeError::Functions { limit: 2 }));
        let locals = SizeError::Locals { function: 1, locals: 4, limit: 3 };
        assert_eq!(checked("(module (func) (func (local i32 i64 i32 i32)))"), Some(locals));
        let long = format!("(module (func {}))", "(drop (i32.const 1))".repeat(20));
        assert_eq!(checked(&long), Some(SizeError::FunctionBytes { function: 0, bytes: 62, limit: 40 }));
    }

    #[test]
    fn a_damaged_file_is_an_error_of_its_own() {
        assert!(check(b"\0asm\x01\0\0\0\x0a\xff", &CompileLimits::default()).is_err());
    }
}
