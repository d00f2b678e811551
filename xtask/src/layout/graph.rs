//! Dependencies between named nodes, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// Which node depends on which, and by which names.
#[derive(Debug, Default, Clone)]
pub(super) struct Graph {
    ties: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// One node depends on another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Tie {
    pub(crate) from: String,
    pub(crate) to: String,
    /// What the first uses from the second.
    pub(crate) names: Vec<String>,
}

impl Graph {
    /// Adds a dependency. A node's dependency on itself is ignored.
    pub(super) fn tie(&mut self, from: impl Display, to: impl Display, name: impl Into<String>) {
        let (from, to) = (from.to_string(), to.to_string());
        if from != to {
            self.ties.entry(from).or_default().entry(to).or_default().insert(name.into());
        }
    }

    /// The strongly connected components with more than one node.
    pub(super) fn circles(&self) -> Vec<BTreeSet<String>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.ties.keys().map(|node| (node.as_str(), self.reached_from(node))).collect();
        let leads = |from: &str, to: &str| reached.get(from).is_some_and(|reached| reached.contains(to));
        let mut circles: Vec<BTreeSet<String>> = Vec::new();
        for node in self.ties.keys().filter(|node| leads(node, node)) {
            if !circles.iter().any(|circle| circle.contains(node)) {
                let members = self.ties.keys().filter(|other| leads(node, other) && leads(other, node));
                circles.push(members.cloned().collect());
            }
        }
        circles
    }

    fn reached_from<'a>(&'a self, node: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            for next in self.ties.get(node).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(next.as_str()) {
                    waiting.push(next);
                }
            }
        }
        reached
    }

    /// The ties between nodes of a set.
    pub(super) fn among(&self, nodes: &BTreeSet<String>) -> Vec<Tie> {
        let inside = self.ties.iter().filter(|(from, _)| nodes.contains(*from));
        inside
            .flat_map(|(from, ties)| ties.iter().map(move |(to, names)| (from, to, names)))
            .filter(|(_, to, _)| nodes.contains(*to))
            .map(|(from, to, names)| Tie { from: from.clone(), to: to.clone(), names: names.iter().cloned().collect() })
            .collect()
    }

    /// The graph that has exactly these ties.
    pub(super) fn of_ties<'a>(ties: impl Iterator<Item = &'a Tie>) -> Self {
        let mut graph = Self::default();
        for tie in ties {
            tie.names.iter().for_each(|name| graph.tie(&tie.from, &tie.to, name));
        }
        graph
    }
}
