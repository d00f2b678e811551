//! Each rule, tested on a small workspace.

use super::finding::{Finding, Rule};
use std::fs;
use std::path::Path;

const CARGO: &str = "[workspace]\nmembers = [\"house\"]\n";
const HOUSE: &str = "[package]\nname = \"house\"\n";

/// The findings in a crate `house` with these files below `src`.
fn found_in(files: &[(&str, &str)]) -> Vec<Finding> {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "Cargo.toml", CARGO);
    write(root.path(), "house/Cargo.toml", HOUSE);
    files.iter().for_each(|(file, text)| write(root.path(), &format!("house/src/{file}"), text));
    super::findings(root.path()).unwrap()
}

fn write(root: &Path, file: &str, text: &str) {
    let file = root.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// The files of each circle of files, without `house/src/`.
fn circles_in(files: &[(&str, &str)]) -> Vec<String> {
    let circles = found_in(files).into_iter().filter(|finding| finding.rule == Rule::CircleOfFiles);
    circles.map(|circle| circle.places.join(" ").replace("house/src/", "")).collect()
}

#[test]
fn two_files_that_need_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B; impl B { fn a() { drop::<Option<super::a::A>>(None) } }"),
    ];
    let findings = found_in(&files);
    let [circle] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(circle.rule, Rule::CircleOfFiles);
    assert_eq!(circle.places, ["house/src/a.rs", "house/src/b.rs"]);
    let text = circle.to_string();
    assert!(text.contains("house/src/a.rs → house/src/b.rs: B\n"), "{text}");
    assert!(text.contains("house/src/b.rs → house/src/a.rs: A\n"), "{text}");
    assert!(text.contains("Move what both sides need"), "{text}");
}

#[test]
fn a_parent_and_one_child_may_need_each_other() {
    let parent = "mod child; pub struct P; pub fn f() { child::g() }";
    let child = "use super::P; pub fn g() -> P { P }";
    assert_eq!(circles_in(&[("lib.rs", parent), ("child.rs", child)]), [""; 0]);
    let root = ("lib.rs", "mod parent;");
    assert_eq!(circles_in(&[root, ("parent/mod.rs", parent), ("parent/child.rs", child)]), [""; 0]);
}

#[test]
fn a_parent_and_two_children_are_a_circle() {
    let files = [
        ("lib.rs", "mod one; mod two; pub struct P; pub use one::One; pub use two::Two;"),
        ("one.rs", "pub struct One(crate::P);"),
        ("two.rs", "pub struct Two(crate::P);"),
    ];
    assert_eq!(circles_in(&files), ["lib.rs one.rs two.rs"]);
}

#[test]
fn a_parent_and_a_grandchild_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; pub struct P; pub fn f() { a::b::g() }"),
        ("a/mod.rs", "pub mod b;"),
        ("a/b.rs", "pub fn g() -> crate::P { crate::P }"),
    ];
    assert_eq!(circles_in(&files), ["a/b.rs lib.rs"]);
}

#[test]
fn a_re_exported_name_is_a_dependency_on_the_file_that_defines_it() {
    // `super::Shown` in `b` refers to `c`, so `b` does not depend on the parent, which depends on all three.
    let files = [
        ("lib.rs", "mod house;"),
        ("house/mod.rs", "mod a; mod b; mod c; pub use a::A; pub use b::B; pub use c::Inner as Shown;"),
        ("house/a.rs", "use super::{B, Shown}; pub struct A(B, Shown);"),
        ("house/b.rs", "use super::Shown; pub struct B(Shown);"),
        ("house/c.rs", "pub struct Inner;"),
    ];
    assert_eq!(circles_in(&files), [""; 0]);
    // Now `c` depends on `a`, through the re-export.
    let mut tied = files;
    tied[4].1 = "pub struct Inner; fn f(_: &crate::house::A) {}";
    assert_eq!(circles_in(&tied), ["house/a.rs house/b.rs house/c.rs"]);
}

