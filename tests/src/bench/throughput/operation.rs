//! The requests of the load.

use serde::{Deserialize, Serialize};

/// The requests that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `GET /Users/{id}`
    Get,
    /// `GET /Users?filter=userName eq "…"`
    Filter,
    /// `POST /Users`
    Post,
    /// `PATCH /Users/{id}`: `active` becomes false.
    PatchActive,
    /// `PATCH /Groups/{id}`: one member comes.
    PatchMember,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Filter, Self::Post, Self::PatchActive, Self::PatchMember];
}
