//! gotour from outside: through pipes, as scripts see it, and through a terminal, as a learner does.

mod bad_input;
mod beside;
mod book;
mod certificate;
mod check;
mod contents;
mod course;
mod desk;
mod doctor;
mod exercises;
mod glossary;
mod go;
mod house;
mod leaves;
mod lessons;
mod machine;
mod pages;
mod pipes;
mod reading_book;
mod start;
mod step;
mod terminal;
mod top;
mod trace;
mod watch;
mod workbook;
