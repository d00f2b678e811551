//! The order of a request's operations: the client's, except that an operation comes after the creation of what it refers to.

use super::operation::{BulkMethod, BulkOperation};
use super::references;
use std::collections::HashMap;

/// The order of operations, with what has been tried so far.
#[derive(Debug)]
pub struct Plan {
    needs: Vec<Vec<usize>>,
    creates: Vec<bool>,
    done: Vec<bool>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Run this operation: everything it refers to has been tried.
    Run(usize),
    /// Run this creation without its references to pending operations, which form a circle.
    Break(usize),
    /// Refuse this operation: it is part of a circle and creates nothing.
    Refuse(usize),
}

impl Plan {
    /// Plans a request's operations.
    pub fn new(operations: &[BulkOperation]) -> Self {
        let named = operations.iter().enumerate().filter_map(|(index, each)| Some((each.created_name()?, index)));
        let named: HashMap<&str, usize> = named.collect();
        let needs = |operation: &BulkOperation| {
            let Ok(call) = &operation.call else { return Vec::new() };
            references::of(call).iter().filter_map(|name| named.get(name.as_str()).copied()).collect()
        };
        let creates = |operation: &BulkOperation| {
            operation
                .call
                .as_ref()
                .is_ok_and(|call| call.method == BulkMethod::Post && !references::in_path(&call.path))
        };
        Self {
            needs: operations.iter().map(needs).collect(),
            creates: operations.iter().map(creates).collect(),
            done: vec![false; operations.len()],
        }
    }

    /// The next operation; `None` once all have been tried.
    pub fn next(&self) -> Option<Next> {
        let open = || (0..self.done.len()).filter(|index| !self.is_done(*index));
        if let Some(ready) = open().find(|index| self.needed(*index).all(|needed| self.is_done(needed))) {
            return Some(Next::Run(ready));
        }
        let in_circle = |index: &usize| self.leads_to(*index, *index);
        let creates = |index: &usize| self.creates.get(*index) == Some(&true);
        open()
            .find(|index| creates(index) && in_circle(index))
            .map(Next::Break)
            .or_else(|| open().find(in_circle).map(Next::Refuse))
    }

    /// Records that an operation was tried.
    pub fn done(&mut self, index: usize) {
        if let Some(done) = self.done.get_mut(index) {
            *done = true;
        }
    }

    fn is_done(&self, index: usize) -> bool {
        self.done.get(index).copied().unwrap_or(true)
    }

    fn needed(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.needs.get(index).into_iter().flatten().copied()
    }

    fn leads_to(&self, start: usize, goal: usize) -> bool {
        let mut seen = vec![false; self.done.len()];
        let mut open: Vec<usize> = self.needed(start).collect();
        while let Some(index) = open.pop() {
            if index == goal {
                return true;
            }
            let Some(seen) = seen.get_mut(index) else { continue };
            if !std::mem::replace(seen, true) && !self.is_done(index) {
                open.extend(self.needed(index));
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::BulkRequest;
    use serde_json::{Value, json};

    fn order(operations: &Value) -> Vec<Next> {
        let request = BulkRequest::parse(json!({ "Operations": operations }), 100).unwrap();
        let mut plan = Plan::new(&request.operations);
        let mut order = Vec::new();
        while let Some(next) = plan.next() {
            order.push(next);
            let (Next::Run(index) | Next::Break(index) | Next::Refuse(index)) = next;
            plan.done(index);
        }
        order
    }

    fn create(name: &str, refers_to: &[&str]) -> Value {
        let members: Vec<Value> = refers_to.iter().map(|name| json!({ "value": format!("bulkId:{name}") })).collect();
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": { "members": members } })
    }

    #[test]
    fn referenced_resources_come_first_and_everything_else_keeps_its_order() {
        use Next::{Break, Refuse, Run};
        let delete = json!({ "method": "DELETE", "path": "/Users/bulkId:a" });
        let patch = json!({ "method": "PATCH", "path": "/Groups/bulkId:b", "data": { "Operations": [
            { "op": "add", "path": "members[value eq \"bulkId:a\"]", "value": {} }] } });
        let post_below = json!({ "method": "POST", "path": "/Groups/bulkId:c", "bulkId": "c", "data": {} });
        for (operations, expected) in [
            (json!([create("a", &[]), create("b", &[])]), vec![Run(0), Run(1)]),
            (json!([create("a", &["b"]), create("b", &[])]), vec![Run(1), Run(0)]),
            (json!([create("a", &["b"]), create("b", &["c"]), create("c", &[])]), vec![Run(2), Run(1), Run(0)]),
            (json!([delete, create("a", &[])]), vec![Run(1), Run(0)]),
            (json!([patch, create("b", &[]), create("a", &[])]), vec![Run(1), Run(2), Run(0)]),
            (json!([create("a", &["nobody"])]), vec![Run(0)]),
            (json!([create("a", &["b"]), create("b", &["a"])]), vec![Break(0), Run(1)]),
            (json!([create("a", &["a"])]), vec![Break(0)]),
            // An operation that waits for a circle is not part of it.
            (json!([create("x", &["a"]), create("a", &["b"]), create("b", &["a"])]), vec![Break(1), Run(0), Run(2)]),
            (json!([1, create("a", &[])]), vec![Run(0), Run(1)]),
            (json!([post_below]), vec![Refuse(0)]),
        ] {
            assert_eq!(order(&operations), expected, "{operations}");
        }
    }
}
