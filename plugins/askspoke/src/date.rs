//! Calendar dates, and the forms in which they are written.

/// A valid date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The order of year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    MonthDayYear,
    DayMonthYear,
    YearMonthDay,
}

/// Why a text cannot be read as a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misread {
    Invalid,
    /// Day and month could be either way round.
    Ambiguous,
}

impl Form {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "MM-DD-YYYY" => Some(Self::MonthDayYear),
            "DD-MM-YYYY" => Some(Self::DayMonthYear),
            "YYYY-MM-DD" => Some(Self::YearMonthDay),
            _ => None,
        }
    }
}

impl Date {
    /// Reads `2021-03-01`, `3/1/2021` and `1.3.2021`. A time of day after `T` or a space is ignored. `form` says whether day or
    /// month comes first if the year comes last.
    pub(crate) fn read(text: &str, form: Option<Form>) -> Result<Self, Misread> {
        let (date, time) = text.trim().split_once(['T', ' ']).unwrap_or((text.trim(), "0"));
        let is_time = time.starts_with(|c: char| c.is_ascii_digit())
            && time.chars().all(|c| c.is_ascii_digit() || ":.+- ZzAaPpMm\u{202f}".contains(c));
        let separator = date.chars().find(|c| "-/.".contains(*c)).ok_or(Misread::Invalid)?;
        let parts: Vec<&str> = date.split(separator).collect();
        let [first, second, third] = parts.as_slice() else { return Err(Misread::Invalid) };
        if !is_time {
            return Err(Misread::Invalid);
        }
        if let Some(year) = year(first) {
            return Self::new(year, short(second), short(third)).ok_or(Misread::Invalid);
        }
        let year = year(third).ok_or(Misread::Invalid)?;
        let month_first = Self::new(year, short(first), short(second));
        let day_first = Self::new(year, short(second), short(first));
        match (form, month_first, day_first) {
            (Some(Form::MonthDayYear), Some(date), _) | (Some(Form::DayMonthYear), _, Some(date)) => Ok(date),
            (Some(Form::MonthDayYear | Form::DayMonthYear), _, _) | (_, None, None) => Err(Misread::Invalid),
            (_, Some(date), None) | (_, None, Some(date)) => Ok(date),
            (_, Some(one), Some(other)) if one == other => Ok(one),
            (_, Some(_), Some(_)) => Err(Misread::Ambiguous),
        }
    }

    /// The date in a form, with `-` between its parts.
    pub(crate) fn written(self, form: Form) -> String {
        let Self { year, month, day } = self;
        match form {
            Form::MonthDayYear => format!("{month:02}-{day:02}-{year:04}"),
            Form::DayMonthYear => format!("{day:02}-{month:02}-{year:04}"),
            Form::YearMonthDay => format!("{year:04}-{month:02}-{day:02}"),
        }
    }

    fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let (month, day) = (month?, day?);
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }
}

fn year(text: &str) -> Option<u16> {
    digits(text).filter(|_| text.len() == 4)
}

fn short(text: &str) -> Option<u8> {
    digits(text).filter(|_| text.len() <= 2).and_then(|number| u8::try_from(number).ok())
}

fn digits(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
