//! The demos of the lesson "Fork and join".

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[];
