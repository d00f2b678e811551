//! What the service provider says of itself: RFC 7643 §5 to §7, RFC 7644 §4.

use scim_gateway_tests::world::{ENTERPRISE_USER, World, user};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CONNECTORS: [&str; 3] = ["askspoke", "samanage", "splashtop"];

#[tokio::test]
async fn the_configuration_has_every_required_attribute() {
    for connector in CONNECTORS {
        let world = World::exact(connector).await;
        let config = world.get("/ServiceProviderConfig").await.expect(200);
        assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
        for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
            assert!(config[feature]["supported"].is_boolean(), "{connector} {feature}");
        }
        for number in ["/bulk/maxOperations", "/bulk/maxPayloadSize", "/filter/maxResults"] {
            assert!(config.pointer(number).is_some_and(Value::is_u64), "{connector} {number}");
        }
        let schemes = config["authenticationSchemes"].as_array().unwrap();
        assert!(!schemes.is_empty(), "{connector}");
        for scheme in schemes {
            for part in ["type", "name", "description"] {
                assert!(scheme[part].is_string(), "{connector} {part}");
            }
        }
    }
}

#[tokio::test]
async fn discovery_is_listed_whole_and_found_one_by_one() {
    for connector in CONNECTORS {
        let world = World::exact(connector).await;
        for (endpoint, required) in
            [("/ResourceTypes", &["name", "endpoint", "schema"][..]), ("/Schemas", &["id", "name", "attributes"][..])]
        {
            let all = world.get(endpoint).await.expect(200);
            assert_eq!(all["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
            let resources = all["Resources"].as_array().unwrap();
            assert_eq!(all["totalResults"], resources.len());
            let paged =
                world.list(endpoint, &[("startIndex", "2"), ("count", "1"), ("sortBy", "id")]).await.expect(200);
            assert_eq!(paged["Resources"], all["Resources"], "{connector} {endpoint}: paging and sorting are ignored");
            for resource in resources {
                for attribute in required {
                    assert!(!resource[*attribute].is_null(), "{connector} {endpoint} {attribute}");
                }
                let id = resource["id"].as_str().unwrap();
                assert_eq!(&world.get(&format!("{endpoint}/{id}")).await.expect(200), resource, "{connector} {id}");
            }
            if endpoint == "/ResourceTypes" {
                let extensions = resources.iter().flat_map(|kind| kind["schemaExtensions"].as_array().cloned());
                for extension in extensions.flatten() {
                    assert!(extension["schema"].is_string() && extension["required"].is_boolean(), "{extension}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_attribute_that_is_answered_is_described() {
    for connector in CONNECTORS {
        let world = World::exact(connector).await;
        let schemas = world.get("/Schemas").await.expect(200);
        let schemas: BTreeMap<&str, &Value> = schemas["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|schema| (schema["id"].as_str().unwrap(), &schema["attributes"]))
            .collect();
        for attributes in schemas.values() {
            characterised(attributes);
        }
        let mut ada = user("a@example.com");
        ada[ENTERPRISE_USER] = json!({ "department": "IT" });
        if connector == "samanage" {
            ada.as_object_mut().unwrap().remove(ENTERPRISE_USER);
        }
        if connector == "splashtop" {
            ada["urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User"] = json!({ "ssoName": "Okta SSO" });
        }
        let id = world.post("/Users", &ada).await.expect(201)["id"].as_str().unwrap().to_owned();
        let ada = world.get(&format!("/Users/{id}")).await.expect(200);
        let core = schemas["urn:ietf:params:scim:schemas:core:2.0:User"];
        for (name, value) in ada.as_object().unwrap() {
            // RFC 7643 §3.1: common to all resources and in no schema.
            if ["schemas", "id", "externalId", "meta"].contains(&name.as_str()) {
                continue;
            }
            match schemas.get(name.as_str()) {
                Some(extension) => {
                    value.as_object().unwrap().iter().for_each(|(name, value)| described(extension, name, value))
                }
                None => described(core, name, value),
            }
        }
    }
}

/// RFC 7643 §7: every characteristic of every attribute.
fn characterised(attributes: &Value) {
    for attribute in attributes.as_array().unwrap() {
        for (key, values) in [
            ("type", &["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"][..]),
            ("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"][..]),
            ("returned", &["always", "never", "default", "request"][..]),
        ] {
            let value = attribute[key].as_str();
            assert!(value.is_some_and(|value| values.contains(&value)), "{key} of {attribute}");
        }
        for key in ["multiValued", "required"] {
            assert!(attribute[key].is_boolean(), "{key} of {attribute}");
        }
        if attribute["type"] == "complex" {
            characterised(&attribute["subAttributes"]);
            let parts = attribute["subAttributes"].as_array().unwrap();
            assert!(parts.iter().all(|part| part["type"] != "complex"), "no parts of parts: {attribute}");
        }
    }
}

fn described(attributes: &Value, name: &str, value: &Value) {
    let found = attributes.as_array().unwrap().iter().find(|attribute| attribute["name"] == name);
    let attribute = found.unwrap_or_else(|| panic!("{name} is answered and not described"));
    assert_eq!(attribute["multiValued"], value.is_array(), "{name}");
    let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    for parts in values.iter().filter_map(Value::as_object) {
        parts.iter().for_each(|(name, value)| described(&attribute["subAttributes"], name, value));
    }
}
