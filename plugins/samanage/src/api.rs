//! Calls to the Samanage API. Paths end in `.json`, and every call requests a version of the API (S-2). The host adds the
//! credential, in `X-Samanage-Authorization` (S-3), as `connector.toml` declares.

use scim_connector_sdk::{App, Call, Level, Settings, State};

/// An unsupported version results in 406, a missing one in the newest version.
const VERSION: &str = "application/vnd.samanage.v2.1+json";

/// The API of one account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api<'h> {
    app: App<'h>,
}

impl<'h> Api<'h> {
    pub(crate) fn new(app: App<'h>) -> Self {
        Self { app }
    }

    pub(crate) fn get(self, path: &str) -> Call<'h> {
        self.app.get(path).header("accept", VERSION)
    }

    pub(crate) fn post(self, path: &str) -> Call<'h> {
        self.app.post(path).header("accept", VERSION)
    }

    pub(crate) fn put(self, path: &str) -> Call<'h> {
        self.app.put(path).header("accept", VERSION)
    }

    pub(crate) fn delete(self, path: &str) -> Call<'h> {
        self.app.delete(path).header("accept", VERSION)
    }

    pub(crate) fn settings(self) -> Settings<'h> {
        self.app.settings()
    }

    pub(crate) fn state(self) -> State<'h> {
        self.app.state()
    }

    /// Logs a warning. Use only field names and ids: no personal data in the log.
    pub(crate) fn warn(self, message: impl AsRef<str>) {
        self.app.log(Level::Warn, message);
    }
}
