//! What came of a request.

use super::answer::Answer;
use super::rail::Rail;
use super::refusal::Refusal;
use super::understood::Report;
use crate::clients::Leniency;
use crate::egress::AppCall;

/// What came of a request: for the client an answer or a refusal, for the operator what it took.
#[derive(Debug)]
pub struct Outcome {
    /// What the client is told.
    pub result: Result<Answer, Refusal>,
    /// The id of the resource it was about, where there is one.
    pub id: Option<String>,
    /// The attribute by which client and app recognise the resource, and what it holds.
    pub matching: Option<(String, String)>,
    /// The app calls that were made, in order.
    pub sends: Vec<AppCall>,
    /// Attributes that the client sent and this instance does not know.
    pub ignored: Vec<String>,
    /// What the client's profile had to correct.
    pub leniencies: Vec<Leniency>,
    /// The guard rail that refused it, or that of each operation of a bulk request that one refused.
    pub rails: Vec<Rail>,
}

impl Outcome {
    /// What came of a request that got as far as neither app nor resource.
    pub(super) fn untouched(result: Result<Answer, Refusal>) -> Self {
        Self::reported(result, Report::default())
    }

    /// What came of a request that was read and got no further.
    pub(super) fn reported(result: Result<Answer, Refusal>, report: Report) -> Self {
        let Report { ignored, leniencies } = report;
        let rails = result.as_ref().err().and_then(Refusal::rail).into_iter().collect();
        Self { result, id: None, matching: None, sends: Vec::new(), ignored, leniencies, rails }
    }
}
