//! What an observer is told of things that are no operations: a load and a branch each while nobody listens.

use std::panic::Location;

use super::observer;
use crate::primitives::{Tag, hooked};

/// See [`Observer::shown`](super::Observer::shown).
#[inline]
pub(crate) fn shown(tag: Option<&Tag>) {
    if hooked()
        && let Some(o) = observer()
    {
        o.shown(tag);
    }
}

/// See [`Observer::numbered`](super::Observer::numbered).
#[inline]
pub(crate) fn numbered() {
    if hooked()
        && let Some(o) = observer()
    {
        o.numbered();
    }
}

/// See [`Observer::overdrawn`](super::Observer::overdrawn).
#[inline]
pub(crate) fn overdrawn(tag: &Tag) {
    if hooked()
        && let Some(o) = observer()
    {
        o.overdrawn(tag);
    }
}

/// As [`made`](super::made), of a part of an object: no trace tells of it.
#[inline]
#[track_caller]
pub(crate) fn known(tag: &Tag, kind: &'static str) {
    if hooked()
        && let Some(o) = observer()
    {
        o.made(tag, kind, 0, Location::caller());
    }
}
