//! What an app destroys and the gateway must know all the same: inactive resources, and the app's ids of those that came back.

use super::statement::{MOST_PLACES, places};
use super::{ResourceKey, Store, StoreError};
use serde_json::{Map, Value};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, FromRow};
use std::collections::{HashMap, HashSet};

/// A resource that is inactive and has no account in the app.
#[derive(Debug, Clone, PartialEq)]
pub struct Inactive {
    /// The id that the client knows.
    pub id: String,
    /// What clients find it by, in lower case.
    pub matching: String,
    /// The client's own id of it.
    pub external_id: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// The last known SCIM attributes.
    pub resource: Map<String, Value>,
}

/// How far a resource is from having an account to having none, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The account is to be removed and may be there still.
    Removing,
    /// There is no account.
    Removed,
    /// An account is to be created and may be there already.
    Restoring,
}

impl Phase {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Removing => "removing",
            Self::Removed => "removed",
            Self::Restoring => "restoring",
        }
    }

    /// What the gateway never wrote is read as the phase that trusts least.
    fn parse(text: &str) -> Self {
        match text {
            "removed" => Self::Removed,
            "restoring" => Self::Restoring,
            _ => Self::Removing,
        }
    }
}

type Row = (String, String, Option<String>, String, String);

const SELECT: &str = "SELECT id, matching, external_id, phase, resource FROM inactive";

impl Store {
    /// The resource, if it is inactive.
    pub async fn inactive(&self, resource: &ResourceKey) -> Result<Option<Inactive>, StoreError> {
        let row = sqlx::query_as::<Any, Row>(AssertSqlSafe(format!(
            "{SELECT} WHERE instance = $1 AND resource_type = $2 AND id = $3"
        )))
        .bind(resource.instance.as_str())
        .bind(resource.resource_type.as_str())
        .bind(resource.id.as_str())
        .fetch_optional(&self.shared.readers)
        .await?;
        row.map(inactive).transpose()
    }

    /// The inactive resources with any of these matching values, which are in lower case, by id.
    pub async fn inactive_matching(
        &self,
        instance: &str,
        resource_type: &str,
        matching: &[&str],
    ) -> Result<Vec<Inactive>, StoreError> {
        self.inactive_by("matching", instance, resource_type, matching).await
    }

    /// The inactive resources with that external id, by id.
    pub async fn inactive_known_as(
        &self,
        instance: &str,
        resource_type: &str,
        external_id: &str,
    ) -> Result<Vec<Inactive>, StoreError> {
        self.inactive_by("external_id", instance, resource_type, &[external_id]).await
    }

    async fn inactive_by(
        &self,
        column: &'static str,
        instance: &str,
        resource_type: &str,
        values: &[&str],
    ) -> Result<Vec<Inactive>, StoreError> {
        let condition = |places: &str| {
            let beginnings: Vec<String> = places.split(", ").map(|place| format!("substr({place}, 1, 200)")).collect();
            format!("substr({column}, 1, 200) IN ({}) AND {column} IN ({places})", beginnings.join(", "))
        };
        let rows = self.rows_of(SELECT, condition, instance, resource_type, values).await?;
        let mut found = rows.into_iter().map(inactive).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(found)
    }

    /// Up to `limit` inactive resources behind the first `offset`, in an order that stays the same.
    pub async fn inactive_page(
        &self,
        instance: &str,
        resource_type: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Inactive>, StoreError> {
        let rows = sqlx::query_as::<Any, Row>(AssertSqlSafe(format!(
            "{SELECT} WHERE instance = $1 AND resource_type = $2 ORDER BY id LIMIT {limit} OFFSET {offset}"
        )))
        .bind(instance)
        .bind(resource_type)
        .fetch_all(&self.shared.readers)
        .await?;
        rows.into_iter().map(inactive).collect()
    }

    /// How many inactive resources there are.
    pub async fn count_inactive(&self, instance: &str, resource_type: &str) -> Result<u64, StoreError> {
        let count =
            sqlx::query_scalar::<Any, i64>("SELECT COUNT(*) FROM inactive WHERE instance = $1 AND resource_type = $2")
                .bind(instance)
                .bind(resource_type)
                .fetch_one(&self.shared.readers)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// The ids of the resources whose account was to be removed and perhaps is not.
    pub async fn half_removed(&self, instance: &str, resource_type: &str) -> Result<Vec<String>, StoreError> {
        let mut ids = sqlx::query_scalar::<Any, String>(
            "SELECT id FROM inactive WHERE instance = $1 AND resource_type = $2 AND phase = 'removing'",
        )
        .bind(instance)
        .bind(resource_type)
        .fetch_all(&self.shared.readers)
        .await?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// Those of the ids that are inactive.
    pub async fn inactive_among(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashSet<String>, StoreError> {
        let condition = |places: &str| format!("id IN ({places})");
        let rows = self.rows_of("SELECT id FROM inactive", condition, instance, resource_type, ids).await?;
        Ok(rows.into_iter().map(|(id,): (String,)| id).collect())
    }

    /// The app's ids of those SCIM ids that are not the app's own.
    pub async fn app_ids(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, StoreError> {
        let condition = |places: &str| format!("id IN ({places})");
        let rows = self.rows_of("SELECT id, app_id FROM bindings", condition, instance, resource_type, ids).await?;
        Ok(rows.into_iter().collect())
    }

    /// The SCIM ids of those app ids that are known under another.
    pub async fn scim_ids(
        &self,
        instance: &str,
        resource_type: &str,
        app_ids: &[&str],
    ) -> Result<HashMap<String, String>, StoreError> {
        let condition = |places: &str| format!("app_id IN ({places})");
        let rows = self.rows_of("SELECT app_id, id FROM bindings", condition, instance, resource_type, app_ids).await?;
        Ok(rows.into_iter().collect())
    }

    /// The rows of one resource type that meet a condition on any of these values, whose placeholders it is given. Only
    /// placeholders and names of columns may be in the text, never a value.
    async fn rows_of<Columns>(
        &self,
        select: &'static str,
        condition: impl Fn(&str) -> String,
        instance: &str,
        resource_type: &str,
        values: &[&str],
    ) -> Result<Vec<Columns>, StoreError>
    where
        Columns: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let mut found = Vec::new();
        for values in values.chunks(MOST_PLACES) {
            let (places, count) = places(3, values.len());
            let condition = condition(&places);
            let mut query = sqlx::query_as::<Any, Columns>(AssertSqlSafe(format!(
                "{select} WHERE instance = $1 AND resource_type = $2 AND {condition}"
            )))
            .bind(instance)
            .bind(resource_type);
            for &value in values.iter().cycle().take(count) {
                query = query.bind(value);
            }
            found.extend(query.fetch_all(&self.shared.readers).await?);
        }
        Ok(found)
    }
}

fn inactive((id, matching, external_id, phase, resource): Row) -> Result<Inactive, StoreError> {
    let resource = serde_json::from_str(&resource)?;
    Ok(Inactive { id, matching, external_id, phase: Phase::parse(&phase), resource })
}
