//! Every path that an item writes: in types, expressions and patterns, in the tokens of macros, in serde's attributes.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Field, ImplItem, Item, ItemMod, ItemUse, Lit, Local, Macro, Meta, Path, Stmt, TraitItem, UseTree,
    Variant,
};

use super::module::{Binding, Module};
use super::test_only::{attributes, is_test_only};

/// Keys of `#[serde(key = "path")]`.
const SERDE_PATHS: [&str; 9] = [
    "with",
    "default",
    "deserialize_with",
    "serialize_with",
    "skip_serializing_if",
    "from",
    "into",
    "try_from",
    "remote",
];

/// Adds to a module what an item of it writes. Modules inside the item are left out: they are modules of their own.
pub(super) struct Collector<'a>(pub(super) &'a mut Module);

impl Collector<'_> {
    /// Takes the names of a `use`, and notes its paths as written.
    fn import(&mut self, tree: &UseTree, prefix: &[String]) {
        let with = |name: &syn::Ident| [prefix, &[plain(name)]].concat();
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix)),
            UseTree::Name(name) => self.bind(&plain(&name.ident), with(&name.ident)),
            UseTree::Rename(rename) => self.bind(&plain(&rename.rename), with(&rename.ident)),
            UseTree::Glob(_) => self.0.globs.push(prefix.to_vec()),
        }
    }

    fn bind(&mut self, name: &str, mut path: Vec<String>) {
        let mut name = name;
        let last;
        if path.len() > 1 && path.last().is_some_and(|segment| segment == "self") {
            path.pop();
            if name == "self" {
                last = path.last().cloned().unwrap_or_default();
                name = &last;
            }
        }
        if name != "_" {
            self.0.bind(name, Binding::Import(path.clone()));
        }
        self.0.written.push(path);
    }

    /// Paths in tokens that nobody parses: names joined by `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        // A field or a method is no path.
        let mut after_dot = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if !after_dot => {
                    if colons != 2 {
                        self.write(&mut path);
                    }
                    path.push(plain(&ident));
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    if colons == 1 && punct.spacing() == Spacing::Alone {
                        self.write(&mut path);
                    }
                }
                TokenTree::Group(group) => {
                    self.write(&mut path);
                    self.tokens(group.stream());
                }
                token => {
                    self.write(&mut path);
                    colons = 0;
                    after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
                    continue;
                }
            }
            after_dot = false;
        }
        self.write(&mut path);
    }

    fn write(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.0.written.push(std::mem::take(path));
        }
    }

    fn serde_path(&mut self, key: &Path, value: &syn::Expr) {
        let known = key.get_ident().is_some_and(|key| SERDE_PATHS.contains(&key.to_string().as_str()));
        let syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = value else { return };
        if let (true, Ok(path)) = (known, text.parse::<Path>()) {
            self.visit_path(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.0.written.push(path.segments.iter().map(|segment| plain(&segment.ident)).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if let Some(name) = call.path.get_ident() {
            self.0.called.insert(plain(name));
        }
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        if !list.path.is_ident("serde") {
            return self.tokens(list.tokens.clone());
        }
        // What is no path here, as a `rename_all(serialize = …)`, is none to serde either.
        drop(attribute.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                self.serde_path(&meta.path, &value.parse()?);
            }
            Ok(())
        }));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs[..],
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs[..],
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Macro(statement) = statement
            && is_test_only(&statement.attrs)
        {
            return;
        }
        visit::visit_stmt(self, statement);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if !is_test_only(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if !is_test_only(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        if !is_test_only(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if !is_test_only(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }
}

/// A name without the `r#` of one that is a keyword.
fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
