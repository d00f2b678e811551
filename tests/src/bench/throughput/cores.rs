//! Which processor core runs what.

/// The core of the program that is measured.
pub(super) const MEASURED_CORE: usize = 0;
/// The core of everything else.
pub(super) const LOAD_CORE: usize = 1;
