//! Responses of a SCIM API: a resource, a list (RFC 7644 §3.4.2) or an error (RFC 7644 §3.12).

use crate::{Answer, Fault, Object, Page, PageRequest, Stored, Value};

/// A list response. Numbers may also be strings.
pub(super) struct List {
    resources: Vec<Stored>,
    total: Option<u64>,
    items_per_page: Option<u64>,
    start_index: Option<u64>,
}

impl List {
    /// How many resources match, if the app says so.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The ids of the resources on the page.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(|stored| stored.id.as_str())
    }

    /// The contract's page: `more` follows from the app's total, or else from whether the page is full.
    ///
    /// # Errors
    /// 502 if the app says that the page begins elsewhere than requested: it would be a page that the host has already.
    pub(super) fn page(self, asked: &PageRequest) -> Result<Page, Fault> {
        if let Some(start) = self.start_index.filter(|start| asked.offset > 0 && *start != asked.offset + 1) {
            let wanted = asked.offset + 1;
            return Err(Fault::bad_answer(format!(
                "The app was asked for startIndex {wanted} and returned startIndex {start}"
            )));
        }
        let got = self.resources.len() as u64;
        let more = match self.total {
            Some(total) => got > 0 && asked.offset + got < total,
            None => got >= u64::from(asked.limit),
        };
        let limit = self.items_per_page.and_then(|size| u32::try_from(size).ok());
        let limit = limit.filter(|size| more && *size > 0 && *size < asked.limit);
        Ok(Page { resources: self.resources, total: self.total, limit, more, next: None })
    }
}

pub(super) fn list(answer: &Answer) -> Result<List, Fault> {
    let mut body = successful(answer)?.object()?;
    let resources = match body.remove("Resources") {
        Some(Value::Array(resources)) => resources,
        None | Some(Value::Null) if body.contains_key("totalResults") => Vec::new(),
        _ => return Err(Fault::bad_answer("The app's response to a search is not a SCIM list")),
    };
    let resources = resources.into_iter().map(|resource| match resource {
        Value::Object(resource) => from_document(resource, None),
        _ => Err(Fault::bad_answer("The app's list contains something that is not a resource")),
    });
    Ok(List {
        resources: resources.collect::<Result<_, _>>()?,
        total: number(&body, "totalResults"),
        items_per_page: number(&body, "itemsPerPage"),
        start_index: number(&body, "startIndex"),
    })
}

pub(super) fn stored(answer: &Answer) -> Result<Stored, Fault> {
    from_document(successful(answer)?.object()?, answer.header("etag"))
}

/// The result of a PATCH or PUT, whose response may have no body.
pub(super) fn stored_or_id(answer: &Answer, id: &str) -> Result<Stored, Fault> {
    if successful(answer)?.body.is_empty() {
        return Ok(Stored::new(id).with_version(answer.header("etag").map(str::to_owned)));
    }
    stored(answer)
}

/// The fault for an error status: the status from [`Answer::fault`], `scimType` and `detail` from the app.
pub(super) fn fault(answer: &Answer) -> Fault {
    let fault = answer.fault();
    let Ok(body) = answer.object() else { return fault };
    if answer.status == 401 {
        return fault;
    }
    let member = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let scim_type = match answer.status {
        409 => Some("uniqueness".to_owned()),
        400 => member("scimType").map(str::to_owned).or(fault.scim_type),
        _ => fault.scim_type,
    };
    Fault { scim_type, detail: member("detail").map_or(fault.detail, str::to_owned), ..fault }
}

fn successful(answer: &Answer) -> Result<&Answer, Fault> {
    if answer.is_success() { Ok(answer) } else { Err(fault(answer)) }
}

fn from_document(document: Object, etag: Option<&str>) -> Result<Stored, Fault> {
    let version = document.get("meta").and_then(|meta| meta.get("version")).and_then(Value::as_str).or(etag);
    let version = version.map(str::to_owned);
    Ok(Stored::from_document(document, "id")?.with_version(version))
}

fn number(body: &Object, name: &str) -> Option<u64> {
    body.get(name).and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}
