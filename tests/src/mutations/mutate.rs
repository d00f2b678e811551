//! How a request that is right is bent: bytes, JSON, path, query and headers.

use super::endpoint::Fixture;
use super::seeds::Seeds;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngCore as _};
use serde_json::{Value, json};

/// Random bytes, or a right body with a few faults.
pub(super) fn body(seeds: &[&Value], fixture: &Fixture, random: &mut StdRng) -> Vec<u8> {
    if random.random_ratio(1, 4) {
        return noise(random, 400);
    }
    let Some(seed) = seeds.choose(random) else { return Vec::new() };
    let mut seed = (*seed).clone();
    for _ in 0..random.random_range(0..4) {
        json_fault(&mut seed, random);
    }
    let mut bytes = named(&seed.to_string(), fixture).into_bytes();
    if random.random_ratio(1, 3) {
        for _ in 0..random.random_range(1..4) {
            byte_fault(&mut bytes, random);
        }
    }
    bytes
}

/// Most often the path as it is.
pub(super) fn path(path: &str, random: &mut StdRng) -> String {
    let odd = match random.random_range(0..16) {
        0 => noise(random, 40),
        1 => b"..".to_vec(),
        2 => b"../../x".to_vec(),
        3 => vec![b'a'; random.random_range(1..3000)],
        _ => return path.to_owned(),
    };
    let encoded: String = url::form_urlencoded::byte_serialize(&odd).collect();
    if random.random() { format!("{path}/{encoded}") } else { format!("{path}{encoded}") }
}

/// With its question mark; most often nothing.
pub(super) fn query(seeds: &Seeds, random: &mut StdRng) -> String {
    let mut query = String::new();
    while random.random_ratio(1, 3) {
        let name = *NAMES.choose(random).unwrap_or(&"filter");
        let mut value = match name {
            "filter" => seeds.filters.choose(random).cloned().unwrap_or_default(),
            _ => VALUES.choose(random).map_or_else(String::new, |value| (*value).to_owned()),
        }
        .into_bytes();
        if random.random_ratio(1, 2) {
            byte_fault(&mut value, random);
        }
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        query.extend(url::form_urlencoded::byte_serialize(&value));
    }
    query
}

/// Content type, conditions, agent, and sometimes what belongs in none of them.
pub(super) fn headers(random: &mut StdRng) -> Vec<(&'static str, Vec<u8>)> {
    let kind = if random.random_ratio(7, 8) { "application/scim+json" } else { *TYPES.choose(random).unwrap_or(&"") };
    let mut headers = vec![("content-type", kind.as_bytes().to_vec())];
    while random.random_ratio(1, 6) {
        let name = *HEADERS.choose(random).unwrap_or(&"accept");
        let mut value = TAGS.choose(random).unwrap_or(&"").as_bytes().to_vec();
        if random.random_ratio(1, 3) {
            byte_fault(&mut value, random);
        }
        // What a header cannot hold would never leave the client.
        value.retain(|byte| *byte >= b' ' && *byte != 0x7f);
        headers.push((name, value));
    }
    headers
}

const NAMES: [&str; 9] =
    ["filter", "startIndex", "count", "sortBy", "sortOrder", "attributes", "excludedAttributes", "cursor", "nonsense"];

const VALUES: [&str; 16] = [
    "1",
    "0",
    "-1",
    "2",
    "100",
    "99999999999999999999",
    "1.5",
    "userName",
    "members",
    "name.familyName",
    "descending",
    "ascending",
    "emails.value,id",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "",
    "bad[",
];

const TYPES: [&str; 5] =
    ["application/json", "text/plain", "", "application/json; charset=latin1", "multipart/form-data"];

const HEADERS: [&str; 6] =
    ["if-match", "if-none-match", "accept", "user-agent", "x-correlation-id", "content-encoding"];

const TAGS: [&str; 8] =
    ["*", "W/\"1\"", "\"\"", "W/\"a\", \"b\"", "W/", "gzip", "Okta SCIM Client 1.0.0", "application/json;q=0"];

