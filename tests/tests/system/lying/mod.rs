//! Apps and connectors that contradict themselves: whatever they say, a client gets the right answer or a 502 that says what is wrong, and
//! gets it soon.

mod app;
mod connectors;
mod host;
mod request;
