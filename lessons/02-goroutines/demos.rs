//! The demos of the lesson "Goroutines".

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[];