#[test]
fn a_glob_re_export_is_followed() {
    let files = [
        ("lib.rs", "mod a; mod b; pub use a::*;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "use crate::*; pub struct B; fn f(_: A) {}"),
    ];
    assert_eq!(circles_in(&files), ["a.rs b.rs lib.rs"]);
}

#[test]
fn paths_are_seen_in_code_macros_attributes_and_patterns() {
    for path in [
        "fn f() { crate::b::make(); }",
        "use crate::b; fn f() { b::make(); }",
        "use super::b as other; fn f() { other::make(); }",
        "fn f() { use crate::b::make; make(); }",
        "fn f() { println!(\"{}\", crate::b::make()); }",
        "use crate::b; fn f() { vec![1, b::make()]; }",
        "fn f(b: u8) { matches!(b, crate::b::LIMIT); }",
        "fn f(b: u8) { match b { crate::b::LIMIT => {} _ => {} } }",
        "#[derive(Serialize)] struct S { #[serde(with = \"crate::b\", default = \"crate::b::make\")] s: u8 }",
        "#[derive(Args)] struct S { #[arg(value_parser = crate::b::make)] s: u8 }",
        "macro_rules! m { () => { $crate::b::make() } }",
        "mod inner { fn f() { super::super::b::make(); } }",
        "impl Iterator for crate::b::B {}",
    ] {
        let a = format!("pub struct A; {path}");
        let b = "pub struct B(crate::a::A); pub fn make() {} pub const LIMIT: u8 = 1;";
        assert_eq!(circles_in(&[("lib.rs", "mod a; mod b;"), ("a.rs", &a), ("b.rs", b)]), ["a.rs b.rs"], "{path}");
    }
}

#[test]
fn a_macro_is_found_without_an_import() {
    let files = [
        ("lib.rs", "#[macro_use] mod a; mod b;"),
        ("a.rs", "macro_rules! twice { () => {} } fn f(_: crate::b::B) {}"),
        ("b.rs", "pub struct B; fn f() { twice!(); }"),
    ];
    assert_eq!(circles_in(&files), ["a.rs b.rs"]);
}

#[test]
fn code_for_tests_and_names_that_are_no_paths_are_ignored() {
    for only in [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] mod tests;",
        "#[cfg(all(test, unix))] use crate::b::B;",
        "#[test] fn f() { crate::b::make(); }",
        "impl A { #[cfg(test)] fn f() { crate::b::make(); } }",
        "/// As [`crate::b::B`].\nfn f() { let b = 1; println!(\"crate::b::B {b}\"); }",
        "fn f(it: It) { it.b.make(); std::b::make(); }",
    ] {
        let a = format!("pub struct A; {only}");
        let b = "pub struct B(crate::a::A); pub fn make() {}";
        assert_eq!(circles_in(&[("lib.rs", "mod a; mod b;"), ("a.rs", &a), ("b.rs", b)]), [""; 0], "{only}");
    }
}

#[test]
fn a_module_and_a_function_may_share_a_name() {
    let files = [
        ("lib.rs", "mod house;"),
        ("house/mod.rs", "mod plan; mod settle; pub use plan::plan;"),
        ("house/plan.rs", "pub struct Plan; pub fn plan() { super::settle::settle() }"),
        ("house/settle.rs", "use super::plan::Plan; pub fn settle() { drop(Plan) }"),
    ];
    assert_eq!(circles_in(&files), ["house/plan.rs house/settle.rs"]);
}

#[test]
fn a_binary_depends_on_its_library() {
    let files = [
        ("lib.rs", "pub mod a;"),
        ("main.rs", "mod shown; fn main() { house::a::run(); shown::show() }"),
        ("shown.rs", "pub fn show() { house::a::run() }"),
        ("a.rs", "pub fn run() {}"),
    ];
    assert_eq!(found_in(&files), []);
}

