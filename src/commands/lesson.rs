//! Lessons as they are gone through: their texts, demos with predictions, and quizzes.

use super::{Context, tour};
use crate::curriculum::{Lesson, Part, Predict, Question, Quiz};
use crate::page::{
    self,
    pager::{self, Ways, Went},
};
use crate::progress::Progress;
use crate::report::{Exit, Problem, Result};
use crate::stage::{Demo, Stage};
use crate::text;
use crate::workbook::Workbook;
use serde_json::json;

/// How a part of a lesson ended.
enum Step {
    On,
    Left(Exit),
}

impl From<Went> for Step {
    fn from(went: Went) -> Self {
        match went {
            Went::On => Step::On,
            Went::Stop => Step::Left(Exit::Passed),
            Went::Interrupted => Step::Left(Exit::Interrupted),
        }
    }
}

/// `gotour read [LESSON]`: from its beginning.
pub fn read(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    let book = cx.found();
    let lesson = named_or_current(cx, wanted, book.as_ref())?;
    if cx.report.is_json() {
        let parts: Vec<_> = lesson
            .parts()?
            .into_iter()
            .map(|p| match p {
                Part::Text(t) => json!({ "text": t }),
                Part::Demo(n) => json!({ "demo": n }),
                Part::Picture(n) => json!({ "picture": n }),
                Part::Exercise(n) => json!({ "exercise": n }),
                Part::Quiz => json!({ "quiz": lesson.slug }),
            })
            .collect();
        cx.report.json(&json!({
            "number": lesson.number,
            "name": lesson.slug,
            "title": lesson.title,
            "parts": parts,
        }));
        return Ok(Exit::Passed);
    }
    read_from(cx, lesson, 0, book.as_ref())
}

/// The lesson that was named, else the one that the learner is in.
fn named_or_current<'a>(
    cx: &'a Context,
    wanted: Option<&str>,
    book: Option<&Workbook>,
) -> Result<&'a Lesson> {
    if let Some(wanted) = wanted {
        return cx.course.find_lesson(wanted);
    }
    let progress = match book {
        Some(book) => cx.load(&book.progress())?,
        None => Progress::default(),
    };
    Ok(match tour::todo(cx, &progress) {
        tour::Todo::Read { lesson, .. } => lesson,
        tour::Todo::Solve(e) => cx.course.lesson_of(&e),
        tour::Todo::Done => &cx.course.lessons[0],
    })
}

/// Goes through a lesson from a part on, and remembers how far the learner came.
pub fn read_from(
    cx: &Context,
    lesson: &Lesson,
    place: usize,
    book: Option<&Workbook>,
) -> Result<Exit> {
    let parts = lesson.parts()?;
    // A text that became shorter since: its last part is shown again.
    let place = place.min(parts.len().saturating_sub(1));
    let mut quiz = None;
    if place > 0 {
        cx.report.line(cx.report.dim(&format!(
            "lesson {}, {}, from where you left it",
            lesson.number, lesson.title
        )));
        cx.report.blank();
    }
    for (i, part) in parts.iter().enumerate().skip(place) {
        let next = parts.get(i + 1);
        let on = on(next);
        let step = match part {
            Part::Text(md) => prose(cx, md, on)?,
            Part::Demo(name) | Part::Picture(name) => {
                let quiz = match &quiz {
                    Some(q) => q,
                    None => quiz.insert(lesson.quiz()?),
                };
                demo_in_lesson(cx, lesson, quiz, name, next.is_some().then_some(on), book)?
            }
            Part::Exercise(name) => {
                exercise_in_lesson(cx, name, next.is_some().then_some(on), book)?
            }
            Part::Quiz => {
                let quiz = match &quiz {
                    Some(q) => q,
                    None => quiz.insert(lesson.quiz()?),
                };
                ask_all(cx, lesson, quiz, book)?
            }
        };
        if let Step::Left(exit) = step {
            // The part that was left is where it goes on: it was not seen to its end.
            if exit == Exit::Passed && book.is_some() {
                let r = &cx.report;
                r.text(format!("{} goes on from here.", r.command("gotour next")));
            }
            return Ok(exit);
        }
        remember(cx, lesson, i + 1, parts.len(), book)?;
    }
    let r = &cx.report;
    r.text(format!(
        "This is the end of lesson {}, {}.",
        lesson.number, lesson.title
    ));
    if lesson.exercises().next().is_some() {
        r.text(format!(
            "Its exercises come next: {}",
            r.command("gotour next")
        ));
    } else {
        r.text(format!("Go on: {}", r.command("gotour next")));
    }
    Ok(Exit::Passed)
}

