//! A connector that misbehaves on request: the id of a `read` or the name of a transform says how.
//! It uses the contract's bindings directly, as a hostile author would.
#![cfg(target_family = "wasm")]
#![allow(missing_debug_implementations, unreachable_pub, clippy::all)]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

wit_bindgen::generate!({ path: "../../wit", world: "transforming-connector" });

use exports::scim_gateway::connector::{descriptor, resources, transforms};
use scim_gateway::connector::app::{self, Request};
use scim_gateway::connector::types::{Change, Fault, Page, Query, Stored};
use scim_gateway::connector::{log, settings, state};

struct Hostile;

export!(Hostile);

impl descriptor::Guest for Hostile {
    fn describe() -> String {
        include_str!("descriptor.json").to_owned()
    }
}

impl resources::Guest for Hostile {
    fn check() -> Result<(), Fault> {
        get("/").map(drop)
    }

    fn create(_: String, document: String) -> Result<Stored, Fault> {
        Ok(Stored { document: Some(document), ..stored("new") })
    }

    fn read(_: String, behaviour: String, _: Vec<String>) -> Result<Stored, Fault> {
        behave(&behaviour)
    }

    /// Returns the change as it understood it.
    fn update(_: String, id: String, change: Change) -> Result<Stored, Fault> {
        let fields = change.fields.iter().map(|field| {
            let value =
                field.value.as_deref().map_or(serde_json::Value::Null, |json| serde_json::from_str(json).unwrap());
            (field.path.clone(), value)
        });
        let mut seen: serde_json::Map<_, _> = fields.collect();
        for items in &change.items {
            seen.insert(items.path.clone(), serde_json::json!([items.added, items.removed]));
        }
        Ok(Stored { document: Some(serde_json::Value::Object(seen).to_string()), ..stored(&id) })
    }

    fn delete(_: String, _: String) -> Result<(), Fault> {
        Err(fault(200, "a fault that is none"))
    }

    fn search(_: String, query: Query) -> Result<Page, Fault> {
        let count = query.page.limit;
        Ok(Page {
            resources: (0..count).map(|n| stored(&n.to_string())).collect(),
            total: Some(u64::from(count)),
            limit: None,
            more: false,
            next: query.page.cursor,
        })
    }
}

impl transforms::Guest for Hostile {
    fn to_app(name: String, value: String) -> Result<Option<String>, Fault> {
        match name.as_str() {
            "same" => Ok(Some(value)),
            "nothing" => Ok(None),
            "nonsense" => Ok(Some("{".to_owned())),
            "calls-without-end" => loop {
                drop(get("/users.json"));
            },
            "calls" => get("/users.json").map(|status| Some(status.to_string())),
            _ => Err(fault(400, "no such transform")),
        }
    }

    fn to_scim(_: String, value: String) -> Result<Option<String>, Fault> {
        Ok(Some(value))
    }

    fn check_default(_: String, default: String) -> Result<(), String> {
        if default == "{\"right\":true}" { Ok(()) } else { Err("write it as {\"right\":true}".to_owned()) }
    }
}

