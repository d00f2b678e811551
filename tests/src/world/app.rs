//! What the app holds in the end.

use super::one_instance::World;
use serde_json::Value;

impl World {
    /// The names of the app's users, sorted.
    pub fn app_users(&self) -> Vec<String> {
        names(&self.app().state()["users"], "userName")
    }

    /// The names of the users in a group of the app, sorted.
    pub fn app_members(&self, group: &str) -> Vec<String> {
        let state = self.app().state();
        let groups = state["groups"].as_array().unwrap();
        let found = groups.iter().find(|each| each["displayName"] == group).unwrap();
        names(&found["members"], "display")
    }
}

fn names(list: &Value, attribute: &str) -> Vec<String> {
    let mut names: Vec<String> =
        list.as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
