//! How much a search may answer and look at.

/// Resources in an answer when the client does not say how many.
pub(in super::super) const DEFAULT_COUNT: u64 = 100;
/// The most resources in one answer.
pub(in super::super) const MAX_COUNT: u64 = 200;
/// Resources that are looked at for one request, where the app cannot compare or sort.
pub(super) const MAX_SCANNED: u64 = 20_000;
