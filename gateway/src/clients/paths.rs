//! `paths-in-any-case`: `/users`.

use super::leniency::Leniency;
use super::profile::Profile;
use percent_encoding::percent_decode_str;
use scim_protocol::Error;
use std::borrow::Cow;

/// What is served beside the resource types.
const ENDPOINTS: [&str; 5] = ["ServiceProviderConfig", "ResourceTypes", "Schemas", "Bulk", "Me"];

impl Profile {
    /// Reads a path below the instance's base URL: its first segment becomes one of `endpoints` (such as `/Users`) or of the
    /// RFC's own, if it differs from it only in case. Ids stay as they are. Also returns the leniency if it was needed.
    ///
    /// # Errors
    /// 404 if the profile does not allow another case.
    pub fn path<'p, 'e>(
        &self,
        path: &'p str,
        endpoints: impl IntoIterator<Item = &'e str>,
    ) -> Result<(Cow<'p, str>, Option<Leniency>), Error> {
        let exact = (Cow::Borrowed(path), None);
        let (slashes, rest) = path.split_at(path.len() - path.trim_start_matches('/').len());
        let (segment, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let name = percent_decode_str(segment).decode_utf8_lossy();
        let known = ENDPOINTS.into_iter().chain(endpoints.into_iter().map(|endpoint| endpoint.trim_matches('/')));
        let known: Vec<&str> = known.filter(|known| known.eq_ignore_ascii_case(&name)).collect();
        let Some(first) = known.first().filter(|_| !known.contains(&&*name)) else { return Ok(exact) };
        let refusal = || Error::not_found(format!("nothing is served at /{name}; write /{first}"));
        self.tolerate(Leniency::PathsInAnyCase, refusal)?;
        Ok((Cow::Owned(format!("{slashes}{first}{below}")), Some(Leniency::PathsInAnyCase)))
    }
}
