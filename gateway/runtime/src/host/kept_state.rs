//! The connector's key-value state.

use super::super::bindings::scim_gateway::connector::state;
use super::super::connector_state::{MAX_KEY, MAX_VALUE, StateError};
use super::host_state::HostState;
use tracing::Level;

/// Calls to the state that one operation may make.
const STATE_CALLS: u32 = 2000;

impl HostState {
    /// Whether the operation may still use the state.
    fn state_allowed(&mut self) -> bool {
        self.state_calls = self.state_calls.saturating_add(1);
        if self.state_calls == STATE_CALLS {
            self.line(Level::WARN, "the connector uses its state too often: further calls have no effect");
        }
        self.state_calls < STATE_CALLS
    }

    fn state_failed(&mut self, error: &StateError) {
        self.line(Level::WARN, &error.to_string());
    }
}

impl state::Host for HostState {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        if !self.state_allowed() || !is_key(&key) {
            return Ok(None);
        }
        self.cpu.pause();
        let found = self.context.state.get(&key).await;
        self.cpu.resume().await;
        Ok(found.unwrap_or_else(|error| {
            self.state_failed(&error);
            None
        }))
    }

    async fn set(&mut self, key: String, value: String) -> wasmtime::Result<()> {
        if !is_key(&key) || value.len() > MAX_VALUE || value.contains('\0') {
            let (key, value) = (key.len(), value.len());
            self.line(
                Level::WARN,
                &format!(
                    "state not stored: the key has {key} bytes (at most {MAX_KEY}), the value {value} (at most {MAX_VALUE}); neither may contain NUL"
                ),
            );
        } else if self.state_allowed() {
            self.cpu.pause();
            let kept = self.context.state.set(&key, &value).await;
            self.cpu.resume().await;
            kept.unwrap_or_else(|error| self.state_failed(&error));
        }
        Ok(())
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<()> {
        if self.state_allowed() && is_key(&key) {
            self.cpu.pause();
            let deleted = self.context.state.delete(&key).await;
            self.cpu.resume().await;
            deleted.unwrap_or_else(|error| self.state_failed(&error));
        }
        Ok(())
    }
}

/// Whether a key is valid. PostgreSQL cannot store NUL.
fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY && !key.contains('\0')
}