#[test]
fn folders_that_need_each_other_are_a_circle_even_if_no_files_are() {
    let files = [
        ("lib.rs", "mod egress; mod store; mod apart;"),
        ("apart.rs", "use crate::store::writer::W; pub struct Apart(W);"),
        ("egress/mod.rs", "pub mod path; pub mod send;"),
        ("egress/path.rs", "pub struct P;"),
        ("egress/send.rs", "use crate::store::writer::W; pub struct S(W);"),
        ("store/mod.rs", "pub mod writer; pub mod log;"),
        ("store/writer.rs", "pub struct W;"),
        ("store/log.rs", "pub fn log(_: crate::egress::path::P) {}"),
    ];
    let findings = found_in(&files);
    let [circle] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(circle.rule, Rule::CircleOfFolders);
    assert_eq!(circle.places, ["house/src/egress", "house/src/store"]);
    assert!(circle.to_string().contains("send uses W from writer"), "{circle}");
    assert_eq!(circle.cuts.len(), 2);
}

#[test]
fn folders_inside_a_folder_may_not_need_each_other_either() {
    let files = [
        ("lib.rs", "mod house;"),
        ("house/mod.rs", "mod search; mod inactive;"),
        ("house/search/mod.rs", "pub mod query; pub mod walk;"),
        ("house/search/query.rs", "pub struct Query;"),
        ("house/search/walk.rs", "pub fn walk() { crate::house::inactive::find() }"),
        ("house/inactive.rs", "pub fn find(_: super::search::query::Query) {}"),
    ];
    let findings = found_in(&files);
    let [circle] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(circle.rule, Rule::CircleOfFolders);
    assert_eq!(circle.places, ["house/src/house/inactive", "house/src/house/search"]);
}

#[test]
fn a_module_file_beside_its_folder_is_found() {
    let files = [("lib.rs", "mod a;"), ("a.rs", "mod b;"), ("a/b.rs", "")];
    let findings = found_in(&files);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((finding.rule, &finding.places[..]), (Rule::ModuleStyle, &["house/src/a.rs".to_owned()][..]));
    assert_eq!(found_in(&[("lib.rs", "mod a;"), ("a/mod.rs", "mod b;"), ("a/b.rs", "")]), []);
}

#[test]
fn imports_are_one_block_and_re_exports_may_be_another() {
    let one = "use std::fmt;\nuse std::fs;\n\npub use fmt::Debug;\n\nfn f() {}\n";
    assert_eq!(found_in(&[("lib.rs", one)]), []);
    let two = "use std::fmt;\n\nuse std::fs;\n#[cfg(test)]\nmod tests {\n    use a::B;\n\n    use super::*;\n}\n";
    let findings = found_in(&[("lib.rs", two)]);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding.rule, Rule::ImportBlock);
    assert_eq!(finding.places, ["house/src/lib.rs:3", "house/src/lib.rs:8"]);
}

