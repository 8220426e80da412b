//! The little language of `when` and `fact` in exercise.toml: parsed once, then asked about what a check found.
//!
//! One condition a string:
//! - `goroutines.min >= 2`: a fact, its smallest (`.min`) or largest (`.max`) value over all schedules, or how far these two
//!   are apart (`.spread`); `==  !=  <  <=  >  >=`
//! - `failed == deadlock` (or `!=`): what stopped the check
//! - `native == panic` (or `!=`): how the ordinary run went
//! - `output contains "text"`, `output == "text"`: what the failing schedule printed
//! - `said contains "text"`: the panic's text, or what else the failing schedule ended with
//! - `forbidden == "std::thread"`: the pattern that was found, or the start of the found path
//! - `require == 2`: the requirement that was not met, from 1
//! - `scene == "talk"`: the scene in which a driven program went wrong; `output` is then the sentence that says how
//!
//! Several of them with `||` between: one of them has to hold.

use std::collections::BTreeMap;
use std::fmt;

use super::source::starts_with;

/// The facts that a check reports: each is a smallest and a largest value over the schedules.
pub const FACTS: &[&str] = &[
    "goroutines",
    "forked",
    "alive",
    "overlap",
    "unfinished",
    "sleeps",
    "timers",
    "deadlines",
    "gosched",
    "sends",
    "recvs",
    "selects",
    "closes",
    "locks",
    "mutexes",
    "held_together",
    "relocks",
    "conds",
    "cond_waiters",
    "signals",
    "idle",
    "waits",
    "adds",
    "added",
    "main_adds",
    "dones",
    "atomics",
    "calls",
    "locked_calls",
    "callers",
    "main_calls",
    "calls_at_once",
    "shared_reads",
    "shared_writes",
    "main_sends",
    "main_atomics",
    "main_recvs",
    "main_waits",
    "main_reads",
    "polls",
    "vain",
    "panics",
    "foreign_closes",
    "common",
    "unguarded",
    "unlocked_reads",
    "unlocked_writes",
    "prints",
    "printers",
    "main_prints",
    "who_printed",
    "chans",
    "buffered_chans",
    "workers_that_wrote",
    "writes_by_main",
    "heeded",
    "unheeded",
    "endless",
    "signs",
    "jumped",
    "held_up",
];

/// Those of them that a passing program is asked for apart, each with the question that it answers: see `explore/heed.rs`
/// and `explore/otherwise.rs` of the library.
const APART: &[(&str, Question)] = &[
    ("heeded", Question::Heed),
    ("unheeded", Question::Heed),
    ("endless", Question::Heed),
    ("signs", Question::Signs),
    ("jumped", Question::Panics),
    ("held_up", Question::Holds),
];

/// What a program is asked apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    Heed,
    Signs,
    Panics,
    Holds,
}

/// A set of words, each with its variant.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            fn from_word(word: &str) -> Result<$name, String> {
                match word {
                    $($word => Ok($name::$variant),)*
                    _ => {
                        let known: Vec<_> = $name::ALL.iter().map(|v| v.word()).collect();
                        Err(format!("{word:?} is none of {}", known.join(", ")))
                    }
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// What stopped a check.
    Failed {
        /// Something forbidden is in the file.
        Source = "source",
        Compile = "compile",
        /// The ordinary run, or the process that tries the schedules, ended badly.
        Native = "native",
        /// A schedule printed something else.
        Output = "output",
        Deadlock = "deadlock",
        Leak = "leak",
        Panic = "panic",
        Fatal = "fatal",
        Race = "race",
        /// A schedule did not come to an end within the step limit.
        Steps = "steps",
        /// The same schedule gave two different runs.
        Nondeterminism = "nondeterminism",
        /// A requirement on the structure is not met.
        Require = "require",
        /// A scene that the program was driven through went otherwise.
        Drive = "drive",
    }
}

