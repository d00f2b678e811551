//! How the profiles read what clients send.

mod leniencies;
mod profiles;

use super::{Client, Leniency, Reading};
use scim_protocol::{Extension, ResourceType, urn};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn user() -> ResourceType {
    ResourceType::user(vec![Extension::enterprise_user()])
}

/// What a client may send.
#[derive(Debug, Clone)]
enum Sent {
    Resource(Value),
    /// The one operation of a PATCH.
    Operation(Value),
    Patch(Value),
    Filter(&'static str),
}

/// What a profile turns it into, and the leniencies that this needed.
fn read(
    client: Client,
    resource_type: &ResourceType,
    sent: Sent,
) -> Result<(Value, Vec<Leniency>), scim_protocol::Error> {
    let mut reading = Reading::new(client.profile(), resource_type);
    let read = match sent {
        Sent::Resource(mut body) => reading.resource(&mut body).map(|()| body),
        Sent::Patch(mut body) => reading.patch(&mut body).map(|()| body),
        Sent::Operation(operation) => {
            let mut body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
            reading.patch(&mut body).map(|()| match body["Operations"].as_array().unwrap().as_slice() {
                [one] => one.clone(),
                several => json!(several),
            })
        }
        Sent::Filter(text) => {
            let mut text = text.to_owned();
            reading.filter(&mut text).map(|()| Value::String(text))
        }
    }?;
    Ok((read, reading.end().0))
}

/// Checks that Entra's profile turns `sent` into `becomes` and counts the leniency, and that the exact profile refuses it.
fn corrects(leniency: Leniency, resource_type: &ResourceType, sent: &Sent, becomes: &Value) {
    let (read_as, used) = read(Client::Entra, resource_type, sent.clone()).unwrap();
    assert_eq!(&read_as, becomes, "{sent:?}");
    assert!(used.contains(&leniency), "{leniency} was not counted for {sent:?}: {used:?}");
    let error = read(Client::Rfc, resource_type, sent.clone()).expect_err(&format!("rfc takes {sent:?}"));
    assert_eq!(error.status, 400, "{error:?}");
    assert!(error.scim_type.is_some(), "{error:?}");
    assert!(error.detail.contains(leniency.name()), "{error:?}");
}

/// Rows of the README's tables that name a leniency or a test name ones that exist, and no leniency is left out.
#[test]
fn the_readme_names_every_leniency_and_only_tests_that_exist() {
    let readme = include_str!("../README.md");
    for leniency in Leniency::ALL {
        assert!(readme.contains(&format!("`{leniency}`")), "the README does not mention {leniency}");
        let test = format!("fn {}()", leniency.name().replace('-', "_"));
        assert!(include_str!("leniencies.rs").contains(&test), "there is no test {test}");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut checked = 0;
    for shown in readme.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.rsplit('|').nth(1)) {
        for reference in shown.split(',').map(str::trim).filter(|shown| shown.starts_with('`')) {
            let reference = reference.trim_matches('`');
            let (file, test) = reference.split_once("::").unwrap_or((reference, ""));
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(test.is_empty() || text.contains(&format!("fn {test}(")), "{file} has no test {test}");
            checked += 1;
        }
    }
    assert!(checked >= 40, "only {checked} references were found");
}
