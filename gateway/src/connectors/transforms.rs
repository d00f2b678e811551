//! The optional interface `transforms`, found by its exports' indices once, when a connector is loaded.

use wasmtime::component::{Component, ComponentExportIndex};

/// Where a connector's transforms are.
#[derive(Clone)]
pub(super) struct TransformExports {
    pub(super) to_app: ComponentExportIndex,
    pub(super) to_scim: ComponentExportIndex,
    pub(super) check_default: ComponentExportIndex,
}

impl TransformExports {
    /// `None` if the connector does not export the interface.
    pub(super) fn find(component: &Component) -> Option<Self> {
        let interface = component.get_export_index(None, "scim-gateway:connector/transforms@0.1.0")?;
        let function = |name: &str| component.get_export_index(Some(&interface), name);
        Some(Self {
            to_app: function("to-app")?,
            to_scim: function("to-scim")?,
            check_default: function("check-default")?,
        })
    }
}
