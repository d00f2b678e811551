//! What the gateway remembers for an app is as good as what the app holds, is nobody else's, and survives a disk that is full.

mod disk;
mod tenants;
mod times;
