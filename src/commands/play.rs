//! `gotour play`: the levels, and one of them played in the terminal or by picks that were typed.

use super::Context;
use crate::cli;
use crate::play::game::{Game, Played, as_schedule, fewest, played, says};
use crate::play::levels::{LEVELS, Level};
use crate::play::{Left, Win, counted, play as in_terminal, switches_in_words};
use crate::progress::Progress;
use crate::report::screen::Keys;
use crate::report::{Exit, OrProblem as _, Problem, Report, Result};
use crate::step::Walk;
use crate::text;
use goroutines::explore::Schedule;
use serde_json::{Value, json};

/// `gotour play [LEVEL]`.
pub fn play(cx: &Context, args: &cli::Play) -> Result<Exit> {
    let Some(wanted) = &args.level else {
        return list(cx);
    };
    let level = find(wanted)?;
    if let Some(picks) = &args.picks {
        return by_picks(cx, level, picks);
    }
    if cx.report.is_json() {
        describe_json(cx, level);
        return Ok(Exit::Passed);
    }
    if !cx.report.moves() {
        describe(cx, level);
        return Ok(Exit::Passed);
    }
    in_the_terminal(cx, level)
}

/// A level by its number or name.
pub fn find(wanted: &str) -> Result<&'static Level> {
    if let Ok(n) = wanted.parse::<usize>() {
        let level = n.checked_sub(1).and_then(|i| LEVELS.get(i));
        return level.ok_or_else(|| {
            Problem::new(format!("there is no level {n}"))
                .mend(format!("there are levels 1 to {}", LEVELS.len()))
        });
    }
    if let Some(level) = LEVELS.iter().find(|l| l.name == wanted) {
        return Ok(level);
    }
    let problem = Problem::new(format!("there is no level `{wanted}`"));
    Err(match text::near(wanted, LEVELS.iter().map(|l| l.name)) {
        Some(near) => problem.mend(format!("did you mean `{near}`?")),
        None => problem.mend("`gotour play` shows them all"),
    })
}

/// What was typed as picks or as a schedule.
pub fn schedule(typed: &str) -> Result<Schedule> {
    as_schedule(typed).parse().map_err(|_| {
        Problem::new(format!("`{typed}` are no picks, and no schedule")).mend(
            "picks look like 2,2,3 (goroutine 2 makes a step, and another one, then goroutine 3; 0 is the clock), a \
             schedule like G2x2.G3 (T is the clock)",
        )
    })
}

/// The progress of the workbook that is there, if one is.
fn progress(cx: &Context) -> Result<Progress> {
    match cx.found() {
        Some(book) => cx.load(&book.progress()),
        None => Ok(Progress::default()),
    }
}

fn list(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let progress = progress(cx)?;
    let best = |l: &Level| progress.levels.get(l.name).map(|p| p.switches);
    if r.is_json() {
        let all: Vec<Value> = LEVELS
            .iter()
            .map(|l| {
                json!({
                    "level": l.number(),
                    "name": l.name,
                    "title": l.title,
                    "goal": l.goal,
                    "kind": l.kind.to_string(),
                    "lesson": l.lesson,
                    "won": best(l).is_some(),
                    "switches": best(l),
                    // What is not known yet is not told.
                    "fewest": best(l).and_then(|_| fewest(l)).map(|f| f.preemptions),
                })
            })
            .collect();
        r.json(&all);
        return Ok(Exit::Passed);
    }
    let won = LEVELS.iter().filter(|l| best(l).is_some()).count();
    r.line(format!(
        "{}  {}",
        r.bold("Levels"),
        r.dim(&format!("{won} of {} won", LEVELS.len()))
    ));
    r.blank();
    let count = |l: &Level| match best(l) {
        None => String::new(),
        Some(n) if fewest(l).is_some_and(|f| n <= f.preemptions) => {
            format!("{}, no fewer", switches_in_words(n))
        }
        Some(n) => switches_in_words(n),
    };
    let counts: Vec<String> = LEVELS.iter().map(count).collect();
    let width = |all: &mut dyn Iterator<Item = &str>| all.map(text::width).max().unwrap_or(0);
    let widest = width(&mut LEVELS.iter().map(|l| l.name));
    let counted = width(&mut counts.iter().map(String::as_str));
    let won = r.look().fit("✓");
    let marked = text::width(&won);
    let room = (r.look().width).saturating_sub(marked + widest + counted + 8);
    for (l, count) in LEVELS.iter().zip(&counts) {
        let mark = match best(l) {
            Some(_) => r.good(&won),
            None => " ".repeat(marked),
        };
        let name = r.command(&text::pad(l.name, widest));
        let goal = text::pad(&r.look().cut(l.goal, room), room);
        let row = format!("{mark} {:>2} {name}  {goal}  {count}", l.number());
        r.line(r.look().cut(row.trim_end(), r.look().width));
    }
    r.blank();
    r.text(format!(
        "You say who runs next, and have to break the program. Play one: {}",
        r.command("gotour play NAME")
    ));
    Ok(Exit::Passed)
}

