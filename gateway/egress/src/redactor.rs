//! Removes the credential from an answer before a connector sees it.
//!
//! Threat: an error page, a debugging endpoint or a proxy that repeats the headers of a request would give the connector what it
//! must never hold, and through it the operator's log and the client.
//!
//! The following are found in headers and body and replaced with `[credential]`: the secret; for basic authentication also its
//! base64 form and its password (the user name if the password is too short); for OAuth the access token and the client secret.
//! Each is found as it is and as JSON (also with `\/` and `\u002b`), URLs, forms and HTML encode it. A text shorter than
//! [`MIN_BYTES`] is found only after its scheme (`Basic dTpw`), as headers contain it: on its own it would also match names and
//! numbers, and users' data would be changed. (A longer password that is a common word does match names; no app issues one.)
//!
//! Not prevented: an app that shows the credential in parts, hashed, encrypted, encoded differently or compressed without being
//! asked (a connector can ask neither for compression nor for parts: `headers`), or that shows an access token that is no longer
//! used.

use super::transport::Incoming;
use http::HeaderValue;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::fmt;

/// The length, in bytes, from which a text is taken for a credential wherever it occurs.
pub(crate) const MIN_BYTES: usize = 8;
/// What a connector sees instead.
const PLACEHOLDER: &[u8] = b"[credential]";

