//! stub
use super::*;
use crate::{Object, ResourceType, error::Error};
pub(super) fn apply(_: &ResourceType, _: &mut Object, _: &Edits) -> Result<(), Error> {
    Err(Error::not_implemented(""))
}
