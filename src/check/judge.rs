//! From what was found to a verdict. Nothing is read, run or printed here.
//!
//! What speaks first, when several things are wrong:
//! 1. a program that was stopped by force or died of a signal, natively: no schedule explains that better;
//! 2. a schedule that failed: it has a table, and can be replayed;
//! 3. a requirement on the structure, once every schedule is right;
//! 4. the ordinary run that ended badly or printed something else;
//! 5. the process that tried the schedules and died of it.
//!
//! Then the named wrong answers of the exercise are asked, in their order, and the first one that fits is told.

use std::collections::BTreeSet;

use crate::curriculum::{Drive, Exercise, SceneSheet};

use super::compile::Refusal;
use super::condition::{Condition, Evidence, Failed, Native, Question};
use super::drive::{Play, Scene, Stumble, script};
use super::execute::{Ended, Ran};
use super::output;
use super::source::{Extra, Finding};
use super::verdict::{
    CouldNot, Died, Explored, Facts, FailedSchedule, Named, NotYet, Tried, Verdict, When, Why,
};

/// Fewer schedules than these are no pass, unless there are no others.
const LEAST: usize = 1_000;

/// What is judged: what an exercise asks for, its conditions parsed.
#[derive(Debug)]
pub struct Task<'a> {
    pub exercise: &'a Exercise,
    require: Vec<(Condition, &'a str)>,
    wrong: Vec<(Vec<Condition>, Named)>,
    play: Option<Play<'a>>,
}

impl<'a> Task<'a> {
    /// Fails with what is wrong in exercise.toml: an author's mistake, not a learner's.
    pub fn new(exercise: &'a Exercise) -> Result<Task<'a>, String> {
        let at = |e: String| format!("exercises/{}/exercise.toml: {e}", exercise.name);
        let mut require = Vec::new();
        for r in &exercise.require {
            let condition = Condition::parse(&r.fact).map_err(at)?;
            if !condition.is_fact() {
                return Err(at(format!("`{}` is about no fact", r.fact)));
            }
            require.push((condition, r.says.as_str()));
        }
        let mut wrong = Vec::new();
        for w in &exercise.wrong {
            let conditions: Result<Vec<_>, _> =
                w.when.iter().map(|c| Condition::parse(c)).collect();
            let conditions = conditions.map_err(|e| at(format!("[[wrong]] {}: {e}", w.name)))?;
            if conditions.is_empty() {
                return Err(at(format!(
                    "[[wrong]] {}: `when` is empty, so it would always fit",
                    w.name
                )));
            }
            wrong.push((
                conditions,
                Named {
                    name: w.name.clone(),
                    title: w.title.clone(),
                    says: w.says.clone(),
                },
            ));
        }
        let play = exercise.drive.as_ref().map(play).transpose().map_err(at)?;
        Ok(Task {
            exercise,
            require,
            wrong,
            play,
        })
    }

    /// What its program is driven through, beside its schedules.
    pub fn play(&self) -> Option<&Play<'a>> {
        self.play.as_ref()
    }

    /// A scene went otherwise.
    pub fn stumbled(&self, stumble: Stumble) -> Verdict {
        let says = stumble.says.clone();
        let why = Why::Drive(Box::new(stumble));
        self.not_yet(Failed::Drive, None, why, Some(says), None)
    }

    /// What its requirements have to be asked apart for.
    pub fn questions(&self) -> BTreeSet<Question> {
        self.require
            .iter()
            .flat_map(|(c, _)| c.questions())
            .collect()
    }

