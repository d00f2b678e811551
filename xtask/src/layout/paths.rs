//! Collects every path in an item: in types, expressions and patterns, in the tokens of macros, and in serde's attributes.

use super::module::{Binding, Module};
use super::test_only::{attributes, is_test_only};
use super::tokens::{paths_in, plain};
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Field, ImplItem, Item, ItemMod, ItemUse, Lit, Local, Macro, Meta, Path, Stmt, TraitItem, UseTree,
    Variant,
};

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

/// Adds an item's imports and paths to its module. Nested modules are skipped, because they are collected separately.
pub(super) struct Collector<'a>(pub(super) &'a mut Module);

impl Collector<'_> {
    /// Binds the names of a `use` and collects its paths.
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
        self.0.written.extend(paths_in(call.tokens.clone()));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        if !list.path.is_ident("serde") {
            return self.0.written.extend(paths_in(list.tokens.clone()));
        }
        // Forms that this does not parse, such as `rename_all(serialize = …)`, contain no path.
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
