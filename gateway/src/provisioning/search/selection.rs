//! The first so many resources of a sorted list, and none of the others: what comes in is dropped as soon as it is clear that
//! it stands behind them.

use scim_protocol::{Object, SortKey};
use std::collections::BinaryHeap;

/// A bounded number of resources, those that come first.
#[derive(Debug)]
pub(super) struct Selection {
    most: usize,
    seen: u64,
    /// The last one on top.
    chosen: BinaryHeap<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// What came first stays first among equals.
    place: (SortKey, u64),
    resource: Object,
}

impl Selection {
    /// The first `most`.
    pub(super) fn new(most: u64) -> Self {
        Self { most: usize::try_from(most).unwrap_or(usize::MAX), seen: 0, chosen: BinaryHeap::new() }
    }

    /// Takes a resource if it is among the first of those so far.
    pub(super) fn offer(&mut self, key: SortKey, resource: impl FnOnce() -> Object) {
        let place = (key, self.seen);
        self.seen += 1;
        if self.chosen.len() >= self.most {
            if self.chosen.peek().is_none_or(|last| place >= last.place) {
                return;
            }
            self.chosen.pop();
        }
        self.chosen.push(Entry { place, resource: resource() });
    }

    /// Those behind the first `start`, in order.
    pub(super) fn from(self, start: u64) -> Vec<Object> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.chosen.into_sorted_vec().into_iter().skip(start).map(|entry| entry.resource).collect()
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_protocol::{ResourceType, Sort};
    use serde_json::{Value, json};

    #[test]
    fn the_first_of_many_are_held_and_equals_keep_their_order() {
        let kind = ResourceType::user(Vec::new());
        let titles = ["d", "b", "a", "b", "c", "a"];
        for (order, most, start, expected) in [
            (None, 6, 0, vec![2, 5, 1, 3, 4, 0]),
            (None, 4, 2, vec![1, 3]),
            (None, 3, 0, vec![2, 5, 1]),
            (Some("descending"), 4, 0, vec![0, 4, 1, 3]),
            (None, 0, 0, vec![]),
            (None, 2, 5, vec![]),
        ] {
            let sort = Sort::parse(&kind, Some("title"), order).unwrap().unwrap();
            let mut selection = Selection::new(most);
            for (index, title) in titles.iter().enumerate() {
                let Value::Object(resource) = json!({ "title": title, "index": index }) else { continue };
                selection.offer(sort.key(&resource), || resource.clone());
                assert!(selection.chosen.len() <= usize::try_from(most).unwrap());
            }
            let found: Vec<u64> = selection.from(start).iter().map(|one| one["index"].as_u64().unwrap()).collect();
            assert_eq!(found, expected, "{order:?} {most} {start}");
        }
    }
}
