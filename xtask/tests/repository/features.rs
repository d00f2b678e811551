//! A gateway that is built alone has the same dependencies, with the same features, as the one that the tests run. So what is
//! tested is what is shipped, and nothing is compiled a second time when somebody builds the gateway after the tests or before
//! them.

use scim_gateway_tests::artifacts::cargo;
use std::collections::BTreeSet;

#[test]
fn the_gateway_is_built_with_the_features_that_it_is_tested_with() {
    let alone = packages(&["--package", "scim-gateway", "--edges", "normal,build"]);
    let tested = packages(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(alone.len() > 100, "only {} packages were found", alone.len());
    let differ: Vec<&String> = alone.difference(&tested).collect();
    assert!(
        differ.is_empty(),
        "these packages have other features in `cargo test --workspace`: {differ:#?}\n\
         Add the missing features to [workspace.dependencies] or gateway/Cargo.toml, or take them out of the tests."
    );
}

/// Every package of a dependency tree with its features, once for each set of features.
fn packages(of: &[&str]) -> BTreeSet<String> {
    let mut command = cargo();
    command.args(["tree", "--locked", "--prefix", "none", "--format", "{p} {f}"]).args(of);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // `(*)` marks a package whose dependencies were printed before. Our own crates, which are shown with their folder, are small, and may
    // have a feature for tests.
    text.lines()
        .map(|line| line.trim_end_matches(" (*)").trim_end().to_owned())
        .filter(|line| !line.is_empty() && !line.contains(" (/"))
        .collect()
}
