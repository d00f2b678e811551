//! The list of what RFC 7643 and RFC 7644 demand (`tests/requirements`) is true as far as a program can tell: each entry has a
//! section that exists and is shown by tests that exist, or says why not.

use scim_gateway_tests::artifacts::workspace;
use scim_gateway_tests::conversation::Conversation;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct List {
    requirement: Vec<Requirement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Requirement {
    section: String,
    level: String,
    says: String,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    steps: Vec<String>,
    not_applicable: Option<String>,
    unmet: Option<String>,
}

const LEVELS: [&str; 5] = ["MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED"];

const RFC7643: &str = "1 2 2.1 2.2 2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 2.3.6 2.3.7 2.3.8 2.4 2.5 3 3.1 3.2 3.3 4 4.1 4.1.1 4.1.2 \
    4.2 4.3 5 6 7 8 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.7.1 8.7.2 9 9.1 9.2 9.3";
const RFC7644: &str = "1 1.3 2 2.1 2.2 3 3.1 3.2 3.3 3.3.1 3.4 3.4.1 3.4.2 3.4.2.1 3.4.2.2 3.4.2.3 3.4.2.4 3.4.2.5 3.4.3 3.5 \
    3.5.1 3.5.2 3.5.2.1 3.5.2.2 3.5.2.3 3.6 3.7 3.7.1 3.7.2 3.7.3 3.7.4 3.8 3.9 3.10 3.11 3.12 3.13 3.14 4 5 6 6.1 6.2 7 \
    7.1 7.2 7.3 7.4 7.5 7.5.1 7.5.2 7.6 7.7 7.8";

#[test]
fn every_requirement_has_a_section_and_tests_that_exist_or_a_reason() {
    let mut wrong = Vec::new();
    for (file, sections) in [("rfc7643.toml", RFC7643), ("rfc7644.toml", RFC7644)] {
        let mut faults = |requirement: &Requirement, text: String| {
            wrong.push(format!("{file} §{} \"{}\": {text}", requirement.section, requirement.says));
        };
        for requirement in &load(file) {
            faults_of(requirement, sections, &mut |text| faults(requirement, text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_list_that_is_not_true_is_found_out() {
    let entry = |more: &str| {
        let text = format!("[[requirement]]\nsection = \"3.5\"\nlevel = \"MUST\"\nsays = \"x\"\n{more}");
        toml::from_str::<List>(&text).unwrap().requirement.remove(0)
    };
    let this = "tests/tests/foundations/requirements.rs::a_list_that_is_not_true_is_found_out";
    for (more, expected) in [
        (format!("tests = [\"{this}\"]"), None),
        ("not-applicable = \"because\"".to_owned(), None),
        ("unmet = \"that\"".to_owned(), None),
        ("steps = [\"samanage/bad-input.json: No token\"]".to_owned(), None),
        (String::new(), Some("neither")),
        (format!("tests = [\"{this}\"]\nunmet = \"that\""), Some("neither")),
        (format!("tests = [\"{this}_at_all\"]"), Some("no test")),
        ("tests = [\"tests/tests/nowhere.rs::x\"]".to_owned(), Some("no test")),
        ("tests = [\"tests/tests/foundations/requirements.rs\"]".to_owned(), Some("no test")),
        ("steps = [\"samanage/bad-input.json: A unicorn\"]".to_owned(), Some("no step")),
        ("steps = [\"samanage/nothing.json: A unicorn\"]".to_owned(), Some("no step")),
    ] {
        let mut found = Vec::new();
        faults_of(&entry(&more), "3.5", &mut |text| found.push(text));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{more}: {found:?}");
        assert!(expected.is_none_or(|expected| found.concat().contains(expected)), "{more}: {found:?}");
    }
    let mut found = Vec::new();
    faults_of(&entry("unmet = \"that\""), "3.4 3.5.1", &mut |text| found.push(text));
    assert_eq!(found.len(), 1, "a section that is not there: {found:?}");
}

fn faults_of(requirement: &Requirement, sections: &str, fault: &mut impl FnMut(String)) {
    let Requirement { section, level, says, tests, steps, not_applicable, unmet } = requirement;
    if !sections.split_whitespace().any(|known| known == section) {
        fault(format!("there is no section {section}"));
    }
    if !LEVELS.contains(&level.as_str()) || says.is_empty() {
        fault(format!("{level} is none of {LEVELS:?}, or it says nothing"));
    }
    let shown = !(tests.is_empty() && steps.is_empty());
    let said = [not_applicable, unmet].into_iter().flatten().filter(|reason| !reason.is_empty()).count();
    if usize::from(shown) + said != 1 {
        fault("it is neither shown by tests, nor not applicable, nor unmet, or more than one of these".to_owned());
    }
    tests.iter().filter(|test| !is_test(test)).for_each(|test| fault(format!("there is no test {test}")));
    steps.iter().filter(|step| !is_step(step)).for_each(|step| fault(format!("there is no step \"{step}\"")));
}

/// `file::function`, where the function follows an attribute that makes it a test, or stands in `proptest!`, which needs one, too.
fn is_test(name: &str) -> bool {
    let Some((file, function)) = name.split_once("::") else { return false };
    let Ok(source) = std::fs::read_to_string(workspace().join(file)) else { return false };
    let head = format!("fn {function}(");
    source.match_indices(&head).any(|(at, _)| {
        let before = source.get(..at).unwrap_or_default();
        let attribute = before.rsplit_once("#[").map_or("", |(_, attribute)| attribute);
        attribute.starts_with("test]") || attribute.starts_with("tokio::test")
    })
}

fn is_step(name: &str) -> bool {
    let Some((file, sentence)) = name.split_once(": ") else { return false };
    let conversation = Conversation::load(&Conversation::folder().join(file));
    conversation.is_ok_and(|told| told.steps.iter().any(|step| step.says.starts_with(sentence)))
}

fn load(file: &str) -> Vec<Requirement> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements").join(file);
    let list: List = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(list.requirement.len() > 20, "{file}");
    list.requirement
}