fn noise(random: &mut StdRng, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(0..most)];
    random.fill_bytes(&mut bytes);
    bytes
}

/// The fixture's ids wherever a conversation has a name in braces, so that requests meet what is there.
fn named(text: &str, fixture: &Fixture) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                filled.push_str(if name.contains("group") { &fixture.group } else { &fixture.user });
                rest = tail;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn byte_fault(bytes: &mut Vec<u8>, random: &mut StdRng) {
    let at = random.random_range(0..=bytes.len());
    let until = (at + random.random_range(0..20)).min(bytes.len());
    match random.random_range(0..5) {
        0 => bytes.insert(at, random.random()),
        1 => drop(bytes.drain(at..until)),
        2 => bytes.truncate(at),
        3 => {
            let copy: Vec<u8> = bytes.get(at..until).unwrap_or_default().to_vec();
            bytes.splice(at..at, copy);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
    }
}

/// Bends one value of the document.
fn json_fault(document: &mut Value, random: &mut StdRng) {
    let mut target = random.random_range(0..size(document));
    if let Some(value) = nth(document, &mut target) {
        bend(value, random);
    }
}

fn bend(value: &mut Value, random: &mut StdRng) {
    match value {
        Value::Object(parts) if random.random() => {
            let Some(key) = parts.keys().cloned().collect::<Vec<_>>().choose(random).cloned() else { return };
            let part = parts.remove(&key).unwrap_or_default();
            match random.random_range(0..4) {
                0 => {}
                1 => drop(parts.insert(key.to_uppercase(), part)),
                2 => drop(parts.insert(format!("{key}.{key}"), part)),
                _ => {
                    parts.insert(key.to_uppercase(), part.clone());
                    parts.insert(key, part);
                }
            }
        }
        Value::Array(items) if random.random() => match random.random_range(0..3) {
            0 => items.clear(),
            1 => items.extend(items.clone()),
            _ => *value = json!([value.clone()]),
        },
        other => *other = odd(random),
    }
}

fn odd(random: &mut StdRng) -> Value {
    match random.random_range(0..14) {
        0 => Value::Null,
        1 => json!(random.random::<bool>()),
        2 => json!(random.random::<i64>()),
        3 => json!(1e308),
        4 => json!(""),
        5 => json!("\u{0}\u{202e}\u{feff}"),
        6 => json!("x".repeat(random.random_range(1..5000))),
        7 => json!([]),
        8 => json!({}),
        9 => json!("emails[type eq \"work\" or (value pr)].value"),
        10 => json!("((((((((((((((((((((((((((((((((("),
        11 => json!("bulkId:a"),
        12 => json!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
        _ => (0..random.random_range(1..200)).fold(Value::Null, |inner, _| json!([inner])),
    }
}

/// Values in a document, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(parts) => parts.values().map(size).sum(),
        _ => 0,
    }
}

fn nth<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, number)),
        Value::Object(parts) => parts.values_mut().find_map(|part| nth(part, number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn the_same_seed_makes_the_same_requests_and_another_makes_others() {
        let fixture =
            Fixture { base: String::new(), authorization: String::new(), user: "U".to_owned(), group: "G".to_owned() };
        let seed = json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": "{alice}" }] }] });
        let bodies = |number| {
            let mut random = StdRng::seed_from_u64(number);
            (0..50).map(|_| body(&[&seed], &fixture, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(bodies(1), bodies(1));
        assert_ne!(bodies(1), bodies(2));
        let right = seed.to_string().replace("{alice}", "U").into_bytes();
        assert!(bodies(1).contains(&right), "some stay right");
    }

    #[test]
    fn every_value_of_a_document_can_be_bent() {
        let mut document = json!({ "a": [1, { "b": 2 }], "c": 3 });
        assert_eq!(size(&document), 6);
        let found: Vec<Value> = (0..6).map(|number| nth(&mut document, &mut { number }).cloned().unwrap()).collect();
        assert_eq!(found[2..], [json!(1), json!({ "b": 2 }), json!(2), json!(3)]);
    }
}
