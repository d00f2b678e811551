//! The start date. askSpoke stores it as text in an undocumented form, and identity providers send several forms. The
//! setting `start-date-format` determines what is written; `start-date-input` determines how 03/04/2021 is read. Nothing is
//! guessed: ambiguous dates are refused.

use crate::date::{Date, Form, Misread};
use scim_connector_sdk::{Fault, Settings, Value};

const TRANSFORM: &str = "start-date";

/// Refuses any other transform: this connector has only one.
pub(crate) fn only(name: &str) -> Result<(), Fault> {
    if name == TRANSFORM { Ok(()) } else { Err(Fault::not_implemented(format!("unknown transform `{name}`"))) }
}

/// The date in the configured form. An empty text clears it.
pub(crate) fn to_app(settings: Settings<'_>, value: Value) -> Result<Value, Fault> {
    let Some(wanted) = form(settings, "start-date-format") else { return Ok(value) };
    let Some(text) = value.as_str() else {
        return Err(Fault::invalid_value(format!("startDate must be a string such as \"2021-03-01\", not {value}")));
    };
    if text.trim().is_empty() {
        return Ok(Value::String(String::new()));
    }
    match Date::read(text, form(settings, "start-date-input")) {
        Ok(date) => Ok(Value::String(date.written(wanted))),
        Err(Misread::Invalid) => {
            Err(Fault::invalid_value(format!("startDate: {text:?} is not a date; use the form 2021-03-01")))
        }
        Err(Misread::Ambiguous) => Err(Fault::invalid_value(format!(
            "startDate: {text:?} is ambiguous, because day or month could come first; use the form 2021-03-01, or \
             choose the order in the setting `start-date-input`"
        ))),
    }
}

/// The date as YYYY-MM-DD; unchanged if no form is configured or the date has another form.
pub(crate) fn to_scim(settings: Settings<'_>, value: Value) -> Value {
    let date = form(settings, "start-date-format").and_then(|form| Date::read(value.as_str()?, Some(form)).ok());
    date.map_or(value, |date| Value::String(date.written(Form::YearMonthDay)))
}

fn form(settings: Settings<'_>, name: &str) -> Option<Form> {
    Form::named(&settings.text(name)?)
}
