//! What wit-bindgen makes of the contract. The only unsafe code of a connector is here.
wit_bindgen::generate!({
    path: "../wit",
    world: "transforming-connector",
    pub_export_macro: true,
    default_bindings_module: "scim_connector_sdk::bindings",
});
