//! Filters, order, pages and the shape of records.

use super::*;

#[tokio::test]
async fn records_are_wrapped_and_ids_are_strings_where_switched() {
    let app = Samanage::start().await;
    let id = app.user("Ada", "ada@example.com").await["id"].as_u64().unwrap();
    app.switch(json!({"wrap_records": true, "ids_as_strings": true, "create_status": 201}));
    let list = app.get("/users.json?email=ada@example.com").await.1;
    let user = &list[0]["user"];
    assert_eq!(user["id"], json!(id.to_string()));
    assert!(user["group_ids"][0].is_string() && user["role"]["id"].is_string());
    assert_eq!(app.get(&format!("/users/{id}.json")).await.1["user"], *user);
    let (status, group) = app.post("/groups.json", json!({"group": {"name": "Tier 1"}})).await;
    assert_eq!(status, 201);
    assert!(group["group"]["id"].is_string());
}

#[tokio::test]
async fn the_email_filter_finds_exactly_or_by_its_beginning_as_switched() {
    let app = Samanage::start().await;
    for email in ["ada@example.com", "ada@example.com.au", "ada+x@example.com"] {
        app.user("Ada", email).await;
    }
    for (switch, query, expected) in [
        ("exact", "email=ADA@example.com", 1),
        ("exact", "email=ada%2Bx@example.com", 1),
        ("exact", "email=ada+x@example.com", 0),
        ("exact", "email[]=ada@example.com&email[]=ada@example.com.au", 2),
        ("prefix", "email=ada@example.com", 2),
        ("prefix", "email=nobody", 0),
        ("exact", "email=", 4),
    ] {
        app.switch(json!({"email_filter": switch}));
        let found = app.get(&format!("/users.json?{query}")).await.1;
        assert_eq!(found.as_array().unwrap().len(), expected, "{switch} {query}");
    }
}

#[tokio::test]
async fn users_are_filtered_and_sorted_by_what_the_clients_use() {
    let app = Samanage::start().await;
    app.user("Ada Lovelace", "ada@example.com").await;
    let fields = json!({"name": "Grace Hopper", "email": "grace@example.com", "title": "Rear Admiral", "disabled": true,
        "department": {"name": "Sales"}});
    app.post("/users.json", json!({ "user": fields })).await;
    let role = app.get("/roles.json").await.1[3]["id"].clone();
    for (query, expected) in [
        ("name=ada%20lovelace", vec!["Ada Lovelace"]),
        ("name=*a*", vec!["Ada Lovelace", "Grace Hopper"]),
        ("name=ada", vec![]),
        ("title=*admiral", vec!["Grace Hopper"]),
        ("department[]=Sales", vec!["Grace Hopper"]),
        (&format!("role[]={role}"), vec!["Ada Lovelace"]),
        ("enabled[]=0", vec!["Grace Hopper"]),
        ("name=*a*&sort_by=name&sort_order=DESC", vec!["Grace Hopper", "Ada Lovelace"]),
        ("created_from=2017-01-01&created_to=2018-01-01", vec!["Token Owner"]),
        ("updated_to=1970-01-01T00:00:00Z&email=ada@example.com", vec!["Ada Lovelace"]),
    ] {
        assert_eq!(names(&app.get(&format!("/users.json?{query}")).await.1), expected, "{query}");
    }
    app.simulator.advance(Duration::from_secs(8 * 3600));
    let recent = app.get("/users.json?updated=7h&name=*a*").await.1;
    assert_eq!(names(&recent), Vec::<&str>::new());
}

#[tokio::test]
async fn a_list_comes_in_pages_whose_headers_say_where_one_is() {
    let app = Samanage::start().await;
    app.simulator.seed(20_000);
    let response = app.request(Method::GET, "/users.json?name=Seeded*&page=2").send().await.unwrap();
    for (name, expected) in
        [("x-per-page", "25"), ("x-current-page", "2"), ("x-total-count", "20000"), ("x-total-pages", "800")]
    {
        assert_eq!(header(&response, name), expected, "{name}");
    }
    let link = header(&response, "link").to_owned();
    let page = |number: u32, relation: &str| {
        let base = &app.simulator.base_url;
        format!("<{base}/users.json?name=Seeded*&page={number}&per_page=25>; rel=\"{relation}\"")
    };
    assert_eq!(link, [page(1, "first"), page(1, "prev"), page(3, "next"), page(800, "last")].join(", "));
    assert_eq!(names(&read(response).await.1)[0], "Seeded User 26");
    assert_eq!(app.get("/users.json?page=9999").await, (200, json!([])));
}

#[tokio::test]
async fn a_page_larger_than_the_app_allows_is_cut_down_in_silence() {
    let app = Samanage::start().await;
    app.simulator.seed(200);
    for (switch, expected) in [(100, 100), (30, 30)] {
        app.switch(json!({"max_page_size": switch}));
        let response = app.request(Method::GET, "/users.json?per_page=500").send().await.unwrap();
        assert_eq!(header(&response, "x-per-page"), expected.to_string());
        assert_eq!(read(response).await.1.as_array().unwrap().len(), expected);
    }
}
