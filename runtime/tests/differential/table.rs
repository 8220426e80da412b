//! A row of the table of cases: which program, with how many Ps, and what of its texts is left out.

use crate::normal::{self, Rule};
use crate::process::{Program, Ran};

/// A small program that is here and in `go/`.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub run: fn(),
    /// The values of GOMAXPROCS that it is run with.
    pub procs: &'static [usize],
    pub env: &'static [(&'static str, &'static str)],
    /// How often it may be tried until it comes out as it should.
    pub tries: usize,
    /// What else is left out of both of its texts.
    pub rule: Option<Rule>,
}

/// A case whose outcome is the same with any number of Ps.
pub const fn any(name: &'static str, run: fn()) -> Case {
    Case {
        name,
        run,
        procs: &[1, 4],
        env: &[],
        tries: 1,
        rule: None,
    }
}

/// A case whose outcome is certain with one P only.
pub const fn one(name: &'static str, run: fn()) -> Case {
    Case {
        procs: &[1],
        ..any(name, run)
    }
}

impl Case {
    /// For what no machine promises: that it does not pause for a millisecond, or for as long as two timers are apart. A
    /// Mutex starves then, and timers that should be due one after the other are due at once.
    pub const fn if_nothing_pauses(self) -> Case {
        Case { tries: 4, ..self }
    }

    pub const fn with(self, rule: Rule) -> Case {
        Case {
            rule: Some(rule),
            ..self
        }
    }

    pub const fn env(self, env: &'static [(&'static str, &'static str)]) -> Case {
        Case { env, ..self }
    }

    /// What a program makes of it, without what may differ.
    pub fn ran_by(&self, program: &Program, procs: usize) -> Ran {
        let ran = program.case(self.name, procs, self.env);
        let normal = |text: String| {
            let text = self.rule.map_or(text.clone(), |rule| rule(&text));
            normal::tracebacks(&text)
        };
        Ran {
            exit: ran.exit,
            out: normal(ran.out),
            err: normal(ran.err),
        }
    }
}
