//! The optional interface `transforms`, whose exports are looked up once, when a connector is loaded.

use wasmtime::component::{Component, ComponentExportIndex};

/// The indices of a connector's transforms.
#[derive(Clone)]
pub(crate) struct TransformExports {
    pub(crate) to_app: ComponentExportIndex,
    pub(crate) to_scim: ComponentExportIndex,
    pub(crate) check_default: ComponentExportIndex,
}

impl TransformExports {
    /// `None` if the connector does not export the interface.
    pub(crate) fn find(component: &Component) -> Option<Self> {
        let interface = component.get_export_index(None, "scim-gateway:connector/transforms@0.1.0")?;
        let function = |name: &str| component.get_export_index(Some(&interface), name);
        Some(Self {
            to_app: function("to-app")?,
            to_scim: function("to-scim")?,
            check_default: function("check-default")?,
        })
    }
}
