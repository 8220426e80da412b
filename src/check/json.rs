//! A verdict for a program to read: the same information as on the screen.

use goroutines::explore::{Access, Place, Race, Story};
use serde_json::{Value, json};

use crate::text;

use super::show::Frame;
use super::verdict::{Tried, Verdict, When, Why};

/// One verdict.
pub fn to_json(verdict: &Verdict, frame: &Frame<'_>) -> Value {
    let mut value = json!({ "exercise": frame.number, "name": frame.name });
    let Some(map) = value.as_object_mut() else {
        return value;
    };
    match verdict {
        Verdict::Passed(tried) => {
            map.insert("verdict".into(), "passed".into());
            map.insert("schedules".into(), tried_json(tried));
            map.insert("next".into(), frame.next.into());
        }
        Verdict::Cancelled => {
            map.insert("verdict".into(), "given up".into());
        }
        Verdict::CouldNot(it) => {
            map.insert("verdict".into(), "could not".into());
            map.insert("error".into(), it.what.clone().into());
            map.insert("text".into(), it.text.clone().into());
            map.insert("do".into(), it.mend.clone().into());
        }
        Verdict::NotYet(it) => {
            map.insert("verdict".into(), "not yet".into());
            map.insert("failed".into(), it.failed.word().into());
            map.insert("native".into(), it.native.map(|n| n.word()).into());
            map.insert("output".into(), it.output.clone().into());
            if let Some(named) = &it.named {
                map.insert(
                    "named".into(),
                    json!({ "name": named.name, "title": named.title, "says": named.says }),
                );
            }
            if let Some(facts) = &it.facts {
                let facts = facts
                    .iter()
                    .map(|(name, (min, max))| (name.clone(), json!({ "min": min, "max": max })));
                map.insert("facts".into(), Value::Object(facts.collect()));
            }
            if !it.suspects.is_empty() {
                let all = it
                    .suspects
                    .iter()
                    .map(|s| json!({ "line": s.line, "text": s.text, "says": s.says }));
                map.insert("suspects".into(), all.collect());
            }
            let (key, why) = why_json(&it.why);
            map.insert(key.into(), why);
        }
    }
    value
}

fn why_json(why: &Why) -> (&'static str, Value) {
    match why {
        Why::Source(findings) => {
            let all = findings.iter().map(|f| {
                json!({
                    "line": f.line, "column": f.column, "found": f.found, "pattern": f.pattern,
                    "says": f.advice, "by_exercise": f.by_exercise,
                })
            });
            ("findings", all.collect())
        }
        Why::Compile(errors) => {
            let all = errors.iter().map(|e| {
                json!({
                    "message": e.message, "code": e.code, "line": e.line,
                    "rendered": text::plain(&e.rendered),
                })
            });
            ("errors", all.collect())
        }
        Why::Native(died) => (
            "ended",
            json!({
                "how": died.how.word(),
                "when": match died.when {
                    When::Natively => "natively",
                    When::UnderSchedules => "under schedules",
                },
                "said": died.said, "place": died.place, "number": died.number,
                "difference": died.difference,
            }),
        ),
        Why::Schedule(f, tried) => (
            "failure",
            json!({
                "kind": f.kind.word(), "schedule": f.token, "index": f.index,
                "preemptions": f.preemptions, "steps": f.steps, "output": f.output,
                "expected": f.expected, "message": f.message, "table": f.table,
                "goroutines": goroutines(&f.story), "waiting": waiting(&f.story),
                "race": f.story.race.as_ref().map(|r| race(r, &f.story)),
                "schedules": tried_json(tried),
            }),
        ),
        Why::Drive(it) => (
            "drive",
            json!({
                "scene": it.scene, "title": it.title, "before": it.before, "says": it.says,
                "program": it.program,
            }),
        ),
        Why::Require {
            number,
            says,
            tried,
        } => (
            "require",
            json!({ "number": number, "says": says, "schedules": tried_json(tried) }),
        ),
    }
}

fn place(p: Option<&Place>) -> Value {
    p.map_or(Value::Null, |p| json!({ "file": p.file, "line": p.line }))
}

/// Who took part: main is 1; by whom, and where, each was started.
fn goroutines(story: &Story) -> Value {
    let all = story.members.iter().map(|m| {
        json!({ "id": m.id, "by": (m.by > 0).then_some(m.by), "started": place(m.place.as_ref()) })
    });
    all.collect()
}

/// Who waits at the end, for what, where that was made, and who has it.
fn waiting(story: &Story) -> Value {
    let all = story.waits.iter().map(|w| {
        let thing = story.things.get(w.object).filter(|t| !t.kind.is_empty());
        let held = story
            .holds
            .iter()
            .filter(|h| w.object > 1 && h.object == w.object);
        json!({
            "goroutine": w.who, "reason": w.reason, "at": place(w.place.as_ref()),
            "for": thing.map(|t| json!({ "kind": t.kind, "made": place(t.place.as_ref()) })),
            "held_by": held
                .map(|h| json!({ "goroutine": h.who, "since": place(h.place.as_ref()) }))
                .collect::<Value>(),
        })
    });
    all.collect()
}

fn race(r: &Race, story: &Story) -> Value {
    let access = |a: &Access| json!({ "goroutine": a.who, "does": if a.write { "write" } else { "read" }, "at": place(Some(&a.place)) });
    let thing = story.things.get(r.object);
    json!({
        "on": thing.map(|t| json!({ "kind": t.kind, "made": place(t.place.as_ref()) })),
        "first": access(&r.first), "second": access(&r.second),
    })
}

fn tried_json(tried: &Tried) -> Value {
    json!({
        "asked": tried.asked, "ran": tried.ran, "distinct": tried.distinct, "failed": tried.failed,
        "exhausted": tried.exhausted, "milliseconds": tried.elapsed.as_millis() as u64,
        "notes": tried.notes,
        "driven": tried.driven.as_ref().map(|d| json!({ "scenes": d.scenes, "figures": d.figures })),
    })
}
