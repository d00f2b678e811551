//! Which of some users an app does not know, in few calls.

use super::ScimApp;
use super::answers;
use super::references::ONE_BY_ONE;
use crate::{App, Fault};
use std::collections::HashSet;

/// Users on a page of the list.
const PAGE: u64 = 100;

/// Those ids that no user of the app has; `None` if the app does not tell.
///
/// A few are read one by one. Of many, those are unknown that the app's list of users does not contain, unless the list has more pages than
/// there are users to look up.
pub(super) fn unknown(app: App<'_>, ids: &[String]) -> Option<HashSet<String>> {
    let mut left: HashSet<String> = ids.iter().cloned().collect();
    if left.len() > ONE_BY_ONE && drop_listed(app, &mut left).ok()? {
        return Some(left);
    }
    let mut unknown = HashSet::new();
    for id in left {
        match ScimApp::users(app).read(&id, &[]) {
            Ok(_) => {}
            Err(fault) if fault.status == 404 => drop(unknown.insert(id)),
            Err(_) => return None,
        }
    }
    Some(unknown)
}

/// Removes the users that are listed, and returns whether the list was read whole or no user is left.
fn drop_listed(app: App<'_>, left: &mut HashSet<String>) -> Result<bool, Fault> {
    let (mut listed, mut is_first) = (0, true);
    loop {
        let call = ScimApp::accepting(app.get("/Users")).query("attributes", "id");
        let call = call.query("startIndex", (listed + 1).to_string()).query("count", PAGE.to_string());
        let page = answers::list(&call.send()?)?;
        let Some(total) = page.total() else { return Ok(false) };
        let mut got = 0;
        for id in page.ids() {
            left.remove(id);
            got += 1;
        }
        listed += got;
        if left.is_empty() || listed >= total {
            return Ok(true);
        }
        let pages_left = (total - listed).div_ceil(got.max(1));
        if got == 0 || (is_first && pages_left > left.len() as u64) {
            return Ok(false);
        }
        is_first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeApp, Reply, SentCall};
    use crate::{Value, json};

    /// An app with users 1 to `users`, by which each page holds up to `size`.
    fn app(users: u64, size: u64) -> FakeApp {
        FakeApp::new().handle(move |call: &SentCall| {
            if let Some(id) = call.path.strip_prefix("/Users/") {
                let is_known = id.parse::<u64>().is_ok_and(|id| (1..=users).contains(&id));
                return Some(if is_known { Reply::json(200, json!({ "id": id })) } else { Reply::status(404) });
            }
            let query = |name: &str| call.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            let start: u64 = query("startIndex")?.parse().ok()?;
            let page: Vec<Value> =
                (start..=users).take(size as usize).map(|id| json!({ "id": id.to_string() })).collect();
            Some(Reply::json(200, json!({ "totalResults": users, "Resources": page })))
        })
    }

    fn ids(range: std::ops::RangeInclusive<u64>) -> Vec<String> {
        range.map(|id| id.to_string()).collect()
    }

    #[test]
    fn any_number_of_unknown_users_is_found_out_in_few_calls() {
        for (users, size, asked, unknown_ones, calls) in [
            (150, 100, ids(101..=200), ids(151..=200), 2),
            (150, 50, ids(101..=2000), ids(151..=2000), 3),
            (0, 100, ids(1..=100), ids(1..=100), 1),
            (150, 100, ids(150..=151), ids(151..=151), 2),
            (100_000, 100, ids(99_999..=100_003), ids(100_001..=100_003), 6),
            // All are on the first page.
            (100_000, 100, ids(1..=100), Vec::new(), 1),
        ] {
            let fake = app(users, size);
            let mut found: Vec<String> = unknown(fake.app(), &asked).unwrap().into_iter().collect();
            found.sort_by_key(|id| id.parse::<u64>().unwrap());
            assert_eq!(found, unknown_ones);
            assert_eq!(fake.calls().len(), calls, "{users} {size} {}", asked.len());
        }
    }

    #[test]
    fn a_list_that_ends_before_its_total_proves_nothing() {
        let fake = FakeApp::new().handle(|call| {
            let is_list = call.path == "/Users";
            let list = json!({ "totalResults": 9, "Resources": [] });
            Some(if is_list { Reply::json(200, list) } else { Reply::json(200, json!({ "id": "x" })) })
        });
        assert_eq!(unknown(fake.app(), &ids(1..=3)), Some(HashSet::new()));
        assert_eq!(fake.calls().len(), 4);
    }

    #[test]
    fn an_app_that_does_not_tell_proves_nothing() {
        let fake = FakeApp::new().handle(|_| Some(Reply::status(500)));
        assert_eq!(unknown(fake.app(), &ids(1..=1)), None);
        assert_eq!(unknown(fake.app(), &ids(1..=9)), None);
    }
}
