//! Every function of the contract, in both directions.

use crate::world::{app, context, hostile, runtime};
use scim_gateway::connectors::{AppChange, CallContext, CallError, ItemChange, Query, Step, Trace};
use serde_json::{Value, json};

#[tokio::test]
async fn documents_changes_and_pages_go_there_and_back() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let mut call = connector.open(&context(&connector)).await.unwrap();

    let document = json!({ "name": "Zoë", "manager": { "id": 7 } });
    let stored = call.create("User", document.as_object().unwrap()).await.unwrap();
    assert_eq!((stored.id.as_str(), stored.document.map(Value::Object)), ("new", Some(document)));

    let change = AppChange {
        fields: vec![("role.name".to_owned(), Some(json!("Requester"))), ("title".to_owned(), None)],
        items: vec![ItemChange {
            path: "members".to_owned(),
            added: vec![json!({ "value": "1" })],
            removed: vec![json!("2")],
        }],
        ..AppChange::default()
    };
    let stored = call.update("User", "42", &change).await.unwrap();
    let understood = json!({ "role.name": "Requester", "title": null, "members": [["{\"value\":\"1\"}"], ["\"2\""]] });
    assert_eq!(stored.document.map(Value::Object), Some(understood));

    let query = Query { limit: 3, cursor: Some("next".to_owned()), ..Query::default() };
    let page = call.search("User", &query).await.unwrap();
    assert_eq!((page.resources.len(), page.total, page.more, page.next.as_deref()), (3, Some(3), false, Some("next")));

    let error = call.delete("User", "42").await.unwrap_err();
    let problem = "a fault's `status` must be 400 to 599, not 200".to_owned();
    assert_eq!(error, CallError::BadAnswer { function: "delete", problem });
    assert_eq!(error.for_client().status, 502);
}

#[tokio::test]
async fn transforms_translate_and_cannot_call_the_app() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let (egress, _) = app().await;
    let context = CallContext { egress: Some(egress), ..context(&connector) };
    let mut call = connector.open(&context).await.unwrap();
    let value = json!({ "displayName": "role" });
    assert_eq!(call.transform_to_app("same", &value).await, Ok(Some(value.clone())));
    assert_eq!(call.transform_to_scim("same", &value).await, Ok(Some(value.clone())));
    assert_eq!(call.transform_to_app("nothing", &value).await, Ok(None));
    assert_eq!(call.transform_to_app("nonsense", &value).await.unwrap_err().class(), "bad-answer");
    assert_eq!(call.transform_to_app("unknown", &value).await.unwrap_err().for_client().detail, "no such transform");
    assert_eq!(call.transform_to_app("calls", &value).await.unwrap_err().for_client().detail, "refused");
    assert_eq!(call.check_default("same", "{\"right\":true}").await, Ok(Ok(())));
    assert_eq!(call.check_default("same", "{ }").await, Ok(Err("write it as {\"right\":true}".to_owned())));
    assert_eq!(call.sends(), [], "what is not sent costs the host no memory");
    call.check().await.unwrap();
    assert_eq!(call.sends().last().unwrap().outcome, Ok(404));
    let error = call.transform_to_app("calls-without-end", &value).await.unwrap_err();
    assert_eq!((error.class(), call.sends().len()), ("sends", 1));
}

#[tokio::test]
async fn steps_are_made_only_for_a_trace_that_someone_follows() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let call = connector.open(&context(&connector)).await.unwrap();
    call.record(|| panic!("nobody follows"));
    let trace = Trace::default();
    let followed = CallContext { trace: Some(trace.clone()), ..context(&connector) };
    connector.open(&followed).await.unwrap().record(|| Step::read("User", "42"));
    assert_eq!(trace.steps(), [Step::read("User", "42")]);
}
