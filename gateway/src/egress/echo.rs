//! What an app repeats of its request: the credential goes out of it before a connector sees the answer.
//!
//! Threat: an error page, a debugging route or a gateway in between that shows the headers of a request would give the connector
//! what it must never hold (design law 4), and through it the operator's log and the client.
//!
//! Found in headers and body, and replaced by `[credential]`: the secret, for basic its base64 form and its password (the user name where
//! that is too short to be one), for
//! OAuth the access token and the client's secret; each as it is and as JSON (with `\/` and `\u002b`, too), URLs, forms and HTML
//! write it. What is shorter than [`SHORTEST`] bytes is found only with its scheme before it (`Basic dTpw`), as headers hold it: alone it
//! would be found in names and numbers that repeat nothing, and a user's data would be changed. (A longer password that is a common word is found in names, too: no app has such a one.)
//!
//! Not prevented: an app that shows the credential in parts, hashed, encrypted, encoded otherwise or compressed unasked (a connector
//! cannot ask for it, nor for parts: `headers`), or that shows an access token which is not used any more.

use std::collections::BTreeSet;
use std::fmt;

use http::HeaderValue;
use memchr::memmem::Finder;

use super::transport::Incoming;

/// Bytes of the shortest text that is taken for a credential wherever it occurs.
pub(super) const SHORTEST: usize = 8;
/// What a connector sees in its place.
const PLACEHOLDER: &[u8] = b"[credential]";

/// The texts by which a credential is recognised in an answer. No two occur in each other.
pub(super) struct Echo(Vec<Finder<'static>>);

impl Echo {
    /// `value` is what the header holds, `secrets` what of it or behind it is secret.
    pub(super) fn of(value: &HeaderValue, secrets: &[&str]) -> Self {
        let value = value.to_str().unwrap_or_default();
        let texts = secrets.iter().copied().chain([value]).filter(|text| text.len() >= SHORTEST);
        let texts: BTreeSet<String> = texts.flat_map(spellings).collect();
        let is_needed = |text: &&String| !texts.iter().any(|other| other != *text && text.contains(other));
        Self(texts.iter().filter(is_needed).map(|text| Finder::new(text).into_owned()).collect())
    }

    /// The answer without the credential.
    pub(super) fn silence(&self, mut answer: Incoming) -> Incoming {
        for value in answer.headers.values_mut() {
            if let Some(silent) = self.replaced(value.as_bytes()).and_then(|bytes| HeaderValue::try_from(bytes).ok()) {
                *value = silent;
            }
        }
        if let Some(silent) = self.replaced(&answer.body) {
            answer.body = silent;
        }
        answer
    }

    /// `None` where there is nothing to replace, which is nearly always.
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

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Echo({})", self.0.len())
    }
}

/// How apps write a text. Letters, digits, `-`, `.` and `_` are written as they are by all, so a usual token has one spelling.
fn spellings(text: &str) -> impl Iterator<Item = String> {
    type Way = (fn(char) -> bool, fn(char) -> String);
    const JSON: fn(char) -> bool = |c| matches!(c, '"' | '\\');
    const URL: fn(char) -> bool = |c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'));
    let ways: [Way; 13] = [
        (|_| false, String::from),
        (JSON, json_lower),
        // In ASCII only; PHP; where it may stand in HTML: Go, Gson, .NET.
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
    ways.into_iter().map(move |(is_special, written)| {
        text.chars().map(|c| if is_special(c) { written(c) } else { String::from(c) }).collect()
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

    fn silent(value: &'static str, secrets: &[&str], text: &str) -> String {
        let echo = Echo::of(&HeaderValue::from_static(value), secrets);
        assert!(!format!("{echo:?}").contains("hunter"));
        let replaced = echo.replaced(text.as_bytes()).unwrap_or_else(|| text.as_bytes().to_owned());
        String::from_utf8(replaced).unwrap()
    }

    #[test]
    fn a_credential_is_found_as_json_urls_forms_and_html_write_it() {
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
            assert_eq!(silent("Basic x", &[secret], &text), expected, "{written}");
        }
    }

    #[test]
    fn a_short_credential_is_found_with_its_scheme_only() {
        let seen = silent("Bearer hunter2", &["hunter2"], "authorization: Bearer hunter2; displayName: hunter2");
        assert_eq!(seen, "authorization: [credential]; displayName: hunter2");
        assert_eq!(silent("hunter2", &["hunter2"], "x-app: hunter2"), "x-app: hunter2");
    }

    #[test]
    fn a_usual_token_is_looked_for_once() {
        let token = HeaderValue::from_static("Bearer eyJhbGciOiJub25lIn0.e30.c2ln_bmF-dHVyZQ");
        assert_eq!(Echo::of(&token, &["eyJhbGciOiJub25lIn0.e30.c2ln_bmF-dHVyZQ"]).0.len(), 1);
    }
}