/// The texts to remove from an answer. None contains another.
pub(crate) struct Redactor(Vec<Finder<'static>>);

impl Redactor {
    /// `value` is the header's value, `secrets` are its secret parts and the secrets behind it.
    pub(crate) fn of(value: &HeaderValue, secrets: &[&str]) -> Self {
        let value = value.to_str().unwrap_or_default();
        let texts = secrets.iter().copied().chain([value]).filter(|text| text.len() >= MIN_BYTES);
        let texts: BTreeSet<String> = texts.flat_map(spellings).collect();
        let is_needed = |text: &&String| !texts.iter().any(|other| other != *text && text.contains(other));
        Self(texts.iter().filter(is_needed).map(|text| Finder::new(text).into_owned()).collect())
    }

    /// The answer without the credential.
    pub(crate) fn redact(&self, mut answer: Incoming) -> Incoming {
        for value in answer.headers.values_mut() {
            if let Some(redacted) = self.replaced(value.as_bytes()).and_then(|bytes| HeaderValue::try_from(bytes).ok())
            {
                *value = redacted;
            }
        }
        if let Some(redacted) = self.replaced(&answer.body) {
            answer.body = redacted;
        }
        answer
    }

    /// `None` if there is nothing to replace, which is the usual case.
    fn replaced(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.iter().fold(None, |replaced: Option<Vec<u8>>, text| {
            let bytes = replaced.as_deref().unwrap_or(bytes);
            let (mut without, mut from) = (Vec::new(), 0);
            for at in text.find_iter(bytes) {
                without.extend_from_slice(bytes.get(from..at).unwrap_or_default());
                without.extend_from_slice(PLACEHOLDER);
                from = at + text.needle().len();
            }
            if from == 0 {
                return replaced;
            }
            without.extend_from_slice(bytes.get(from..).unwrap_or_default());
            Some(without)
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({})", self.0.len())
    }
}

/// How apps encode a text. Letters, digits, `-`, `.` and `_` are never encoded, so an ordinary token has one spelling.
fn spellings(text: &str) -> impl Iterator<Item = String> {
    type Encoding = (fn(char) -> bool, fn(char) -> String);
    const JSON: fn(char) -> bool = |c| matches!(c, '"' | '\\');
    const URL: fn(char) -> bool = |c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'));
    let encodings: [Encoding; 13] = [
        (|_| false, String::from),
        (JSON, json_lower),
        // ASCII only; PHP; safe to embed in HTML: Go, Gson, .NET.
        (|c| JSON(c) || !c.is_ascii(), json_lower),
        (|c| JSON(c) || !c.is_ascii() || c == '/', json_lower),
        (|c| JSON(c) || matches!(c, '<' | '>' | '&'), json_lower),
        (|c| JSON(c) || matches!(c, '<' | '>' | '&' | '=' | '\''), json_lower),
        (|c| JSON(c) || !c.is_ascii() || matches!(c, '<' | '>' | '&' | '+' | '\'' | '`'), json_upper),
        (URL, percent_upper),
        (URL, percent_lower),
        // JavaScript; a form.
        (|c| URL(c) && !matches!(c, '!' | '*' | '\'' | '(' | ')'), percent_upper),
        (|c| URL(c) && c != '*' || c == '~', |c| if c == ' ' { "+".to_owned() } else { percent_upper(c) }),
        (|c| matches!(c, '"' | '<' | '>' | '&'), html),
        (|c| matches!(c, '"' | '<' | '>' | '&' | '\''), html),
    ];
    encodings.into_iter().map(move |(is_special, encoded)| {
        text.chars().map(|c| if is_special(c) { encoded(c) } else { String::from(c) }).collect()
    })
}

fn json_lower(c: char) -> String {
    match c {
        '"' | '\\' | '/' => format!("\\{c}"),
        _ => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    }
}

fn json_upper(c: char) -> String {
    match c {
        '\\' => "\\\\".to_owned(),
        _ => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
    }
}

fn percent_upper(c: char) -> String {
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn percent_lower(c: char) -> String {
    percent_upper(c).to_lowercase()
}

fn html(c: char) -> String {
    match c {
        '"' => "&quot;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        other => format!("&#{};", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(value: &'static str, secrets: &[&str], text: &str) -> String {
        let redactor = Redactor::of(&HeaderValue::from_static(value), secrets);
        assert!(!format!("{redactor:?}").contains("hunter"));
        let replaced = redactor.replaced(text.as_bytes()).unwrap_or_else(|| text.as_bytes().to_owned());
        String::from_utf8(replaced).unwrap()
    }

    #[test]
    fn a_credential_is_found_as_json_urls_forms_and_html_encode_it() {
        let secret = r#"hun"t\er/2+&é='>;"#;
        for written in [
            r#"hun"t\er/2+&é='>;"#,
            r#"hun\"t\\er/2+&é='>;"#,
            r#"hun\"t\\er/2+&\u00e9='>;"#,
            r#"hun\"t\\er\/2+&\u00e9='>;"#,
            r#"hun\"t\\er/2+\u0026é='\u003e;"#,
            r#"hun\"t\\er/2+\u0026é\u003d\u0027\u003e;"#,
            r#"hun\u0022t\\er/2\u002B\u0026\u00E9=\u0027\u003E;"#,
            "hun%22t%5Cer%2F2%2B%26%C3%A9%3D%27%3E%3B",
            "hun%22t%5cer%2f2%2b%26%c3%a9%3d%27%3e%3b",
            "hun%22t%5Cer%2F2%2B%26%C3%A9%3D'%3E%3B",
            r#"hun&quot;t\er/2+&amp;é=&#39;&gt;;"#,
            r#"hun&quot;t\er/2+&amp;é='&gt;;"#,
        ] {
            let (text, expected) = (format!("a {written} b{written}"), "a [credential] b[credential]");
            assert_eq!(redacted("Basic x", &[secret], &text), expected, "{written}");
        }
    }

    #[test]
    fn a_short_credential_is_found_only_with_its_scheme() {
        let seen = redacted("Bearer hunter2", &["hunter2"], "authorization: Bearer hunter2; displayName: hunter2");
        assert_eq!(seen, "authorization: [credential]; displayName: hunter2");
        assert_eq!(redacted("hunter2", &["hunter2"], "x-app: hunter2"), "x-app: hunter2");
    }

    #[test]
    fn an_ordinary_token_has_one_spelling() {
        let token = HeaderValue::from_static("Bearer eyJhbGciOiJub25lIn0.e30.c2ln_bmF-dHVyZQ");
        assert_eq!(Redactor::of(&token, &["eyJhbGciOiJub25lIn0.e30.c2ln_bmF-dHVyZQ"]).0.len(), 1);
    }
}