/// What a level is, where nobody can press keys.
fn describe(cx: &Context, level: &'static Level) {
    let r = &cx.report;
    r.line(r.bold(&format!("Level {}: {}", level.number(), level.title)));
    r.blank();
    r.text(level.story);
    r.text(format!("Goal: {}", level.goal));
    r.blank();
    for (n, code) in level.lines() {
        r.line(format!("{n:>4}  {code}").trim_end());
    }
    r.blank();
    r.text(
        "Here you say beforehand who makes which step. main is goroutine 1 and runs until it waits; then your picks follow, \
         a step each. Afterwards everything goes its usual way. For example:",
    );
    let mut game = Game::new(level);
    if let Some(main) = game.now.turns.first().map(|t| t.pick) {
        game.run_on(main);
    }
    r.line(format!(
        "    {}",
        r.command(&format!(
            "gotour play {} --picks {}",
            level.name,
            example(&game)
        ))
    ));
    r.blank();
    r.line("Once main waits, these can run:");
    for t in &game.now.turns {
        let line = t.line.map_or(String::new(), |n| format!("  :{n}"));
        let who = match t.pick.who {
            0 => "T ".to_string(),
            n => format!("G{n}"),
        };
        r.line(format!("    {who} {}{line}", t.what));
    }
}

/// Picks that can be made and break nothing: those who can run make a step each, else all goes its usual way.
fn example(game: &Game) -> String {
    let who: Vec<u64> = game.now.turns.iter().map(|t| t.pick.who).collect();
    let own = || who.iter().filter(|w| **w > 0);
    let pairs = own().flat_map(|a| own().filter(move |b| *b != a).map(move |b| [*a, *b]));
    let breaks_nothing = |picks: &[u64; 2]| {
        let [a, b] = picks;
        schedule(&format!("{a},{b}")).is_ok_and(|schedule| {
            let p = played(game.level, &schedule);
            p.failure.is_none() && p.left_at.is_none()
        })
    };
    let usual = || {
        let rest = game.now.walk.story.moments.iter().skip(game.now.at);
        let mut who = rest.map(|m| m.who).filter(|w| *w > 0);
        who.next().map_or(vec![1], |w| vec![w])
    };
    let picks = pairs.into_iter().find(breaks_nothing);
    let picks = picks.map_or_else(usual, |p| p.to_vec());
    let picks: Vec<String> = picks.iter().map(u64::to_string).collect();
    picks.join(",")
}

fn describe_json(cx: &Context, level: &'static Level) {
    let game = Game::new(level);
    let source: Vec<Value> = level
        .lines()
        .map(|(n, code)| json!({ "line": n, "text": code }))
        .collect();
    let turns: Vec<Value> = game
        .now
        .turns
        .iter()
        .map(|t| json!({ "who": t.pick.who, "what": t.what, "line": t.line }))
        .collect();
    cx.report.json(&json!({
        "level": level.number(),
        "name": level.name,
        "title": level.title,
        "story": level.story,
        "goal": level.goal,
        "kind": level.kind.to_string(),
        "lesson": level.lesson,
        "source": source,
        "can_run": turns,
    }));
}

/// Plays a level to its end under what was typed.
fn by_picks(cx: &Context, level: &'static Level, typed: &str) -> Result<Exit> {
    let r = &cx.report;
    let schedule = schedule(typed)?;
    let p = played(level, &schedule);
    if let Some(at) = p.left_at {
        return Err(no_such_turn(level, &schedule, at));
    }
    let known = match &p.failure {
        Some(_) => {
            let book = cx.workbook()?;
            cx.change(&book.progress(), |saved| saved.won(level.name, p.switches))?;
            fewest(level)
        }
        None => None,
    };
    let exit = match p.failure {
        Some(_) => Exit::Passed,
        None => Exit::NotYet,
    };
    if r.is_json() {
        r.json(&json!({
            "level": level.number(),
            "name": level.name,
            "schedule": p.token,
            "switches": p.switches,
            "broken": p.failure.is_some(),
            "how": p.failure.as_ref().map(|(kind, _)| kind.to_string()),
            "message": p.failure.as_ref().map(|(_, message)| message),
            "printed": p.walk.output(p.walk.steps()),
            "fewest": known.as_ref().map(|f| f.preemptions),
            "steps": steps(&p.walk),
        }));
        return Ok(exit);
    }
    tell(cx, level, &p);
    match &p.failure {
        Some(_) => {
            let win = Win {
                token: p.token,
                switches: p.switches,
                fewest: known,
            };
            after_a_win(cx, r, level, &win);
        }
        None => r.text(format!("Nothing is broken yet. Goal: {}", level.goal)),
    }
    Ok(exit)
}