/// The forbidden dependencies in a workspace of such crates: folder, name, and the tables after `[package]`.
fn wrong_in(crates: &[(&str, &str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "Cargo.toml", "[workspace]\nmembers = [\"gateway/*\", \"plugins/*\", \"xtask\"]\n");
    write(root.path(), "xtask/Cargo.toml", "[package]\nname = \"xtask\"\n[dependencies]\nscim-gateway = \"1\"\n");
    for (folder, name, tables) in crates {
        write(root.path(), &format!("{folder}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n{tables}"));
    }
    let wrong = super::findings(root.path()).unwrap();
    assert!(wrong.iter().all(|finding| finding.rule == Rule::Floors), "{wrong:?}");
    wrong.iter().map(|finding| finding.to_string().lines().take(2).collect::<Vec<_>>().join("")).collect()
}

#[test]
fn a_crate_depends_on_lower_floors_only() {
    let protocol = ("gateway/scim", "scim-protocol", "");
    let store = ("gateway/store", "scim-store", "[dependencies]\nscim-protocol.workspace = true\nserde = \"1\"\n");
    assert_eq!(wrong_in(&[protocol, store]), [""; 0]);

    let up = ("gateway/scim", "scim-protocol", "[target.'cfg(unix)'.dependencies]\nscim-store.workspace = true\n");
    let text =
        "forbidden dependency between crates: gateway/scim/Cargo.toml  scim-protocol → scim-store: [dependencies]";
    assert_eq!(wrong_in(&[up, store]), [text]);
    let renamed = "[build-dependencies]\nrows = { package = \"scim-store\", path = \"../store\" }\n";
    assert_eq!(wrong_in(&[("gateway/scim", "scim-protocol", renamed), store]), [text]);
    let tested = ("gateway/scim", "scim-protocol", "[dev-dependencies]\nscim-store.workspace = true\n");
    assert_eq!(wrong_in(&[tested, store]), [""; 0]);
}

#[test]
fn every_crate_of_the_gateway_is_in_the_table_and_connectors_depend_on_the_sdk() {
    let unplaced = ("gateway/new", "scim-new", "");
    assert_eq!(
        wrong_in(&[unplaced])[0].split("  ").next(),
        Some("forbidden dependency between crates: scim-new is not in the table of floors")
    );
    let connector = ("plugins/app", "app-connector", "[dependencies]\nscim-gateway.workspace = true\n");
    let gateway = ("gateway/gateway", "scim-gateway", "");
    assert_eq!(wrong_in(&[connector, gateway]).len(), 1);
}

#[test]
fn documents_and_comments_name_what_exists() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "Cargo.toml", CARGO);
    write(root.path(), "house/Cargo.toml", HOUSE);
    write(root.path(), "house/src/lib.rs", "//! Keeps to ARCHITECTURE.md, law 1 (and ARCHITECTURE.md, law 12).\n");
    write(root.path(), "gateway/src/server/listen.rs", "");
    let laws = "`server/`, `house/src/lib.rs`, `/Users/1`, `a b/c`, `gone/`\n### Law 1: one\n### Law 2: two\n";
    write(root.path(), "ARCHITECTURE.md", laws);
    write(root.path(), "README.md", "[a](ARCHITECTURE.md#laws) [b](https://a.example/b) [c](gone.md) `made/later`");
    let findings = super::findings(root.path()).unwrap();
    assert!(findings.iter().all(|finding| finding.rule == Rule::Documents), "{findings:?}");
    let places: Vec<&str> = findings.iter().flat_map(|finding| &finding.places).map(String::as_str).collect();
    let expected = ["ARCHITECTURE.md names gone/", "README.md links to gone.md", "house/src/lib.rs cites law 12"];
    assert_eq!(places, expected);
}

#[test]
fn unreadable_sources_are_reported_with_their_place() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "Cargo.toml", CARGO);
    write(root.path(), "house/Cargo.toml", HOUSE);
    write(root.path(), "house/src/lib.rs", "\nfn {}\n");
    let error = super::findings(root.path()).unwrap_err().to_string();
    assert!(error.contains("lib.rs:2: not Rust"), "{error}");
    write(root.path(), "house/src/lib.rs", "mod gone;");
    let error = super::findings(root.path()).unwrap_err().to_string();
    assert!(error.contains("neither gone.rs nor gone/mod.rs"), "{error}");
}

#[test]
fn findings_are_json_for_programs() {
    let findings = found_in(&[("lib.rs", "mod a;"), ("a.rs", "mod b;"), ("a/b.rs", "")]);
    let json = serde_json::to_value(&findings).unwrap();
    assert_eq!(json[0]["rule"], "module-style");
    assert_eq!(json[0]["places"][0], "house/src/a.rs");
    assert_eq!(json[0]["next"], "Move the file: git mv x.rs x/mod.rs.");
}