/// What Enter does, in the words of the part that follows.
fn on(next: Option<&Part>) -> &'static str {
    match next {
        Some(Part::Demo(_)) => "a demo",
        Some(Part::Picture(_)) => "a picture",
        Some(Part::Exercise(_)) => "an exercise",
        Some(Part::Quiz) => "the quiz",
        Some(Part::Text(_)) => "go on",
        None => "the end",
    }
}

fn remember(
    cx: &Context,
    lesson: &Lesson,
    place: usize,
    parts: usize,
    book: Option<&Workbook>,
) -> Result<()> {
    let Some(book) = book else { return Ok(()) };
    cx.change(&book.progress(), |p| {
        let l = p.lesson_mut(lesson.slug);
        // Reading a lesson again does not make it unread.
        if place >= parts && l.read.is_none() {
            l.read = Some(text::now());
        }
        if l.read.is_some() {
            l.place = parts;
        } else {
            l.place = l.place.max(place);
        }
    })
}

fn prose(cx: &Context, md: &str, on: &str) -> Result<Step> {
    let ways = Ways { on, stop: "stop" };
    let went = pager::show(&cx.report, &|look| page::lines(md, look), ways)?;
    if matches!(went, Went::On) {
        cx.report.blank();
    }
    Ok(went.into())
}

/// An exercise at its place: it is offered, and reading can go on.
fn exercise_in_lesson(
    cx: &Context,
    name: &str,
    on: Option<&str>,
    book: Option<&Workbook>,
) -> Result<Step> {
    let e = cx.course.find_exercise(name)?;
    let r = &cx.report;
    if let Some(book) = book
        && cx.load(&book.progress())?.is_solved(e.name)
    {
        let title = e.read()?.title;
        r.text(format!(
            "{} {} · {title}, which you have solved",
            r.good("✓"),
            e.label()
        ));
        r.blank();
        return Ok(Step::On);
    }
    tour::brief(cx, &e, book)?;
    r.blank();
    match on {
        Some(_) => pause(
            cx,
            Ways {
                on: "read on",
                stop: "solve it now",
            },
        ),
        None => Ok(Step::On),
    }
}

/// Waits for the learner where one is there.
fn pause(cx: &Context, ways: Ways) -> Result<Step> {
    if !cx.report.interactive() {
        return Ok(Step::On);
    }
    Ok(pager::show(&cx.report, &|_| Vec::new(), ways)?.into())
}

/// A demo at its place: a prediction, the demo, why.
fn demo_in_lesson(
    cx: &Context,
    lesson: &Lesson,
    quiz: &Quiz,
    name: &str,
    on: Option<&str>,
    book: Option<&Workbook>,
) -> Result<Step> {
    let Some(demo) = lesson.demos.iter().find(|d| d.name == name) else {
        return Err(Problem::new(format!(
            "lessons/{}/lesson.md names a demo `{name}` that is not there",
            lesson.folder()
        )));
    };
    let predict = quiz.predict.iter().find(|p| p.demo == name);
    if let Some(exit) = predicted(cx, lesson, demo, predict, book)? {
        return Ok(Step::Left(exit));
    }
    match on {
        Some(on) => pause(cx, Ways { on, stop: "stop" }),
        None => Ok(Step::On),
    }
}