words! {
    /// How the ordinary run went.
    Native {
        Ok = "ok",
        /// It ended well and printed something else.
        Output = "output",
        Panic = "panic",
        Fatal = "fatal",
        Deadlock = "deadlock",
        Timeout = "timeout",
        Memory = "memory",
        Flood = "flood",
        /// It ran into its stack's guard page.
        Overflow = "overflow",
        Signal = "signal",
        /// It left with an exit code of its own.
        Exit = "exit",
        /// It ended without having called `run`.
        NoRun = "norun",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Compare {
    fn from_word(word: &str) -> Option<Compare> {
        Some(match word {
            "==" => Compare::Eq,
            "!=" => Compare::Ne,
            "<" => Compare::Lt,
            "<=" => Compare::Le,
            ">" => Compare::Gt,
            ">=" => Compare::Ge,
            _ => return None,
        })
    }

    fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Compare::Eq => a == b,
            Compare::Ne => a != b,
            Compare::Lt => a < b,
            Compare::Le => a <= b,
            Compare::Gt => a > b,
            Compare::Ge => a >= b,
        }
    }
}

/// One condition: the alternatives, of which one has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(Vec<What>);

/// What of a fact is compared, over all schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Smallest,
    Largest,
    /// The largest less the smallest: 0 if it is the same in every schedule.
    Spread,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Fact {
        name: String,
        over: Over,
        compare: Compare,
        number: u64,
    },
    Failed(bool, Failed),
    Native(bool, Native),
    OutputContains(String),
    OutputIs(String),
    Said(String),
    Forbidden(String),
    Require(bool, usize),
    Scene(String),
}

/// What a check found, as far as conditions ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    pub failed: Option<Failed>,
    pub native: Option<Native>,
    /// What the failing schedule printed, or the ordinary run when no schedule failed.
    pub output: Option<&'a str>,
    /// What the failing schedule ended with, in words.
    pub said: Option<&'a str>,
    /// Smallest and largest value of each fact; none when no schedule ran.
    pub facts: Option<&'a BTreeMap<String, (u64, u64)>>,
    /// The patterns and the paths that were found in the file.
    pub forbidden: &'a [(String, String)],
    /// The requirement that was not met, from 1.
    pub require: Option<usize>,
    /// The scene that went otherwise.
    pub scene: Option<&'a str>,
}

impl Condition {
    pub fn parse(text: &str) -> Result<Condition, String> {
        parse(text)
            .map(Condition)
            .map_err(|why| format!("`{text}`: {why}"))
    }

    /// What a program has to be asked apart for the facts that this is about.
    pub fn questions(&self) -> impl Iterator<Item = Question> + '_ {
        let asked = |name: &str| APART.iter().find(|(n, _)| *n == name).map(|(_, q)| *q);
        self.0.iter().filter_map(move |w| match w {
            What::Fact { name, .. } => asked(name),
            _ => None,
        })
    }

    /// Whether this is about a fact, as a requirement has to be.
    pub fn is_fact(&self) -> bool {
        self.0.iter().all(|w| matches!(w, What::Fact { .. }))
    }

    pub fn holds(&self, seen: &Evidence<'_>) -> bool {
        self.0.iter().any(|w| w.holds(seen))
    }
}

impl What {
    fn holds(&self, seen: &Evidence<'_>) -> bool {
        match self {
            What::Fact {
                name,
                over,
                compare,
                number,
            } => seen.facts.is_some_and(|facts| {
                let (min, max) = facts.get(name).copied().unwrap_or_default();
                let value = match over {
                    Over::Smallest => min,
                    Over::Largest => max,
                    Over::Spread => max - min,
                };
                compare.holds(value, *number)
            }),
            What::Failed(is, failed) => (seen.failed == Some(*failed)) == *is,
            What::Native(is, native) => (seen.native == Some(*native)) == *is,
            What::OutputContains(text) => seen.output.is_some_and(|o| o.contains(text)),
            What::OutputIs(text) => seen
                .output
                .is_some_and(|o| o == text || o.trim_end() == text.trim_end()),
            What::Said(text) => seen.said.is_some_and(|s| s.contains(text)),
            What::Forbidden(pattern) => seen
                .forbidden
                .iter()
                .any(|(p, found)| p == pattern || starts_with(found, pattern)),
            What::Require(is, number) => (seen.require == Some(*number)) == *is,
            What::Scene(name) => seen.scene == Some(name),
        }
    }
}