/// A schedule that names somebody who cannot go on there.
pub fn cannot_be_followed(program: &str, schedule: &Schedule, at: usize) -> Problem {
    let token = schedule.to_string();
    let part = token.split('.').nth(at).unwrap_or(&token).to_string();
    let why = if part.starts_with('T') {
        "the clock cannot move there"
    } else {
        "that goroutine does not exist, waits or has ended"
    };
    Problem::new(format!(
        "{token} cannot be followed in {program}: when it comes to {part}, {why}"
    ))
}

fn no_such_turn(level: &Level, schedule: &Schedule, at: usize) -> Problem {
    cannot_be_followed(level.name, schedule, at)
        .mend(format!("`gotour play {}` shows who can run", level.name))
}

fn steps(walk: &Walk) -> Vec<Value> {
    (1..=walk.steps())
        .map(|at| {
            let m = &walk.story.moments[at - 1];
            json!({
                "step": at,
                "who": m.who,
                "what": walk.says(at),
                "line": m.place.as_ref().map(|p| p.line),
                "switch": m.preempted,
            })
        })
        .collect()
}

/// The steps, what was printed, how it ended.
fn tell(cx: &Context, level: &Level, p: &Played) {
    let r = &cx.report;
    r.line(r.bold(&format!(
        "Level {}: {}  {}",
        level.number(),
        level.title,
        p.token
    )));
    r.blank();
    for (at, m) in (1..).zip(&p.walk.story.moments) {
        let line = m
            .place
            .as_ref()
            .map_or(String::new(), |p| format!("  :{}", p.line));
        let row = format!("{at:>4}  {}{line}", p.walk.says(at));
        r.line(r.look().cut(&row, r.look().width));
        if m.preempted {
            r.line(r.dim(&format!("      ── G{} is stopped ──", m.who)));
        }
    }
    r.blank();
    let printed = p.walk.output(p.walk.steps());
    if !printed.is_empty() {
        r.line("printed:");
        for line in printed.lines() {
            r.line(format!("  {line}"));
        }
        r.blank();
    }
    let mark = match p.failure {
        Some(_) => r.good("✓"),
        None => r.bad("✗"),
    };
    let ended = match &p.failure {
        Some((kind, message)) => format!("It is broken: {}", says(*kind, message)),
        None => "The program came to its right end.".to_string(),
    };
    r.text(format!("{mark} {ended}"));
}

/// What is said after a win, where it stays.
fn after_a_win(cx: &Context, r: &Report, level: &Level, win: &Win) {
    r.text(counted(win.switches, win.fewest.as_ref()));
    r.blank();
    r.text(level.because);
    r.blank();
    let (play, step) = (
        format!("gotour play {} --picks {}", level.name, win.token),
        format!("gotour step --level {} {}", level.name, win.token),
    );
    let lesson = format!("gotour read {}", level.lesson);
    let mut rows = vec![(&*play, "the same again"), (&*step, "step by step")];
    // The lessons of another course are about other things.
    if cx.course.folder.is_none() {
        rows.push((&*lesson, "the lesson about it"));
    }
    super::tour::commands(cx, &rows);
}

fn in_the_terminal(cx: &Context, first: &'static Level) -> Result<Exit> {
    let r = &cx.report;
    // Made before the screen is taken: what is said about it is to be read.
    let book = cx.workbook()?;
    let store = book.progress();
    let mut level = first;
    let mut wins: Vec<(&'static Level, Win)> = Vec::new();
    let mut asides = Vec::new();
    let keys = Keys::enter_alternate().or_problem(|| "read keys from the terminal".to_string())?;
    let left = loop {
        let won = |win: &Win| {
            let (_, aside) = store.change(|saved| saved.won(level.name, win.switches))?;
            asides.extend(aside);
            match wins.iter_mut().find(|(l, _)| l.name == level.name) {
                Some((_, best)) if best.switches <= win.switches => {}
                Some((_, best)) => *best = win.clone(),
                None => wins.push((level, win.clone())),
            }
            Ok(())
        };
        match in_terminal(&keys, level, r.look(), won)? {
            Left::Next => level = LEVELS.get(level.number()).unwrap_or(&LEVELS[0]),
            left => break left,
        }
    };
    drop(keys);
    // The window may have another size by now.
    let r = &r.anew();
    asides.into_iter().for_each(|aside| cx.say(Some(aside)));
    for (i, (level, win)) in wins.iter().enumerate() {
        if i > 0 {
            r.blank();
        }
        r.line(r.bold(&format!(
            "{} Level {}: {}",
            r.good("✓"),
            level.number(),
            level.title
        )));
        after_a_win(cx, r, level, win);
    }
    Ok(match left {
        Left::Interrupted => Exit::Interrupted,
        Left::Done | Left::Next => Exit::Passed,
    })
}

/// A level's schedule, to be walked through.
pub fn to_walk(level: &'static Level, token: Option<&str>) -> Result<Walk> {
    let schedule = token.map(schedule).transpose()?.unwrap_or_default();
    let p = played(level, &schedule);
    match p.left_at {
        Some(at) => Err(no_such_turn(level, &schedule, at)),
        None => Ok(p.walk),
    }
}
