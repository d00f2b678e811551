//! Paths in tokens that nobody has parsed, such as a macro's.

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};

/// Every sequence of names joined by `::`, except fields and methods.
pub(super) fn paths_in(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut found = Found::default();
    found.read(tokens);
    found.paths
}

#[derive(Default)]
struct Found {
    paths: Vec<Vec<String>>,
    /// The path that may go on with the next token.
    current: Vec<String>,
}

impl Found {
    fn read(&mut self, tokens: TokenStream) {
        let mut colons = 0;
        let mut after_dot = false;
        for token in tokens {
            let is_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
            match token {
                TokenTree::Ident(ident) if !after_dot => {
                    if colons != 2 {
                        self.end();
                    }
                    self.current.push(plain(&ident));
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !self.current.is_empty() => {
                    colons += 1;
                    if colons == 1 && punct.spacing() == Spacing::Alone {
                        self.end();
                    }
                }
                TokenTree::Group(group) => {
                    self.end();
                    self.read(group.stream());
                    colons = 0;
                }
                _ => {
                    self.end();
                    colons = 0;
                }
            }
            after_dot = is_dot;
        }
        self.end();
    }

    fn end(&mut self) {
        if !self.current.is_empty() {
            self.paths.push(std::mem::take(&mut self.current));
        }
    }
}

/// An identifier without `r#`.
pub(super) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