/// Asks for a prediction, runs the demo, and says why it is so. `Some` when the learner left.
fn predicted(
    cx: &Context,
    lesson: &Lesson,
    demo: &Demo,
    predict: Option<&Predict>,
    book: Option<&Workbook>,
) -> Result<Option<Exit>> {
    let r = &cx.report;
    let mut guess = None;
    if let Some(p) = predict {
        r.text(format!("{} {}", r.warn("?"), p.question));
        for (i, choice) in p.choices.iter().enumerate() {
            r.text(format!("  {}. {choice}", i + 1));
        }
        let ask = format!("Your guess, 1 to {} (Enter: see it): ", p.choices.len());
        match pager::choose(r, &ask, p.choices.len())? {
            Ok(choice) => guess = choice,
            Err(Went::Interrupted) => return Ok(Some(Exit::Interrupted)),
            Err(_) => return Ok(Some(Exit::Passed)),
        }
        r.blank();
        answered(cx, lesson, demo.name, guess, book)?;
    }
    perform(cx, demo, None)?;
    if let Some(p) = predict {
        r.blank();
        let verdict = match guess {
            Some(n) if n == p.answer => format!("{} As you said. ", r.good("✓")),
            Some(_) => format!("{} Not as you said: it is {}. ", r.bad("✗"), p.answer),
            None if r.interactive() => String::new(),
            None => format!("It is {}. ", p.answer),
        };
        r.text(format!("{verdict}{}", p.because));
    }
    r.blank();
    Ok(None)
}

/// Keeps the first answer that was given.
fn answered(
    cx: &Context,
    lesson: &Lesson,
    key: &str,
    choice: Option<usize>,
    book: Option<&Workbook>,
) -> Result<()> {
    if let (Some(book), Some(choice)) = (book, choice) {
        cx.change(&book.progress(), |p| {
            p.lesson_mut(lesson.slug)
                .answers
                .entry(key.to_string())
                .or_insert(choice);
        })?;
    }
    Ok(())
}

/// Runs a demo on a stage that shows it at once.
fn perform(cx: &Context, demo: &Demo, seed: Option<u64>) -> Result<()> {
    let r = &cx.report;
    r.line(r.bold(&format!("▶ {}", demo.title)));
    r.blank();
    let mut stage = Stage::new(r.look(), seed, |s| r.part(s));
    let ended = (demo.run)(&mut stage);
    drop(stage);
    ended.map_err(|e| {
        Problem::new(format!("the demo `{}` could not run: {e}", demo.name))
            .mend("`gotour doctor` looks for what may be missing")
    })
}

/// `gotour demo [NAME|LESSON]`.
pub fn demo(cx: &Context, wanted: Option<&str>, seed: Option<u64>) -> Result<Exit> {
    let Some(wanted) = wanted else {
        return list_demos(cx);
    };
    let book = cx.found();
    let (lesson, demos): (&Lesson, &[Demo]) = match cx.course.find_demo(wanted) {
        Ok((lesson, demo)) => (lesson, std::slice::from_ref(demo)),
        Err(no_demo) => match cx.course.find_lesson(wanted) {
            Ok(lesson) => (lesson, lesson.demos),
            // Nobody types a number for a demo.
            Err(no_lesson) if wanted.parse::<u64>().is_ok() => return Err(no_lesson),
            Err(_) => return Err(no_demo),
        },
    };
    if cx.report.is_json() {
        let mut shown = Vec::new();
        for demo in demos {
            let mut output = String::new();
            let mut stage = Stage::new(cx.report.look(), seed, |s| output.push_str(s));
            let ended = (demo.run)(&mut stage);
            drop(stage);
            shown.push(json!({
                "name": demo.name,
                "title": demo.title,
                "output": output,
                "error": ended.err().map(|e| e.to_string()),
            }));
        }
        cx.report.json(&shown);
        return Ok(Exit::Passed);
    }
    let quiz = lesson.quiz()?;
    for (i, demo) in demos.iter().enumerate() {
        if i > 0 {
            cx.report.blank();
        }
        if seed.is_some() {
            perform(cx, demo, seed)?;
            continue;
        }
        let predict = quiz.predict.iter().find(|p| p.demo == demo.name);
        if let Some(exit) = predicted(cx, lesson, demo, predict, book.as_ref())? {
            return Ok(exit);
        }
    }
    if demos.is_empty() {
        cx.report
            .text(format!("Lesson {} has no demos.", lesson.number));
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
            .flat_map(|l| l.demos.iter().map(move |d| (l, d)))
            .map(|(l, d)| json!({ "name": d.name, "title": d.title, "lesson": l.slug }))
            .collect();
        r.json(&all);
        return Ok(Exit::Passed);
    }
    let widest = cx
        .course
        .lessons
        .iter()
        .flat_map(|l| l.demos)
        .map(|d| text::width(d.name))
        .max()
        .unwrap_or(0);
    for lesson in &cx.course.lessons {
        r.line(r.bold(&format!("{:>2} {}", lesson.number, lesson.title)));
        for d in lesson.demos {
            let name = text::pad(d.name, widest);
            let room = r.look().width.saturating_sub(widest + 7);
            r.line(format!(
                "     {}  {}",
                r.command(&name),
                r.look().cut(d.title, room)
            ));
        }
    }
    r.blank();
    r.text(format!("Run one: {}", r.command("gotour demo NAME")));
    Ok(Exit::Passed)
}

