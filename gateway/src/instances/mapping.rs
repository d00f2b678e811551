//! The mapping of an instance: the operator's document or the connector's own, checked against the connector.

use super::context::BuildContext;
use super::load::unreadable;
use crate::config::{Mistake, Position};
use crate::connectors::{CallContext, CallLimits, NoState, Sha256};
use crate::egress::Purpose;
use crate::mapping::{ConnectorFacts, Mapping, MappingError};
use crate::provisioning::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the mapping comes from.
pub(super) enum Source {
    /// The connector's descriptor.
    Connector,
    /// The operator's document.
    Operator { file: String, text: String, sha256: Sha256 },
}

impl Source {
    /// Reads the operator's document, if there is one.
    pub(super) fn read(context: &BuildContext<'_>) -> Result<Self, Mistake> {
        let Some(path) = &context.from.mapping else { return Ok(Self::Connector) };
        let mistake = |problem: String, remedy: &str| context.mistake("mapping", problem, remedy);
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error, mistake))?;
        let sha256 = Sha256::of(text.as_bytes());
        Ok(Self::Operator { file: path.display().to_string(), text, sha256 })
    }

    /// The hash of the operator's document.
    pub(super) fn sha256(&self) -> Option<Sha256> {
        match self {
            Self::Connector => None,
            Self::Operator { sha256, .. } => Some(*sha256),
        }
    }

    /// The connector's resource types with this mapping; shared with other instances that have the same ones.
    pub(super) async fn kinds(self, context: &BuildContext<'_>) -> Result<Arc<[Kind]>, Vec<Mistake>> {
        let key = (context.connector.sha256, self.sha256());
        if let Some(kinds) = context.shared.kinds(&key) {
            return Ok(kinds);
        }
        let kinds = Kind::all(context.connector, self.parse(context).await?);
        context.shared.remember_kinds(key, &kinds);
        Ok(kinds)
    }

    async fn parse(self, context: &BuildContext<'_>) -> Result<Mapping, Vec<Mistake>> {
        let descriptor = &context.connector.descriptor;
        let (text, source) = match self {
            Self::Operator { file, text, .. } => (text, file),
            Self::Connector => {
                let text = serde_json::to_string_pretty(&descriptor.mapping).unwrap_or_default();
                (text, format!("the mapping of connector {} {}", descriptor.id, descriptor.version))
            }
        };
        let types: Vec<_> = descriptor.resource_types.iter().map(|offered| offered.scim.clone()).collect();
        let incremental: BTreeMap<_, _> = descriptor
            .resource_types
            .iter()
            .map(|offered| (offered.scim.name.clone(), offered.abilities.incremental.clone()))
            .collect();
        let facts = ConnectorFacts { transforms: descriptor.transforms.clone(), incremental };
        let mapping = Mapping::parse(&text, &source, &types, &facts)
            .map_err(|errors| errors.0.iter().map(mistake).collect::<Vec<_>>())?;
        check_defaults(context, &mapping).await?;
        for kind in &types {
            let unmapped = mapping.unmapped(kind);
            if !unmapped.is_empty() {
                tracing::info!(
                    mapping = source,
                    resource_type = kind.name,
                    attributes = unmapped.join(", "),
                    "no mapping rule uses these attributes: values that clients send for them are ignored"
                );
            }
        }
        Ok(mapping)
    }
}

/// Lets the connector check the defaults of rules that use its transforms.
async fn check_defaults(context: &BuildContext<'_>, mapping: &Mapping) -> Result<(), Vec<Mistake>> {
    let call_context = CallContext {
        instance: context.name.as_str().into(),
        correlation_id: "load".into(),
        settings: Arc::default(),
        egress: None,
        purpose: Purpose::Rehearsal,
        trace: None,
        state: Arc::new(NoState),
        limits: CallLimits::default(),
        share: context.connector.share(),
    };
    let mut mistakes = Vec::new();
    for default in mapping.defaults_to_check() {
        let failed = |problem: String| vec![context.mistake("connector", problem, "")];
        let mut call = context.connector.open(&call_context).await.map_err(|error| failed(error.to_string()))?;
        match call.check_default(&default.transform, &default.text).await {
            Ok(Ok(())) => {}
            Ok(Err(message)) => mistakes.push(mistake(&default.refused(message))),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// A mapping's error as a mistake, at its position in the mapping's own file.
fn mistake(error: &MappingError) -> Mistake {
    Mistake {
        file: error.source_name.clone().into(),
        position: Some(Position { line: error.position.line, column: error.position.column }),
        key: error.rule.as_ref().map(ToString::to_string).unwrap_or_default(),
        message: error.problem.to_string(),
        expected: String::new(),
    }
}
