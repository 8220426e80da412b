//! What the goroutines of a program with one P say, in order: for tests of who runs when.

use std::sync::{Arc, Mutex};

use goroutines::{Builder, runtime};

/// What they said.
#[derive(Clone, Default)]
pub struct Said(Arc<Mutex<Vec<String>>>);

impl Said {
    pub fn add(&self, word: impl ToString) {
        self.0.lock().unwrap().push(word.to_string());
    }
}

/// Until all others have ended or wait.
pub fn settle() {
    for _ in 0..100 {
        runtime::gosched();
    }
}

/// What a program with one P says until all have ended or wait.
#[allow(dead_code, reason = "not every binary wants the list")]
pub fn said(program: impl FnOnce(&Said)) -> Vec<String> {
    let said = Said::default();
    Builder::new().procs(1).run(|| {
        program(&said);
        settle();
    });
    std::mem::take(&mut *said.0.lock().unwrap())
}

/// Compares that with what Go says.
#[track_caller]
pub fn order(go_says: &str, program: impl FnOnce(&Said)) {
    assert_eq!(said(program).join(" "), go_says);
}