/// `gotour quiz [LESSON]`.
pub fn quiz(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    let book = cx.found();
    let lesson = named_or_current(cx, wanted, book.as_ref())?;
    let quiz = lesson.quiz()?;
    if cx.report.is_json() {
        let questions: Vec<_> = quiz
            .question
            .iter()
            .map(|q| {
                let choices: Vec<_> = q
                    .choice
                    .iter()
                    .map(|c| {
                        json!({
                            "text": c.text,
                            "right": c.right,
                            "misconception": c.misconception,
                            "says": c.says,
                        })
                    })
                    .collect();
                json!({ "text": q.text, "choices": choices })
            })
            .collect();
        cx.report
            .json(&json!({ "lesson": lesson.number, "name": lesson.slug, "questions": questions }));
        return Ok(Exit::Passed);
    }
    if quiz.question.is_empty() {
        cx.report.text(format!(
            "Lesson {}, {}, asks no questions.",
            lesson.number, lesson.title
        ));
        return Ok(Exit::Passed);
    }
    Ok(match ask_all(cx, lesson, &quiz, book.as_ref())? {
        Step::On => Exit::Passed,
        Step::Left(exit) => exit,
    })
}

/// Asks every question until it is answered rightly or skipped. Without a terminal: the questions, then the answers.
fn ask_all(cx: &Context, lesson: &Lesson, quiz: &Quiz, book: Option<&Workbook>) -> Result<Step> {
    let r = &cx.report;
    let all = quiz.question.len();
    for (i, q) in quiz.question.iter().enumerate() {
        r.text(format!(
            "{} {}",
            r.bold(&format!("Question {} of {all}.", i + 1)),
            q.text
        ));
        for (n, choice) in q.choice.iter().enumerate() {
            r.text(format!("  {}. {}", n + 1, choice.text));
        }
        if r.interactive()
            && let Step::Left(exit) = ask_one(cx, lesson, i, q, book)?
        {
            return Ok(Step::Left(exit));
        }
        r.blank();
    }
    if !r.interactive() {
        for (i, q) in quiz.question.iter().enumerate() {
            r.text(r.bold(&format!("Answers to question {}", i + 1)));
            for (n, c) in q.choice.iter().enumerate() {
                r.text(format!("  {}. {}", n + 1, answer(cx, c)));
            }
            r.blank();
        }
    }
    Ok(Step::On)
}

fn ask_one(
    cx: &Context,
    lesson: &Lesson,
    index: usize,
    q: &Question,
    book: Option<&Workbook>,
) -> Result<Step> {
    let r = &cx.report;
    let ask = format!("Your answer, 1 to {} (Enter: skip): ", q.choice.len());
    loop {
        let choice = match pager::choose(r, &ask, q.choice.len())? {
            Ok(choice) => choice,
            Err(went) => return Ok(went.into()),
        };
        let Some(n) = choice else {
            if let Some(right) = q.choice.iter().position(|c| c.right) {
                r.text(format!(
                    "It is {}. {}",
                    right + 1,
                    answer(cx, &q.choice[right])
                ));
            }
            return Ok(Step::On);
        };
        answered(cx, lesson, &(index + 1).to_string(), choice, book)?;
        let c = &q.choice[n - 1];
        r.text(answer(cx, c));
        if c.right {
            return Ok(Step::On);
        }
    }
}

/// What a choice is answered with: a wrong one by the name of its misconception.
fn answer(cx: &Context, c: &crate::curriculum::Choice) -> String {
    let r = &cx.report;
    if c.right {
        format!("{} Right. {}", r.good("✓"), c.says)
            .trim_end()
            .to_string()
    } else {
        format!("{} {}: {}", r.bad("✗"), r.bold(&c.misconception), c.says)
    }
}
