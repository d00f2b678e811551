//! Attributes that the app cannot change once they are set, as its connector declares: a user name that is the account.

use super::instance::Kind;
use scim_protocol::filter::{CompareOp, Comparison, Filter, Operand};
use scim_protocol::path::AttributePath;
use scim_protocol::{Error, Object};

/// They must stay what they are (RFC 7644 §3.5.1, `mutability`); in another case, where case says nothing, they do.
pub(super) fn keep_immutable(kind: &Kind, before: &Object, after: &mut Object) -> Result<(), Error> {
    for name in &kind.abilities.immutable {
        let (Some(is), Some(wanted)) = (before.get(name), after.get(name)) else { continue };
        let path = Operand::plain(AttributePath::core(name));
        let same = Filter::Compare(Comparison { path, op: CompareOp::Eq, value: wanted.clone() });
        if is != wanted && !same.matches(&kind.scim, before) {
            return Err(Error::mutability(format!(
                "{name} is {is} and cannot become {wanted}: the app cannot change it"
            )));
        }
        after.insert(name.clone(), is.clone());
    }
    Ok(())
}
