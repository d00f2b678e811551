//! A place among the users who may be deactivated.

use crate::store::{Deactivated, RailWrite, Store, Write};

/// A reserved place. It gives itself back when it is dropped, unless it was [kept](Self::keep).
#[derive(Debug)]
pub(in super::super) struct Reservation {
    store: Store,
    place: Option<Deactivated>,
}

impl Reservation {
    /// A place that the store has recorded.
    pub(super) const fn new(store: Store, place: Deactivated) -> Self {
        Self { store, place: Some(place) }
    }

    /// The user was deactivated, or may have been: they count until the window has passed.
    pub(in super::super) fn keep(mut self) {
        self.place = None;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // Whoever reserves a place next commits behind this and counts without it.
            self.store.submit(vec![Write::Rail(RailWrite::Remains(place))]);
        }
    }
}
