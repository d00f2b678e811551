//! The start date. askSpoke holds it as text in a form that it does not document, and identity providers send
//! several. The setting `start-date-format` says what is written; `start-date-input` says how 03/04/2021 is meant.
//! Nothing is guessed: what can be read in two ways is refused.

use crate::date::{Date, Form, Misread};
use scim_connector_sdk::{Fault, Settings, Value};

const TRANSFORM: &str = "start-date";

/// This connector has one transform.
pub(crate) fn only(name: &str) -> Result<(), Fault> {
    if name == TRANSFORM { Ok(()) } else { Err(Fault::not_implemented(format!("askSpoke has no transform `{name}`"))) }
}

/// The date in the configured form. A text of nothing clears it.
pub(crate) fn to_app(settings: Settings<'_>, value: Value) -> Result<Value, Fault> {
    let Some(wanted) = form(settings, "start-date-format") else { return Ok(value) };
    let Some(text) = value.as_str() else {
        return Err(Fault::invalid_value(format!("startDate is a text such as 2021-03-01, not {value}")));
    };
    if text.trim().is_empty() {
        return Ok(Value::String(String::new()));
    }
    match Date::read(text, form(settings, "start-date-input")) {
        Ok(date) => Ok(Value::String(date.written(wanted))),
        Err(Misread::NoDate) => {
            Err(Fault::invalid_value(format!("startDate: {text:?} is no date; send it as 2021-03-01")))
        }
        Err(Misread::Ambiguous) => Err(Fault::invalid_value(format!(
            "startDate: {text:?} can be read with the day or with the month first; send it as 2021-03-01, or say which \
             in the setting `start-date-input`"
        ))),
    }
}

/// The date as YYYY-MM-DD; as askSpoke has it, where nothing is configured or someone else wrote something else.
pub(crate) fn to_scim(settings: Settings<'_>, value: Value) -> Value {
    let date = form(settings, "start-date-format").and_then(|form| Date::read(value.as_str()?, Some(form)).ok());
    date.map_or(value, |date| Value::String(date.written(Form::YearMonthDay)))
}

fn form(settings: Settings<'_>, name: &str) -> Option<Form> {
    Form::named(&settings.text(name)?)
}
