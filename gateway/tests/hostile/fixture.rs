//! The connectors of these tests: that of `tests/hostile`, built once, and modules of a few lines.

use scim_gateway_tests::artifacts::build_hostile;
use std::sync::OnceLock;
use wit_component::StringEncoding;
use wit_parser::Resolve;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The connector that misbehaves on request.
pub(crate) fn hostile() -> Vec<u8> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(build).clone()
}

fn build() -> Vec<u8> {
    std::fs::read(build_hostile().expect("hostile-connectors builds")).expect("the artifact is there")
}

/// A core module with the contract's exports; `describe` has this body, and all others trap.
pub(crate) fn module(imports: &str, memory_pages: u32, describe: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            {imports}
            (memory (export "memory") {memory_pages})
            (data (i32.const 0) "\08\00\00\00\08\00\00\00nonsense")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "scim-gateway:connector/descriptor@0.1.0#describe") (result i32) {describe})
            (func (export "scim-gateway:connector/resources@0.1.0#check") (result i32) unreachable)
            (func (export "scim-gateway:connector/resources@0.1.0#create") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "scim-gateway:connector/resources@0.1.0#read") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable)
            (func (export "scim-gateway:connector/resources@0.1.0#update")
                (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
            (func (export "scim-gateway:connector/resources@0.1.0#delete") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "scim-gateway:connector/resources@0.1.0#search")
                (param i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#
    );
    let mut module = wat::parse_str(text).expect("the module is well-formed");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(format!("{ROOT}/wit")).expect("wit/ is well-formed");
    let world = resolve.select_world(&[package], Some("connector")).expect("the world is there");
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("it embeds");
    module
}

/// A component in text form.
pub(crate) fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the component is well-formed")
}
