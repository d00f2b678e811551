//! Hot reload: every way of saving a file, mistakes and their corrections, instances and connectors that come and go, and requests
//! that notice nothing of it.

mod configuration;
mod connectors;
mod costly;
mod load;
mod operator;
mod saving;
