//! A place that breaks a rule, as text and as JSON.

use super::graph::Tie;
use serde::Serialize;
use std::fmt;

/// The rules that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    Floors,
    CircleOfFolders,
    CircleOfFiles,
    ModuleStyle,
    ImportBlock,
    Documents,
}

impl Rule {
    pub(crate) const ALL: [Self; 6] = [
        Self::Floors,
        Self::CircleOfFolders,
        Self::CircleOfFiles,
        Self::ModuleStyle,
        Self::ImportBlock,
        Self::Documents,
    ];

    fn next_step(self) -> &'static str {
        match self {
            Self::Floors => {
                "Move what is shared to a lower crate, or pass it in. If the rule itself is wrong, change the table in \
                 xtask/src/layout/floors.rs and the one in ARCHITECTURE.md together."
            }
            Self::CircleOfFolders | Self::CircleOfFiles => {
                "Move what both sides need into a file of its own that needs neither, or pass it in as a value. A mod.rs \
                 declares, re-exports and orchestrates; its children should not need it."
            }
            Self::ModuleStyle => "Move the file: git mv x.rs x/mod.rs.",
            Self::Documents => "Correct the name, or write down what is missing.",
            Self::ImportBlock => "Delete the blank lines between the imports and run cargo fmt.",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Floors => "forbidden dependency between crates",
            Self::CircleOfFolders => "circle of folders",
            Self::CircleOfFiles => "circle of files",
            Self::ModuleStyle => "module file beside its folder",
            Self::Documents => "reference to something that does not exist",
            Self::ImportBlock => "blank line between imports",
        })
    }
}

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// The files, folders or crates concerned, relative to the workspace.
    pub(crate) places: Vec<String>,
    /// The dependencies that form the circle, or that are forbidden.
    pub(crate) ties: Vec<Tie>,
    /// Removing any one of these ties breaks the circle.
    pub(crate) cuts: Vec<Tie>,
    pub(crate) next: &'static str,
}

impl Finding {
    pub(super) fn at(rule: Rule, places: impl IntoIterator<Item = String>) -> Self {
        let next = rule.next_step();
        Self { rule, places: places.into_iter().collect(), ties: Vec::new(), cuts: Vec::new(), next }
    }

    pub(super) fn tied_by(mut self, ties: Vec<Tie>) -> Self {
        self.ties = ties;
        self
    }

    pub(super) fn cut_at(mut self, cuts: Vec<Tie>) -> Self {
        self.cuts = cuts;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.rule, self.places.join(", "))?;
        for Tie { from, to, names } in &self.ties {
            writeln!(f, "  {from} → {to}: {}", names.join(", "))?;
        }
        if !self.cuts.is_empty() {
            let cuts: Vec<String> = self.cuts.iter().map(|cut| format!("{} → {}", cut.from, cut.to)).collect();
            writeln!(f, "  Removing any one of these breaks the circle: {}", cuts.join("; "))?;
        }
        write!(f, "  {}", self.next)
    }
}
