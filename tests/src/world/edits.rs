//! What tests save in place of a mapping or a connector of Samanage.

use crate::system::Development;
use std::path::Path;

/// A text of the connector's descriptor that clients can read; [`OTHER_MARKER`], of the same length, takes its place.
const MARKER: &str = "A user of Samanage, requester or agent.";
pub(super) const OTHER_MARKER: &str = "A user of Samanage, in another version.";

/// The connector's own mapping.
pub fn mapping_with_title() -> String {
    std::fs::read_to_string(Development::original("samanage")).unwrap()
}

/// The connector's mapping without the rule for `title`.
pub fn mapping_without_title() -> String {
    let text = mapping_with_title();
    let without = text.replace("{ \"scim\": \"title\", \"app\": \"title\" },", "");
    assert_ne!(text, without);
    without
}

/// The connector's mapping with an unknown attribute in line 5.
pub fn broken_mapping() -> String {
    let text = mapping_with_title();
    let broken =
        text.replace("\"emails[type eq \\\"work\\\"].value\", \"app\": \"email\"", "\"emial\", \"app\": \"email\"");
    assert_ne!(text, broken);
    broken
}

/// The connector of this file with another text in its descriptor.
pub fn other_connector(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let at = bytes.windows(MARKER.len()).position(|window| window == MARKER.as_bytes()).unwrap();
    bytes.splice(at..at + MARKER.len(), OTHER_MARKER.bytes());
    bytes
}
