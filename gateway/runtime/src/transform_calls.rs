//! The contract's optional functions for value transforms.

use super::bindings::scim_gateway::connector::types as wit;
use super::call::Call;
use super::call_error::CallError;
use super::convert;
use super::transform_exports::TransformExports;
use serde_json::Value;
use tokio::time::timeout_at;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Lift, Lower};

impl Call {
    /// Converts a SCIM value to the app's; `None` leaves the field unchanged.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn transform_to_app(&mut self, name: &str, value: &Value) -> Result<Option<Value>, CallError> {
        self.transform("to-app", |exports| &exports.to_app, name, value).await
    }

    /// Converts an app value to SCIM's; `None` if the attribute has no value.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn transform_to_scim(&mut self, name: &str, value: &Value) -> Result<Option<Value>, CallError> {
        self.transform("to-scim", |exports| &exports.to_scim, name, value).await
    }

    /// Checks the `default` of a mapping rule; `default` is the JSON text exactly as in the mapping. The inner error tells the
    /// expected format.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn check_default(&mut self, name: &str, default: &str) -> Result<Result<(), String>, CallError> {
        self.pure("check-default", |exports| &exports.check_default, (name, default)).await
    }

    async fn transform(
        &mut self,
        function: &'static str,
        export: fn(&TransformExports) -> &ComponentExportIndex,
        name: &str,
        value: &Value,
    ) -> Result<Option<Value>, CallError> {
        let text = convert::text(value);
        let answer: Result<Option<String>, wit::Fault> = self.pure(function, export, (name, text.as_str())).await?;
        let text = answer.map_err(|fault| convert::fault(function, fault))?;
        text.map(|text| convert::value(function, &text)).transpose()
    }

    /// Calls a function of the optional interface, which cannot call the app.
    async fn pure<P, R>(
        &mut self,
        function: &'static str,
        export: fn(&TransformExports) -> &ComponentExportIndex,
        parameters: P,
    ) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        (R,): ComponentNamedList + Lift + Send + Sync + 'static,
        R: Send + Sync + 'static,
    {
        if self.transforms.is_none() {
            return Err(CallError::NotExported { function });
        }
        self.begin(function).await?;
        let index = self.transforms.as_ref().map(export).ok_or(CallError::NotExported { function })?;
        let typed = self
            .instance
            .get_typed_func::<P, (R,)>(&mut self.store, index)
            .map_err(|error| CallError::Host { problem: format!("{error:#}") })?;
        self.store.data_mut().pure = true;
        let answer = timeout_at(self.deadline, typed.call_async(&mut self.store, parameters)).await;
        self.store.data_mut().pure = false;
        self.settle::<_, wit::Fault, _>(function, answer.map(|done| done.map(|(result,)| Ok(result))), |_, result| {
            Ok(result)
        })
    }
}