fn parse(text: &str) -> Result<Vec<What>, String> {
    let words = words(text)?;
    words
        .split(|w| !w.quoted && w.text == "||")
        .map(one)
        .collect()
}

fn one(words: &[Word]) -> Result<What, String> {
    let mut words = words.iter().cloned();
    let mut next = |what: &str| words.next().ok_or_else(|| format!("{what} is missing"));
    let subject = next("what is asked about")?.plain()?;
    let operator = next("the comparison")?.plain()?;
    let value = next("the value")?;
    if let Ok(more) = next("") {
        return Err(format!("{:?} is one word too many", more.text));
    }
    let is = || match operator.as_str() {
        "==" => Ok(true),
        "!=" => Ok(false),
        _ => Err(format!("{subject} knows == and !=, not {operator:?}")),
    };
    let only = || {
        if is()? {
            Ok(())
        } else {
            Err(format!("{subject} knows only =="))
        }
    };
    match subject.as_str() {
        "failed" => Ok(What::Failed(is()?, Failed::from_word(&value.plain()?)?)),
        "native" => Ok(What::Native(is()?, Native::from_word(&value.plain()?)?)),
        "require" => Ok(What::Require(is()?, value.number()? as usize)),
        "forbidden" => only().and_then(|()| Ok(What::Forbidden(value.quoted()?))),
        "scene" => only().and_then(|()| Ok(What::Scene(value.quoted()?))),
        "output" if operator == "contains" => Ok(What::OutputContains(value.quoted()?)),
        "said" if operator == "contains" => Ok(What::Said(value.quoted()?)),
        "said" => Err("said knows only contains".to_string()),
        "output" => only().and_then(|()| Ok(What::OutputIs(value.quoted()?))),
        _ => {
            let (name, end) = subject
                .rsplit_once('.')
                .ok_or_else(|| format!("{subject:?} is nothing that can be asked about"))?;
            if !FACTS.contains(&name) {
                return Err(format!(
                    "{name:?} is none of the facts {}",
                    FACTS.join(", ")
                ));
            }
            let over = match end {
                "min" => Over::Smallest,
                "max" => Over::Largest,
                "spread" => Over::Spread,
                _ => return Err(format!("a fact has .min, .max and .spread, not .{end}")),
            };
            Ok(What::Fact {
                name: name.to_string(),
                over,
                compare: Compare::from_word(&operator)
                    .ok_or_else(|| format!("{operator:?} is no comparison"))?,
                number: value.number()?,
            })
        }
    }
}

#[derive(Clone)]
struct Word {
    text: String,
    quoted: bool,
}

impl Word {
    fn plain(self) -> Result<String, String> {
        if self.quoted {
            Err(format!("{:?} stands in quotes and should not", self.text))
        } else {
            Ok(self.text)
        }
    }

    fn quoted(self) -> Result<String, String> {
        if self.quoted {
            Ok(self.text)
        } else {
            Err(format!("{:?} should stand in quotes", self.text))
        }
    }

    fn number(self) -> Result<u64, String> {
        let text = self.plain()?;
        text.parse().map_err(|_| format!("{text:?} is no number"))
    }
}