    /// What the exercise forbids beside the general table.
    pub fn extras(&self) -> Vec<Extra<'_>> {
        let forbid = &self.exercise.forbid;
        forbid
            .iter()
            .map(|f| Extra {
                pattern: &f.pattern,
                says: &f.says,
            })
            .collect()
    }

    /// The file uses what it must not.
    pub fn source(&self, findings: Vec<Finding>) -> Verdict {
        self.not_yet(Failed::Source, None, Why::Source(findings), None, None)
    }

    /// The compiler refused it.
    pub fn compile(&self, errors: Vec<Refusal>) -> Verdict {
        self.not_yet(Failed::Compile, None, Why::Compile(errors), None, None)
    }

    /// The program ran, by itself and under schedules.
    pub fn runs(&self, native: &Ran, explored: Explored) -> Verdict {
        if native.ended == Ended::Cancelled {
            return Verdict::Cancelled;
        }
        let printed = String::from_utf8_lossy(&native.stdout).into_owned();
        let how = self.ending(native, &printed);
        let (explored, tried, facts) = match explored {
            Explored::Answered {
                tried,
                failure,
                facts,
            } => (Ok(failure), tried, Some(facts)),
            other => (Err(other), Tried::default(), None),
        };
        if by_force(how) {
            let died = self.died(native, how, &printed, When::Natively);
            return self.native(how, died, printed, facts);
        }
        match explored {
            Ok(Some(failure)) if how == Native::Ok && outside(&failure, &tried, facts.as_ref()) => {
                let mut died = self.died(native, Native::NoRun, &printed, When::UnderSchedules);
                died.said = Some(OUTSIDE.to_string());
                self.native(Native::NoRun, died, printed, facts)
            }
            Ok(Some(failure)) => {
                let (failed, output) = (failure.kind, failure.output.clone());
                let why = Why::Schedule(failure, tried);
                self.not_yet(failed, Some(how), why, Some(output), facts)
            }
            // Whether an ordinary run goes wrong is a matter of luck: what is always missing is said first, and so the
            // same program gets the same verdict.
            Ok(None) if how != Native::Ok && how != Native::Timeout => {
                let printed_then = printed.clone();
                match self.structure(how, tried, facts.clone().unwrap_or_default(), printed_then) {
                    Verdict::Passed(_) => {
                        let died = self.died(native, how, &printed, When::Natively);
                        self.native(how, died, printed, facts)
                    }
                    missing => missing,
                }
            }
            _ if how != Native::Ok => {
                let died = self.died(native, how, &printed, When::Natively);
                self.native(how, died, printed, facts)
            }
            Err(Explored::Died(ran, begun)) => self.died_exploring(&ran, begun),
            Err(Explored::Unable(why)) => self.unable(why),
            Err(_) => Verdict::CouldNot(CouldNot {
                what: "the schedules were not tried".to_string(),
                text: Vec::new(),
                mend: "check again".to_string(),
            }),
            Ok(None) if !tried.exhausted && tried.ran < LEAST.min(tried.asked) => {
                Verdict::CouldNot(CouldNot {
                    what: format!(
                        "only {} of {} schedules ran in {} s: too few to pass",
                        tried.ran,
                        tried.asked,
                        tried.elapsed.as_secs()
                    ),
                    text: Vec::new(),
                    mend: "check again when the machine has less to do".to_string(),
                })
            }
            Ok(None) => self.structure(how, tried, facts.unwrap_or_default(), printed),
        }
    }

    /// One schedule that was asked for by name.
    pub fn replayed(&self, explored: Explored) -> Verdict {
        match explored {
            Explored::Answered {
                tried,
                failure: Some(failure),
                facts,
            } => {
                let (failed, output) = (failure.kind, failure.output.clone());
                let why = Why::Schedule(failure, tried);
                self.not_yet(failed, None, why, Some(output), Some(facts))
            }
            Explored::Answered { tried, .. } => Verdict::Passed(tried),
            Explored::Died(ran, begun) => self.died_exploring(&ran, begun),
            Explored::Unable(why) => self.unable(why),
            Explored::NotTried => Verdict::Cancelled,
        }
    }

    /// The library cannot run this program under schedules.
    fn unable(&self, why: String) -> Verdict {
        let died = Died {
            how: Native::NoRun,
            when: When::UnderSchedules,
            said: Some(why),
            place: Vec::new(),
            number: 0,
            printed: Vec::new(),
            difference: Vec::new(),
        };
        self.native(Native::NoRun, died, String::new(), None)
    }

    /// Every schedule was right; now how it was done.
    fn structure(&self, how: Native, tried: Tried, facts: Facts, printed: String) -> Verdict {
        let seen = Evidence {
            facts: Some(&facts),
            ..Evidence::default()
        };
        let unmet = self.require.iter().position(|(c, _)| !c.holds(&seen));
        let Some(at) = unmet else {
            return Verdict::Passed(tried);
        };
        let says = match past_the_library(&printed, &facts) {
            true => "Who prints what cannot be seen: all of it goes past this library.",
            false => self.require[at].1,
        };
        let why = Why::Require {
            number: at + 1,
            says: says.to_string(),
            tried,
        };
        self.not_yet(Failed::Require, Some(how), why, Some(printed), Some(facts))
    }

    /// The process that tried the schedules ended without an answer, and the ordinary run went well.
    fn died_exploring(&self, ran: &Ran, begun: bool) -> Verdict {
        if ran.ended == Ended::Cancelled {
            return Verdict::Cancelled;
        }
        let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
        let how = match how_it_ended(ran) {
            // It left from inside of `run`, with an exit code that says nothing.
            Native::Ok if begun => Native::Exit,
            // It went its ordinary way to its end, and nothing on it asked for a schedule.
            Native::Ok => Native::NoRun,
            how => how,
        };
        let died = self.died(ran, how, &printed, When::UnderSchedules);
        self.native(how, died, printed, None)
    }

    fn native(&self, how: Native, died: Died, printed: String, facts: Option<Facts>) -> Verdict {
        let why = Why::Native(died);
        self.not_yet(Failed::Native, Some(how), why, Some(printed), facts)
    }

    fn ending(&self, ran: &Ran, printed: &str) -> Native {
        match how_it_ended(ran) {
            Native::Ok if !self.fits(printed) => Native::Output,
            how => how,
        }
    }

    fn fits(&self, printed: &str) -> bool {
        output::fits(self.exercise.output, self.exercise.expected, printed)
    }

    fn died(&self, ran: &Ran, how: Native, printed: &str, when: When) -> Died {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        let (said, place) = last_words(how, &stderr, ran.dump.as_deref());
        let mut first: Vec<String> = printed.lines().take(5).map(str::to_string).collect();
        if printed.lines().nth(5).is_some() {
            first.truncate(4);
            first.push("...".to_string());
        }
        Died {
            how,
            when,
            said,
            place,
            number: match ran.ended {
                Ended::Exit(code) => u64::try_from(code).unwrap_or_default(),
                Ended::Signal(signal) => u64::try_from(signal).unwrap_or_default(),
                Ended::Memory(bytes) => bytes,
                Ended::Output => (ran.stdout.len() + ran.stderr.len()) as u64,
                Ended::Time | Ended::Cancelled => ran.allowed.as_secs(),
            },
            printed: first,
            difference: if how == Native::Output {
                output::difference(self.exercise.output, self.exercise.expected, printed)
            } else {
                Vec::new()
            },
        }
    }

    /// Puts a verdict together, and asks the named wrong answers.
    fn not_yet(
        &self,
        failed: Failed,
        native: Option<Native>,
        why: Why,
        printed: Option<String>,
        facts: Option<Facts>,
    ) -> Verdict {
        let forbidden: Vec<(String, String)> = match &why {
            Why::Source(findings) => findings
                .iter()
                .map(|f| (f.pattern.clone(), f.found.clone()))
                .collect(),
            _ => Vec::new(),
        };
        let seen = Evidence {
            failed: Some(failed),
            native,
            output: printed.as_deref(),
            said: match &why {
                Why::Schedule(failed, _) => Some(&failed.message),
                _ => None,
            },
            facts: facts.as_ref(),
            forbidden: &forbidden,
            require: match &why {
                Why::Require { number, .. } => Some(*number),
                _ => None,
            },
            scene: match &why {
                Why::Drive(stumble) => Some(&stumble.scene),
                _ => None,
            },
        };
        let named = self
            .wrong
            .iter()
            .find(|(conditions, _)| conditions.iter().all(|c| c.holds(&seen)))
            .map(|(_, named)| named.clone());
        let past = |f| past_the_library(seen.output.unwrap_or_default(), f);
        let named = match facts.as_ref() {
            Some(f) if failed == Failed::Require && past(f) => Some(println_of_std()),
            _ => named,
        };
        Verdict::NotYet(Box::new(NotYet {
            failed,
            native,
            why,
            named,
            output: printed,
            suspects: Vec::new(),
            facts,
        }))
    }
}

