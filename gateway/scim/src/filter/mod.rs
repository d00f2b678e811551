//! Filters: RFC 7644 §3.4.2.2, and the value paths that PATCH paths share with them.
//!
//! The whole grammar of figure 1 is accepted, and beyond it, by name:
//! - **value-path comparison**: `emails[type eq "work"].value eq "x"`, which Entra sends when its matching attribute is one
//!   value of a multi-valued attribute; in the grammar a value path ends at the bracket;
//! - **any case** for operators and for `true`, `false`, `null`; any number of spaces where the grammar has one;
//! - **boolean as text**: `active eq "True"`, which [`Filter::check`] turns into `true`.
//!
//! Parsing is bounded in length and depth, so that a hostile filter cannot exhaust the stack of code that walks it.

mod check;
mod elements;
mod evaluate;
mod narrow;
mod operator;
mod parse;
mod tree;

pub(crate) use check::selector as check_selector;
pub(crate) use elements::matching;
pub(crate) use evaluate::element as matches_element;
pub use operator::CompareOp;
pub(crate) use parse::slot as parse_slot;
pub use parse::{MAX_DEPTH, MAX_LENGTH};
pub(crate) use tree::mentioned;
pub use tree::{Comparison, Filter, Operand};
