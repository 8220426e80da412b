//! A program that runs, looked at while it does: its goroutines by state and place, its Ps, its threads.

mod frame;
mod program;
mod screen;
mod show;

pub use frame::{Frame, Rates};
pub use program::{Program, Streams};
pub use screen::{Left, look};
pub use show::text;