/// The scenes of an exercise, their steps parsed.
fn play(sheet: &Drive) -> Result<Play<'_>, String> {
    Ok(Play {
        listens: &sheet.listens,
        aside: &sheet.aside,
        scenes: sheet.scene.iter().map(scene).collect::<Result<_, _>>()?,
        load: sheet.load.as_ref(),
    })
}

fn scene(sheet: &SceneSheet) -> Result<Scene<'_>, String> {
    Ok(Scene {
        name: &sheet.name,
        title: &sheet.title,
        steps: script::parse(&sheet.steps)
            .map_err(|e| format!("[[drive.scene]] {}: {e}", sheet.name))?,
    })
}

const OUTSIDE: &str = "It prints outside of `run(|| { ... })`: before it, or after it. Only what happens inside is tried \
    under other schedules, so everything that the exercise asks for has to stand there, in one call of run.";

/// Whether a program that prints the right thing when it just runs prints nothing inside of `run`, whatever the schedule.
fn outside(f: &FailedSchedule, tried: &Tried, facts: Option<&Facts>) -> bool {
    let prints = facts.and_then(|f| f.get("prints")).map_or(0, |p| p.1);
    f.kind == Failed::Output
        && f.output.trim().is_empty()
        && tried.failed == tried.ran
        && prints == 0
}

