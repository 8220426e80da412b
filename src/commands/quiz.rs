//! Questions: each wrong choice is answered by the misconception behind it.

use super::lesson::{Sitting, Step, named_or_current};
use super::{Context, start};
use crate::curriculum::{Choice, Question};
use crate::page::pager;
use crate::report::{Exit, Result};
use serde_json::json;

/// `gotour quiz [LESSON]`.
pub fn quiz(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    let book = cx.found();
    let begun = match &book {
        Some(book) => !start::at_the_start(&cx.load(&book.progress())?),
        None => false,
    };
    if wanted == Some("start") || (wanted.is_none() && !begun) {
        return start::start(cx);
    }
    let lesson = named_or_current(cx, wanted, book.as_ref())?;
    let sitting = Sitting::new(cx, lesson, book.as_ref())?;
    let quiz = &sitting.quiz;
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
    Ok(match ask_all(&sitting)? {
        Step::On => Exit::Passed,
        Step::Left(exit) => exit,
    })
}

/// Asks every question until it is answered rightly or skipped. Without a terminal: the questions, then the answers.
pub fn ask_all(sitting: &Sitting) -> Result<Step> {
    let (r, quiz) = (&sitting.cx.report, &sitting.quiz);
    let all = quiz.question.len();
    for (i, q) in quiz.question.iter().enumerate() {
        sitting.cx.markdown(format!(
            "{} {}",
            r.bold(&format!("Question {} of {all}.", i + 1)),
            q.text
        ));
        for (n, choice) in q.choice.iter().enumerate() {
            sitting.cx.markdown(format!("  {}. {}", n + 1, choice.text));
        }
        if r.interactive()
            && let Step::Left(exit) = ask_one(sitting, i, q)?
        {
            return Ok(Step::Left(exit));
        }
        r.blank();
    }
    if !r.interactive() {
        for (i, q) in quiz.question.iter().enumerate() {
            r.text(r.bold(&format!("Answers to question {}", i + 1)));
            for (n, c) in q.choice.iter().enumerate() {
                sitting
                    .cx
                    .markdown(format!("  {}. {}", n + 1, answer(sitting.cx, c)));
            }
            r.blank();
        }
    }
    Ok(Step::On)
}

fn ask_one(sitting: &Sitting, index: usize, q: &Question) -> Result<Step> {
    let r = &sitting.cx.report;
    loop {
        let choice = match pager::choose(r, "Your answer", q.choice.len(), "skip")? {
            Ok(choice) => choice,
            Err(went) => return Ok(went.into()),
        };
        let Some(n) = choice else {
            if let Some(right) = q.choice.iter().position(|c| c.right) {
                sitting.cx.markdown(format!(
                    "It is {}. {}",
                    right + 1,
                    answer(sitting.cx, &q.choice[right])
                ));
            }
            return Ok(Step::On);
        };
        sitting.answered(&(index + 1).to_string(), choice)?;
        let c = &q.choice[n - 1];
        sitting.cx.markdown(answer(sitting.cx, c));
        if c.right {
            return Ok(Step::On);
        }
    }
}

/// What a choice is answered with: a wrong one by the name of its misconception.
pub fn answer(cx: &Context, c: &Choice) -> String {
    let r = &cx.report;
    if c.right {
        format!("{} Right. {}", r.good("✓"), c.says)
            .trim_end()
            .to_string()
    } else {
        format!("{} {}: {}", r.bad("✗"), r.bold(&c.misconception), c.says)
    }
}
