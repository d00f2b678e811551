//! What breaks a rule, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::graph::Tie;

/// The rules, in the order in which they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    Floors,
    CircleOfFolders,
    CircleOfFiles,
    ModuleStyle,
    ImportBlock,
}

impl Rule {
    pub(crate) const ALL: [Self; 5] =
        [Self::Floors, Self::CircleOfFolders, Self::CircleOfFiles, Self::ModuleStyle, Self::ImportBlock];

    fn next_step(self) -> &'static str {
        match self {
            Self::Floors => {
                "Move what is shared to a lower crate, or pass it in. If the floor itself is wrong, change the table in \
                 xtask/src/layout/floors.rs and the picture in ARCHITECTURE.md together."
            }
            Self::CircleOfFolders | Self::CircleOfFiles => {
                "Move what both sides need into a file of its own that needs neither, or pass it in as a value. A mod.rs \
                 declares, re-exports and orchestrates, so that its children never need it."
            }
            Self::ModuleStyle => "Move the file: git mv x.rs x/mod.rs.",
            Self::ImportBlock => "Delete the blank lines between the imports and run cargo fmt.",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Floors => "dependency that the floors do not allow",
            Self::CircleOfFolders => "circle of folders",
            Self::CircleOfFiles => "circle of files",
            Self::ModuleStyle => "file beside its folder",
            Self::ImportBlock => "imports in several blocks",
        })
    }
}

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// The files, folders or crates that it is about, relative to the workspace.
    pub(crate) places: Vec<String>,
    /// What ties the places of a circle together, or one crate to another.
    pub(crate) ties: Vec<Tie>,
    /// Ties each of which ends the circle when it is cut.
    pub(crate) cuts: Vec<Tie>,
    pub(crate) next: &'static str,
}

impl Finding {
    /// A finding about places.
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
            writeln!(f, "  Without any one of these ties there is no circle: {}", cuts.join("; "))?;
        }
        write!(f, "  {}", self.next)
    }
}
