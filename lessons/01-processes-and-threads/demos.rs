//! The demos of the lesson "Processes and threads".

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[];