fn behave(behaviour: &str) -> Result<Stored, Fault> {
    match behaviour {
        "good" => return get("/users.json").map(|status| stored(&status.to_string())),
        "spins" => spin(),
        "computes-between-waits" => loop {
            (0..500_000_u32).for_each(|n| _ = core::hint::black_box(n));
            let _ = state::get("key");
        },
        "eats-memory" => {
            let mut eaten = Vec::new();
            loop {
                eaten.push(std::hint::black_box(vec![1_u8; 64 << 10]));
            }
        }
        "recurses" => drop(recurse(1)),
        "panics" => {
            std::panic::set_hook(Box::new(|info| log::emit("error", &info.to_string())));
            let empty: Vec<u8> = Vec::new();
            std::hint::black_box(empty[std::hint::black_box(7)]);
        }
        "panics-silently" => panic!("nobody hears this"),
        "traps" => core::arch::wasm32::unreachable(),
        "floods-the-log" => (0..2_000).for_each(|n| log::emit("info", &format!("line {n}\nforged line"))),
        "floods-the-host" => log::emit("info", &"x".repeat(2 << 20)),
        "floods-settings" => loop {
            drop(settings::get("colour"));
        },
        "floods-state" => (0..3_000).for_each(|n| state::set(&n.to_string(), "x")),
        "large-state" => state::set("key", &"x".repeat((64 << 10) + 1)),
        "sends-without-end" => loop {
            drop(get("/users.json"));
        },
        "stops-at-budget" => {
            return loop {
                if let Err(fault) = get("/users.json") {
                    break Err(fault);
                }
            };
        }
        "huge-result" => return Ok(Stored { document: Some("x".repeat(2 << 20)), ..stored("1") }),
        "deep-json" => {
            let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
            return Ok(Stored { document: Some(deep), ..stored("1") });
        }
        "many-values" => {
            let many = format!("{{\"a\":[{}0]}}", "0,".repeat(500_000));
            return Ok(Stored { document: Some(many), ..stored("1") });
        }
        "not-json" => return Ok(Stored { document: Some("[]".to_owned()), ..stored("1") }),
        "no-id" => return Ok(stored("")),
        "faults" => {
            return Err(Fault {
                status: 409,
                scim_type: Some("uniqueness".to_owned()),
                detail: "taken".to_owned(),
                retry_after_seconds: Some(7),
            });
        }
        "setting" => return Ok(stored(&settings::get("colour").unwrap_or_default())),
        "remembers" => {
            state::set("key", "kept");
            return Ok(stored(&state::get("key").unwrap_or_default()));
        }
        "forbidden-header" => return send("GET", "/users.json", &[("Authorization", "Bearer stolen")]),
        "other-host" => return send("GET", "/users.json", &[("Host", "evil.example")]),
        "connects" => return send("CONNECT", "/users.json", &[]),
        "smuggles" => return smuggle("GET"),
        "smuggles-in-delete" => return smuggle("DELETE"),
        path => return send("GET", path, &[]),
    }
    Ok(stored("survived"))
}

fn spin() {
    let mut n = 0_u64;
    while std::hint::black_box(n) != u64::MAX {
        n = n.wrapping_add(1).min(u64::MAX - 1);
    }
}

fn recurse(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 64]);
    if frame[0] == 0 { 0 } else { recurse(frame[3] + 1) + frame[5] }
}

fn get(path: &str) -> Result<u16, Fault> {
    let request = Request { method: "GET".into(), path: path.into(), query: vec![], headers: vec![], body: None };
    app::send(&request).map(|response| response.status).map_err(|error| fault(502, &error.code))
}

/// The status as the id, or the error's code as the fault's detail.
fn send(method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Stored, Fault> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    status_of(&Request { method: method.into(), path: path.into(), query: vec![], headers, body: None })
}

/// A request in the body of another, for an app that does not read the body of a GET.
fn smuggle(method: &str) -> Result<Stored, Fault> {
    let body = b"DELETE /users/1.json HTTP/1.1\r\nhost: app\r\nauthorization: Bearer stolen\r\n\r\n".to_vec();
    let (path, query, headers) = ("/users.json".into(), vec![], vec![]);
    status_of(&Request { method: method.into(), path, query, headers, body: Some(body) })
}

fn status_of(request: &Request) -> Result<Stored, Fault> {
    app::send(request)
        .map(|response| stored(&response.status.to_string()))
        .map_err(|error| fault(502, &format!("{}: {} (sent: {})", error.code, error.detail, error.sent)))
}

fn stored(id: &str) -> Stored {
    Stored { id: id.to_owned(), document: None, version: None, unresolved: vec![] }
}

fn fault(status: u16, detail: &str) -> Fault {
    Fault { status, scim_type: None, detail: detail.to_owned(), retry_after_seconds: None }
}
