//! What an app removes or cannot hold, and the gateway therefore remembers: inactive users, and memberships of apps with one group
//! per user. The tests interrupt every operation and check what is left.

mod gateways;
mod groups;
mod inactive;
mod interrupted;
mod killed;
mod names;
mod unknown_members;
