//! The modules of a package, found as the compiler finds them.

use super::error::LayoutError;
use super::module::{Binding, Module, ModulePath};
use super::paths::Collector;
use super::test_only::{attributes, is_test_only};
use super::text;
use super::workspace::Package;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::visit::Visit;
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

/// All modules of a package's library and binaries.
#[derive(Debug)]
pub(super) struct Tree {
    /// The name by which the package's binaries refer to its library.
    pub(super) library: String,
    pub(super) modules: BTreeMap<ModulePath, Module>,
}

impl Tree {
    /// Reads `src/lib.rs`, `src/main.rs` and `src/bin/*` of a package.
    pub(super) fn read(root: &Path, package: &Package) -> Result<Self, LayoutError> {
        let mut reader = Reader { root, modules: BTreeMap::new() };
        let sources = root.join(&package.folder).join("src");
        for file in roots(&sources)? {
            let target = match file.strip_prefix(sources.join("bin")) {
                Ok(binary) => format!("bin {}", binary.with_extension("").display()),
                Err(_) => file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            };
            let folder = file.parent().unwrap_or(&sources).to_owned();
            reader.file(ModulePath::root(&target), &file, &folder)?;
        }
        Ok(Self { library: package.name.replace('-', "_"), modules: reader.modules })
    }
}

fn roots(sources: &Path) -> Result<Vec<PathBuf>, LayoutError> {
    let mut roots = vec![sources.join("lib.rs"), sources.join("main.rs")];
    for entry in text::entries(&sources.join("bin"))? {
        roots.push(if entry.is_dir() { entry.join("main.rs") } else { entry });
    }
    roots.retain(|file| file.is_file());
    Ok(roots)
}

struct Reader<'a> {
    root: &'a Path,
    modules: BTreeMap<ModulePath, Module>,
}

impl Reader<'_> {
    /// Reads a file whose child modules are in `folder`.
    fn file(&mut self, path: ModulePath, file: &Path, folder: &Path) -> Result<(), LayoutError> {
        let syntax = text::parse(file, &text::read(file)?)?;
        if is_test_only(&syntax.attrs) {
            return Ok(());
        }
        self.items(path, file, folder, &syntax.items)
    }

    fn items(&mut self, path: ModulePath, file: &Path, folder: &Path, items: &[Item]) -> Result<(), LayoutError> {
        let mut module = Module::new(file.strip_prefix(self.root).unwrap_or(file).to_owned());
        for item in items.iter().filter(|item| !is_test_only(attributes(item))) {
            if let Some(name) = defined(item) {
                module.bind(name, Binding::Here);
            }
            if let Item::Macro(syn::ItemMacro { ident: Some(name), .. }) = item {
                module.macros.insert(name.to_string());
            }
            if let Item::Mod(child) = item {
                let name = child.ident.to_string();
                module.bind(name.as_str(), Binding::Module);
                self.child(path.child(&name), child, file, folder)?;
            }
            Collector(&mut module).visit_item(item);
        }
        self.modules.insert(path, module);
        Ok(())
    }

    fn child(&mut self, path: ModulePath, child: &ItemMod, file: &Path, folder: &Path) -> Result<(), LayoutError> {
        let name = child.ident.to_string();
        let below = folder.join(&name);
        if let Some((_, items)) = &child.content {
            return self.items(path, file, &below, items);
        }
        if let Some(named) = named_path(&child.attrs) {
            let named = file.parent().unwrap_or(folder).join(named);
            let folder = named.parent().unwrap_or(folder).to_owned();
            return self.file(path, &named, &folder);
        }
        for candidate in [folder.join(format!("{name}.rs")), below.join("mod.rs")] {
            if candidate.is_file() {
                return self.file(path, &candidate, &below);
            }
        }
        Err(LayoutError::NoFile { path: file.to_owned(), name })
    }
}

/// `#[path = "…"]`.
fn named_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// The name that an item defines in its module.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