/// Splits at blanks; a text in double quotes is one word, with `\n`, `\t`, `\"` and `\\` in it.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            let mut word = String::new();
            loop {
                match chars.next().ok_or("the closing quote is missing")? {
                    '"' => break,
                    '\\' => word.push(match chars.next() {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some(c @ ('"' | '\\')) => c,
                        _ => return Err("after \\ comes n, t, \" or \\".to_string()),
                    }),
                    c => word.push(c),
                }
            }
            words.push(Word {
                text: word,
                quoted: true,
            });
        } else {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|c| !c.is_whitespace() && *c != '"') {
                word.push(c);
            }
            words.push(Word {
                text: word,
                quoted: false,
            });
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, seen: &Evidence<'_>) -> bool {
        Condition::parse(text)
            .unwrap_or_else(|why| panic!("{why}"))
            .holds(seen)
    }

    #[test]
    fn facts_compare_their_ends() {
        let facts = BTreeMap::from([("sleeps".to_string(), (1, 3))]);
        let seen = Evidence {
            facts: Some(&facts),
            ..Evidence::default()
        };
        for (text, right) in [
            ("sleeps.min == 1", true),
            ("sleeps.max == 1", false),
            ("sleeps.max > 2", true),
            ("sleeps.max >= 3", true),
            ("sleeps.max < 3", false),
            ("sleeps.min <= 1", true),
            ("sleeps.min != 1", false),
            ("sleeps.spread == 2", true),
            ("locks.spread == 0", true),
            ("locks.max == 0", true),
            ("locks.max > 0", false),
            ("locks.max > 0 || sleeps.max >= 3", true),
            ("locks.max > 0 || sleeps.min >= 3 || sends.max > 0", false),
        ] {
            assert_eq!(holds(text, &seen), right, "{text}");
        }
        // Nothing ran: nothing is known, not even that it was zero.
        assert!(!holds("locks.max == 0", &Evidence::default()));
    }

    #[test]
    fn words_and_texts() {
        let forbidden = [("std::thread".to_string(), "std::thread::park".to_string())];
        let seen = Evidence {
            failed: Some(Failed::Output),
            native: Some(Native::Ok),
            output: Some("a \"b\"\nc\n"),
            said: Some("send on closed channel"),
            forbidden: &forbidden,
            require: Some(2),
            scene: Some("talk"),
            ..Evidence::default()
        };
        for (text, right) in [
            ("failed == output", true),
            ("failed != output", false),
            ("failed == race", false),
            ("said contains \"closed channel\"", true),
            ("said contains \"None\"", false),
            ("native == ok", true),
            ("native != timeout", true),
            ("output contains \"b\\\"\\nc\"", true),
            ("output contains \"x\"", false),
            ("output == \"a \\\"b\\\"\\nc\"", true),
            ("forbidden == \"std::thread\"", true),
            ("forbidden == \"std::thread::park\"", true),
            ("forbidden == \"std::thr\"", false),
            ("require == 2", true),
            ("require == 1", false),
            ("scene == \"talk\"", true),
            ("scene == \"load\"", false),
            ("failed == race || failed == output", true),
            ("require == 1 || output == \"||\"", false),
        ] {
            assert_eq!(holds(text, &seen), right, "{text}");
        }
    }

    #[test]
    fn an_authors_mistake_is_named() {
        for (text, part) in [
            ("", "missing"),
            ("failed ==", "value is missing"),
            ("failed == outputs", "none of source, compile"),
            ("failed > output", "knows == and !="),
            ("goroutine.min > 1", "none of the facts"),
            ("goroutines.mean > 1", ".min, .max and .spread"),
            ("goroutines.min => 1", "no comparison"),
            ("goroutines.min > two", "no number"),
            ("goroutines.min > 1 2", "too many"),
            ("output contains x", "quotes"),
            ("output contains \"x", "closing quote"),
            ("output != \"x\"", "only =="),
            ("failed == \"output\"", "should not"),
            ("speed > 1", "nothing that can be asked"),
            ("failed == race ||", "missing"),
            ("failed == race || output", "missing"),
        ] {
            let why = Condition::parse(text).expect_err(text);
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
