//! Levels to be played: the learner says who runs next, and has to break a program.

pub mod game;
pub mod levels;
mod screen;
#[cfg(test)]
mod tests;

pub use screen::{Left, Win, counted, play, switches_in_words};
