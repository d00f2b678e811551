//! `token new`: creates a token.

use super::error::CommandError;
use super::terminal::Terminal;
use rand::rngs::OsRng;
use scim_gateway::config::NewToken;
use secrecy::ExposeSecret as _;
use serde_json::json;

/// Creates a token and prints it with its hash.
pub(super) fn new(json: bool, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let made = NewToken::generate(&mut OsRng).map_err(|error| CommandError::Random(error.to_string()))?;
    let (token, hash) = (made.token.expose_secret(), made.hash);
    if json {
        terminal.line(json!({ "token": token, "hash": hash.to_string() }))?;
        return Ok(());
    }
    let (token, hash) = (terminal.bold(token), terminal.bold(&hash.to_string()));
    terminal.line(format_args!(
        "Token, shown only once; enter it at the identity provider (Entra: Secret Token, Okta: API token):\n\n    {token}\n\n\
        Hash; add it to the instance in gateway.toml, next to those that are still in use:\n\n    \
         [instances.<name>]\n    tokens = [\"{hash}\"]\n"
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_gateway::config::TokenHash;

    #[test]
    fn the_json_contains_a_token_and_its_hash() {
        let mut output = Vec::new();
        new(true, &mut Terminal::plain(&mut output)).expect("a token");
        let output: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
        let token = output["token"].as_str().expect("a token");
        assert_eq!(output["hash"], TokenHash::of(token).to_string());
    }

    #[test]
    fn the_text_says_where_token_and_hash_belong() {
        let mut output = Vec::new();
        new(false, &mut Terminal::plain(&mut output)).expect("a token");
        let text = String::from_utf8(output).expect("UTF-8");
        for part in ["scim_", "tokens = [\"sha256:", "identity provider", "[instances.<name>]"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
