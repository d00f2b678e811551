//! The name of the SSO method (P-1, P-2). Splashtop compares it byte for byte, including spaces, and every user needs one.
//! Okta's console requires quotes around it, so administrators of other providers paste quotes, too. They are removed only if
//! the name inside is known to be a method's name.

use scim_connector_sdk::{Fault, Object, Settings, Value, json};

/// The extension that contains it.
pub(crate) const SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";
/// The field, as a change names it.
pub(crate) const FIELD: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User:ssoName";
const NAME: &str = "ssoName";
const TRANSFORM: &str = "sso-name";

/// Refuses any other transform: this connector has only one.
pub(crate) fn only(name: &str) -> Result<(), Fault> {
    if name == TRANSFORM { Ok(()) } else { Err(Fault::not_implemented(format!("unknown transform `{name}`"))) }
}

/// The exact name; for an empty text the setting `default-sso-name`, if it is set.
pub(crate) fn to_app(settings: Settings<'_>, value: &Value) -> Result<Option<Value>, Fault> {
    let Some(text) = value.as_str() else {
        return Err(Fault::invalid_value(format!("ssoName must be a string, not {value}")));
    };
    Ok(Known::of(settings).exact(text)?.map(Value::String))
}

/// Checks that a default is the name of a method, or `""` for the setting.
pub(crate) fn check_default(default: &str) -> Result<(), String> {
    match default.parse() {
        Ok(Value::String(_)) => Ok(()),
        _ => {
            Err("the default of an ssoName must be a name in quotes, or \"\" for the setting `default-sso-name`"
                .to_owned())
        }
    }
}

/// Sets a new user's exact name, or refuses the user.
pub(crate) fn ensure(settings: Settings<'_>, user: &mut Object) -> Result<(), Fault> {
    let text = of(user).unwrap_or_default();
    let name = Known::of(settings).exact(text)?.ok_or_else(|| {
        Fault::invalid_value(
            "ssoName: Splashtop needs the name of an SSO method for every user. Map ssoName, or set `default-sso-name`",
        )
    })?;
    let extension = user.entry(SCHEMA).or_insert_with(|| json!({}));
    match extension.as_object_mut() {
        Some(extension) => drop(extension.insert(NAME.to_owned(), Value::String(name))),
        None => *extension = json!({NAME: name}),
    }
    Ok(())
}

/// The name in a user's document.
pub(crate) fn of(user: &Object) -> Option<&str> {
    user.get(SCHEMA).and_then(|extension| extension.get(NAME)).and_then(Value::as_str)
}

/// What the operator configured about the team's SSO methods.
struct Known {
    listed: Vec<String>,
    default: Option<String>,
}

impl Known {
    fn of(settings: Settings<'_>) -> Self {
        let text = |name| settings.text(name).unwrap_or_default();
        let listed = text("sso-names");
        let listed = listed.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        Self { listed: listed.collect(), default: Some(text("default-sso-name")).filter(|name| !name.is_empty()) }
    }

    fn has(&self, name: &str) -> bool {
        self.listed.iter().chain(&self.default).any(|known| known == name)
    }

    /// The exact name. Without a configured list any name is accepted as it is, except one with quotes or spaces around it,
    /// because they may or may not be part of the name.
    fn exact(&self, text: &str) -> Result<Option<String>, Fault> {
        let bare = bare(text);
        if text.trim().is_empty() {
            return Ok(self.default.clone());
        }
        match (self.has(text), self.has(bare)) {
            (true, _) => Ok(Some(text.to_owned())),
            (false, true) => Ok(Some(bare.to_owned())),
            (false, false) if self.listed.is_empty() && bare == text => Ok(Some(text.to_owned())),
            (false, false) => Err(self.refusal(text, bare)),
        }
    }

    fn refusal(&self, text: &str, bare: &str) -> Fault {
        if self.listed.is_empty() {
            return Fault::invalid_value(format!(
                "ssoName: {text:?} has quotes or spaces around the name, and Splashtop compares names byte for byte. Send \
                 {bare}, or list the names in the setting `sso-names`"
            ));
        }
        let known = self.listed.join("; ");
        Fault::invalid_value(format!(
            "ssoName: {text:?} is not one of the names in the setting `sso-names` ({known}). The name must match exactly, \
             including spaces and case"
        ))
    }
}

/// The text without surrounding white space and one pair of quotes.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let unquoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    unquoted.map_or(text, str::trim)
}
