//! Demos: a prediction, the demo itself, and why it is so.

use super::lesson::{Sitting, Step};
use super::{Context, programs};
use crate::curriculum::{Lesson, Show};
use crate::page::{self, pager};
use crate::report::{Exit, Look, Problem, Result};
use crate::stage::Stage;
use crate::text;
use serde_json::json;

/// Asks for a prediction where there is one and someone to ask, runs the demo, and says why it is so.
pub fn predicted(sitting: &Sitting, demo: Show) -> Result<(Step, Seen)> {
    let r = &sitting.cx.report;
    let predict = sitting.quiz.predict.iter().find(|p| p.demo == demo.name());
    let mut guess = None;
    if let Some(p) = predict {
        sitting
            .cx
            .markdown(format!("{} {}", r.warn("?"), p.question));
        for (i, choice) in p.choices.iter().enumerate() {
            sitting.cx.markdown(format!("  {}. {choice}", i + 1));
        }
        match pager::choose(r, "Your guess", p.choices.len(), "see it")? {
            Ok(choice) => guess = choice,
            Err(went) => return Ok((went.into(), Seen::default())),
        }
        r.blank();
        sitting.answered(demo.name(), guess)?;
    }
    let mut seen = Seen {
        output: perform(sitting.cx, demo, sitting.seed)?,
        says: String::new(),
    };
    if let Some(p) = predict {
        let verdict = match guess {
            Some(n) if n == p.answer => format!("{} As you said. ", r.good("✓")),
            Some(_) => format!("{} Not as you said: it is {}. ", r.bad("✗"), p.answer),
            None if r.interactive() => String::new(),
            None => format!("It is {}. ", p.answer),
        };
        seen.says = format!("{verdict}{}", p.because);
        sitting.cx.markdown(&seen.says);
        r.blank();
    }
    Ok((Step::On, seen))
}

/// What was shown of a demo, so that it can be looked at again.
#[derive(Debug, Default)]
pub struct Seen {
    output: String,
    says: String,
}

impl Seen {
    pub fn lines(&self, look: Look) -> Vec<String> {
        let mut lines: Vec<String> = self.output.lines().map(|l| look.fit(l)).collect();
        if !self.says.is_empty() {
            lines.extend(page::lines(&self.says, look));
            lines.push(String::new());
        }
        lines
    }
}

/// Runs a demo on a stage that shows it at once, and leaves an empty line below it.
///
/// Gives what was shown.
fn perform(cx: &Context, demo: Show, seed: Option<u64>) -> Result<String> {
    let r = &cx.report;
    let run = runner(cx, demo)??;
    let title = r.bold(&format!("▶ {}", demo.title()));
    r.line(&title);
    r.blank();
    let mut shown = format!("{title}\n\n");
    let head = shown.len();
    let mut stage = Stage::new(r.look(), seed, |s| {
        r.part(s);
        shown.push_str(s);
    });
    let ended = run(&mut stage);
    drop(stage);
    if shown.len() > head && !shown.ends_with('\n') {
        r.blank();
        shown.push('\n');
    }
    if !shown.ends_with("\n\n") {
        r.blank();
        shown.push('\n');
    }
    ended.map_err(|e| {
        Problem::new(format!("the demo `{}` could not run: {e}", demo.name()))
            .mend("`gotour doctor` looks for what may be missing")
    })?;
    Ok(shown)
}

/// What runs a demo.
pub type Runner = Box<dyn FnOnce(&mut Stage<'_>) -> std::io::Result<()>>;

/// What runs this demo; a program of another course is built for it. The inner error is the demo's own.
pub fn runner(cx: &Context, demo: Show) -> Result<std::result::Result<Runner, Problem>> {
    Ok(match demo {
        Show::Linked(demo) => Ok(Box::new(demo.run)),
        Show::Program(program) => programs::build(cx, program)?
            .map(|ready| -> Runner { Box::new(move |stage| ready.run(stage)) }),
    })
}

/// `gotour demo [NAME|LESSON]`.
pub fn demo(cx: &Context, wanted: Option<&str>, seed: Option<u64>) -> Result<Exit> {
    let Some(wanted) = wanted else {
        return list_demos(cx);
    };
    let book = cx.found();
    let (lesson, demos): (&Lesson, Vec<Show>) = match cx.course.find_show(wanted) {
        Ok((lesson, demo)) => (lesson, vec![demo]),
        Err(no_demo) => match cx.course.find_lesson(wanted) {
            Ok(lesson) => (lesson, lesson.shows().collect()),
            // Nobody types a number for a demo.
            Err(no_lesson) if wanted.parse::<u64>().is_ok() => return Err(no_lesson),
            Err(_) => return Err(no_demo),
        },
    };
    if cx.report.is_json() {
        let mut shown = Vec::new();
        for demo in demos {
            let run = runner(cx, demo)??;
            let mut output = String::new();
            let mut stage = Stage::new(cx.report.look(), seed, |s| output.push_str(s));
            let ended = run(&mut stage);
            drop(stage);
            shown.push(json!({
                "name": demo.name(),
                "title": demo.title(),
                "output": output,
                "error": ended.err().map(|e| e.to_string()),
            }));
        }
        cx.report.json(&shown);
        return Ok(Exit::Passed);
    }
    let mut sitting = Sitting::new(cx, lesson, book.as_ref())?;
    sitting.seed = seed;
    if demos.is_empty() {
        let n = lesson.number;
        cx.report.text(format!("Lesson {n} has no demos."));
    }
    for demo in demos {
        // Who gives a seed knows the demo, and looks for what is the same each time.
        if seed.is_some() {
            perform(cx, demo, seed)?;
        } else if let (Step::Left(exit), _) = predicted(&sitting, demo)? {
            return Ok(exit);
        }
    }
    Ok(Exit::Passed)
}

fn list_demos(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    if r.is_json() {
        let all: Vec<_> = cx
            .course
            .lessons
            .iter()
            .flat_map(|l| l.shows().map(move |d| (l, d)))
            .map(|(l, d)| json!({ "name": d.name(), "title": d.title(), "lesson": l.slug }))
            .collect();
        r.json(&all);
        return Ok(Exit::Passed);
    }
    let widest = cx
        .course
        .lessons
        .iter()
        .flat_map(|l| l.shows().map(move |d| (l, d)))
        .map(|(l, d)| text::width(&cx.course.way_to(l, d.name())))
        .max()
        .unwrap_or(0);
    for lesson in &cx.course.lessons {
        r.line(r.bold(&format!("{:>2} {}", lesson.number, lesson.title)));
        for d in lesson.shows() {
            let name = text::pad(&cx.course.way_to(lesson, d.name()), widest);
            let room = r.look().width.saturating_sub(widest + 7);
            r.line(format!(
                "     {}  {}",
                r.command(&name),
                r.look().cut(d.title(), room)
            ));
        }
    }
    r.blank();
    r.text(format!("Run one: {}", r.command("gotour demo NAME")));
    Ok(Exit::Passed)
}
