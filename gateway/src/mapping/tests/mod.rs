//! Mappings as administrators write them, applied to what Entra and Okta really send.
