//! The requests of the load.

use serde::{Deserialize, Serialize};

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `GET /Users/{id}`
    Get,
    /// `GET /Users?filter=userName eq "…"`
    Filter,
    /// `POST /Users`
    Post,
    /// `PATCH /Users/{id}`, which sets `active` to false.
    PatchActive,
    /// `PATCH /Groups/{id}`, which adds one member.
    PatchMember,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Filter, Self::Post, Self::PatchActive, Self::PatchMember];
}
