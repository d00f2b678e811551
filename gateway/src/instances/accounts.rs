//! Creates accounts for people who sign in (`jit`), the same way as an identity provider would: through provisioning.

use super::unfinished::Unfinished;
use crate::admission::InFlight;
use crate::clients::Client;
use crate::egress::Purpose;
use crate::jit::{AccountError, Accounts, Created};
use crate::provisioning::{
    self, Answer, Caller, Instance, Operation, Outcome, ProjectionText, Refusal, Request, RequestLimits, SearchText,
};
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use scim_protocol::{Conditions, urn};
use serde_json::{Value, json};
use std::sync::Arc;

const USERS: &str = "/Users";
const GROUPS: &str = "/Groups";

/// The accounts of one instance's app; a reload replaces the instance by its new version.
#[derive(Debug)]
pub struct ProvisionedAccounts {
    instance: ArcSwap<Instance>,
    /// The instance's share of the operations in flight, all versions together.
    in_flight: InFlight,
    unfinished: Unfinished,
}

impl Accounts for ProvisionedAccounts {
    async fn create_if_absent(
        &self,
        email: &str,
        groups: &[String],
        correlation: &str,
    ) -> Result<Created, AccountError> {
        let _permit = self.in_flight.try_enter("the instance's share of max-in-flight")?;
        if let Some(user) = self.find(USERS, "userName", email, correlation).await? {
            // Without groups there is nothing to finish.
            if groups.is_empty() || !self.unfinished.is_marked(email).await.map_err(|error| unavailable(&error))? {
                return Ok(Created::Existed);
            }
            self.complete(&user, email, groups, correlation).await?;
            return Ok(Created::Completed);
        }
        if !groups.is_empty() {
            self.unfinished.mark(email).await.map_err(|error| unavailable(&error))?;
        }
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email });
        let answer = match self.handle(Operation::Create { endpoint: USERS.to_owned(), body }, correlation).await {
            Ok(answer) => answer,
            // Another tab was faster.
            Err(failure) if failure.error.status == 409 => {
                self.forget(email, groups).await?;
                return Ok(Created::Existed);
            }
            Err(failure) => {
                let error = refused(&failure);
                // After an unclear failure there may be an account.
                if matches!(error, AccountError::Refused(_)) {
                    self.forget(email, groups).await?;
                }
                return Err(error);
            }
        };
        let user = id(answer.body.as_ref()).unwrap_or_default();
        for group in groups {
            self.join(group, &user, correlation).await?;
        }
        self.forget(email, groups).await?;
        Ok(Created::Created)
    }
}

impl ProvisionedAccounts {
    pub(super) fn new(instance: Arc<Instance>, in_flight: InFlight, store: Store) -> Self {
        let unfinished = Unfinished::new(store, Arc::clone(&instance.name));
        Self { instance: ArcSwap::new(instance), in_flight, unfinished }
    }

    /// Adds the groups that are missing from an account that a sign-in created. A group that the app refuses again is left out: the
    /// person must reach the app some time.
    async fn complete(
        &self,
        user: &str,
        email: &str,
        groups: &[String],
        correlation: &str,
    ) -> Result<(), AccountError> {
        for group in groups {
            match self.join(group, user, correlation).await {
                Err(AccountError::Refused(cause)) => {
                    tracing::warn!(target: "scim_gateway::jit", correlation, cause, "the new account is left without a group");
                }
                joined => joined?,
            }
        }
        self.forget(email, groups).await
    }

    async fn forget(&self, email: &str, groups: &[String]) -> Result<(), AccountError> {
        match groups {
            [] => Ok(()),
            _ => self.unfinished.forget(email).await.map_err(|error| unavailable(&error)),
        }
    }

    /// Uses this version of the instance from now on.
    pub(super) fn use_instance(&self, instance: Arc<Instance>) {
        self.instance.store(instance);
    }

    /// Adds a new user to the group with this name, which is created if it does not exist.
    async fn join(&self, group: &str, user: &str, correlation: &str) -> Result<(), AccountError> {
        let group = match self.find(GROUPS, "displayName", group, correlation).await? {
            Some(id) => id,
            None => {
                let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": group });
                let create = Operation::Create { endpoint: GROUPS.to_owned(), body };
                let answer = self.handle(create, correlation).await.map_err(|refusal| refused(&refusal))?;
                id(answer.body.as_ref()).unwrap_or_default()
            }
        };
        let add = json!({ "op": "add", "path": "members", "value": [{ "value": user }] });
        let body = json!({ "schemas": [urn::PATCH_OP], "Operations": [add] });
        let patch = Operation::Patch { endpoint: GROUPS.to_owned(), id: group, body };
        self.handle(patch, correlation).await.map(drop).map_err(|refusal| refused(&refusal))
    }

    async fn find(
        &self,
        endpoint: &str,
        attribute: &str,
        value: &str,
        correlation: &str,
    ) -> Result<Option<String>, AccountError> {
        let filter = format!("{attribute} eq {}", Value::from(value));
        let query = SearchText { filter: Some(filter), count: Some("1".to_owned()), ..SearchText::default() };
        let search = Operation::Search { endpoint: endpoint.to_owned(), query };
        let answer = self.handle(search, correlation).await.map_err(|refusal| refused(&refusal))?;
        Ok(answer.body.as_ref().and_then(|list| id(list.pointer("/Resources/0"))))
    }

    async fn handle(&self, operation: Operation, correlation: &str) -> Result<Answer, Refusal> {
        let caller = Caller {
            profile: Client::Rfc.profile(),
            projection: ProjectionText { excluded_attributes: Some("members".to_owned()), ..ProjectionText::default() },
            conditions: Conditions::default(),
            limits: RequestLimits::default(),
            comparisons: Arc::default(),
            base: String::new(),
            correlation_id: correlation.into(),
            purpose: Purpose::Live,
            trace: None,
        };
        let Outcome { result, .. } =
            provisioning::handle(&self.instance.load_full(), Request { operation, caller }).await;
        result
    }
}

fn id(resource: Option<&Value>) -> Option<String> {
    resource?.get("id")?.as_str().map(str::to_owned)
}

fn refused(refusal: &Refusal) -> AccountError {
    let text = refusal.text().map_or_else(|| refusal.error.detail.clone(), str::to_owned);
    // What the gateway may not do is about this account as likely as about all: a domain, a licence.
    let is_about_account = refusal.rejected_with() == Some(403);
    if !is_about_account && (refusal.error.status.is_server_error() || refusal.error.status == 429) {
        AccountError::Unavailable(text)
    } else {
        AccountError::Refused(text)
    }
}

fn unavailable(error: &StoreError) -> AccountError {
    AccountError::Unavailable(error.to_string())
}
