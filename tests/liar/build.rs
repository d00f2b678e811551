//! Makes the descriptor of connector.toml, the schemas and the mapping.

fn main() -> std::process::ExitCode {
    scim_connector_sdk::manifest::build()
}
