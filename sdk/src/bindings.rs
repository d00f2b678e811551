//! The bindings that wit-bindgen generates from the contract. They are the only unsafe code of a connector.
wit_bindgen::generate!({
    path: "../wit",
    world: "transforming-connector",
    pub_export_macro: true,
    default_bindings_module: "scim_connector_sdk::bindings",
});
