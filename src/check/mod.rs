//! A check: looks at the file, builds it, runs it, tries its schedules, and judges.

pub mod compile;
pub mod condition;
pub mod execute;
pub mod rules;
pub mod source;