/// Whether a schedule could not explain it better.
pub fn by_force(how: Native) -> bool {
    matches!(
        how,
        Native::Memory | Native::Flood | Native::Signal | Native::Overflow | Native::Exit
    )
}

/// How a process ended, its output aside.
pub fn how_it_ended(ran: &Ran) -> Native {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    let overflow =
        stderr.contains("has overflowed its stack") || stderr.contains("goroutine stack exceeds");
    let starts = |word: &str| stderr.lines().any(|l| l.starts_with(word));
    match ran.ended {
        Ended::Exit(0) | Ended::Cancelled => Native::Ok,
        Ended::Time => Native::Timeout,
        Ended::Memory(_) => Native::Memory,
        Ended::Output => Native::Flood,
        Ended::Signal(_) if overflow => Native::Overflow,
        Ended::Signal(_) => Native::Signal,
        Ended::Exit(2) if overflow => Native::Overflow,
        Ended::Exit(2) if starts("fatal error: all goroutines are asleep") => Native::Deadlock,
        Ended::Exit(2) if starts("fatal error: ") => Native::Fatal,
        Ended::Exit(2) if starts("panic: ") => Native::Panic,
        // Rust's own, before `run` was called or after it.
        Ended::Exit(101) if stderr.contains("panicked at ") => Native::Panic,
        Ended::Exit(_) => Native::Exit,
    }
}

/// The line that says what happened, and the lines that say where.
fn last_words(how: Native, stderr: &str, dump: Option<&str>) -> (Option<String>, Vec<String>) {
    let lines: Vec<&str> = stderr.lines().collect();
    let find = |word: &str| lines.iter().position(|l| l.starts_with(word));
    match how {
        Native::Panic => match find("panic: ") {
            Some(at) => {
                let said = lines[at]["panic: ".len()..].to_string();
                (Some(said), goroutine(&lines[at + 1..]))
            }
            // Rust prints `thread 'main' panicked at file:line:` and the text on the next line.
            None => match lines.iter().position(|l| l.contains("panicked at ")) {
                Some(at) => {
                    let place = lines[at].trim_end_matches(':').to_string();
                    (lines.get(at + 1).map(|l| (*l).to_string()), vec![place])
                }
                None => (None, Vec::new()),
            },
        },
        Native::Deadlock | Native::Fatal => match find("fatal error: ") {
            Some(at) => {
                let said = lines[at]["fatal error: ".len()..].to_string();
                (Some(said), goroutine(&lines[at + 1..]))
            }
            None => (None, Vec::new()),
        },
        Native::Timeout => {
            let dump: Vec<&str> = dump.unwrap_or_default().lines().collect();
            (None, goroutine(&dump))
        }
        _ => (None, Vec::new()),
    }
}

/// The first goroutine of a traceback: from its `goroutine N [state]:` to the next empty line.
fn goroutine(lines: &[&str]) -> Vec<String> {
    lines
        .iter()
        .skip_while(|l| !l.starts_with("goroutine "))
        .take_while(|l| !l.is_empty())
        .take(6)
        .map(|l| l.replace('\t', "    "))
        .collect()
}

/// Whether something was printed, and nothing of it through the library: nobody knows by whom then.
fn past_the_library(printed: &str, facts: &Facts) -> bool {
    let none = facts.get("prints").is_some_and(|(_, most)| *most == 0);
    none && !printed.trim().is_empty()
}

fn println_of_std() -> Named {
    Named {
        name: "println-of-std".to_string(),
        title: "The println! of std".to_string(),
        says: "The lines are right. But the println! that is used here is that of std (or the lines are written in another \
               way), and it does not tell the check who prints. Put `use goroutines::println;` at the top of the file, and \
               leave the rest as it is."
            .to_string(),
    }
}
