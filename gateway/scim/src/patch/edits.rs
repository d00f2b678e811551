//! stub
use super::*;
use crate::{Object, ResourceType, error::Error};
pub(super) fn edits(_: &ResourceType, _: &[Operation], _: Leniency) -> Result<Edits, Error> {
    Err(Error::not_implemented(""))
}
