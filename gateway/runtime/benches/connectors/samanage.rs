//! Samanage's connector, loaded as the gateway loads it.

use scim_egress::{Egress, Purpose};
use scim_gateway_tests::artifacts;
use scim_runtime::{
    Call, CallContext, CallLimits, Compiler, Connector, NoState, Runtime, RuntimeLimits, Wasi, resolve_settings,
};
use serde_json::Map;
use std::sync::Arc;

pub(crate) struct Samanage {
    connector: Arc<Connector>,
    context: CallContext,
}

impl Samanage {
    pub(crate) async fn load(app: &Arc<Egress>) -> Self {
        let file = artifacts::connectors().unwrap().join("samanage_connector.wasm");
        let runtime = Runtime::new(RuntimeLimits::default(), Compiler::InProcess).unwrap();
        let loaded = runtime.load(std::fs::read(file).unwrap(), "samanage_connector.wasm", None, Wasi::Refused).await;
        let connector = loaded.unwrap();
        let context = CallContext {
            instance: "bench".into(),
            correlation_id: "bench".into(),
            settings: Arc::new(resolve_settings(&connector.descriptor.settings, &Map::new()).unwrap()),
            egress: Some(Arc::clone(app)),
            purpose: Purpose::Live,
            trace: None,
            state: Arc::new(NoState),
            limits: CallLimits::default(),
            share: connector.share(),
        };
        Self { connector, context }
    }

    /// A fresh instance.
    pub(crate) async fn open(&self) -> Call {
        self.connector.open(&self.context).await.unwrap()
    }
}
