//! Requests and responses as text: a line a fact, its parts parted by tabs, the first line saying which version it is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::{Apart, Expect, Facts, Request, Response, WireBlocked, WireFailure};
use crate::explore::story::{Access, Hold, Member, Moment, Place, Race, Stand, Story, Thing, Wait};
use crate::explore::{Kind, Strategy};

/// The first line. It changes when the meaning of a line does.
const VERSION: &str = "goexplore 3";

/// A text that is no request or response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

/// Lines being written.
struct Out(String);

impl Out {
    fn new(what: &str) -> Out {
        Out(format!("{VERSION} {what}\n"))
    }

    fn line(&mut self, name: &str, parts: &[&dyn fmt::Display]) {
        self.0.push_str(name);
        for p in parts {
            self.0.push('\t');
            for c in p.to_string().chars() {
                match c {
                    '\\' => self.0.push_str("\\\\"),
                    '\t' => self.0.push_str("\\t"),
                    '\n' => self.0.push_str("\\n"),
                    '\r' => self.0.push_str("\\r"),
                    c => self.0.push(c),
                }
            }
        }
        self.0.push('\n');
    }
}

/// One line being read.
struct Line {
    number: usize,
    name: String,
    parts: std::vec::IntoIter<String>,
}

impl Line {
    fn fail<T>(&self, what: &str) -> Result<T, ParseError> {
        Err(ParseError(format!(
            "line {}, `{}`: {what}",
            self.number, self.name
        )))
    }

    fn text(&mut self) -> Result<String, ParseError> {
        match self.parts.next() {
            Some(s) => Ok(s),
            None => self.fail("a part is missing"),
        }
    }

    fn get<T: FromStr>(&mut self) -> Result<T, ParseError> {
        let s = self.text()?;
        s.parse().or_else(|_| self.fail(&format!("`{s}`?")))
    }

    /// An optional text: the part is empty for none, else begins with `=`.
    fn maybe(&mut self) -> Result<Option<String>, ParseError> {
        Ok(self.text()?.strip_prefix('=').map(str::to_string))
    }

    fn place(&mut self) -> Result<Option<Place>, ParseError> {
        let (file, line, column) = (self.text()?, self.get()?, self.get()?);
        Ok((line > 0).then_some(Place { file, line, column }))
    }

    fn hold(&mut self) -> Result<Hold, ParseError> {
        Ok(Hold {
            who: self.get()?,
            object: self.get()?,
            shared: self.get()?,
            place: self.place()?,
        })
    }

    fn place_given(&mut self) -> Result<Place, ParseError> {
        match self.place()? {
            Some(p) => Ok(p),
            None => self.fail("a place is missing"),
        }
    }
}

fn unescape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some(c) => out.push(c),
            None => {}
        }
    }
    out
}

fn lines(text: &str, what: &str) -> Result<impl Iterator<Item = Line>, ParseError> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if first != format!("{VERSION} {what}") {
        return Err(ParseError(format!(
            "it begins with `{}` and not with `{VERSION} {what}`: the program was built with another version of goroutines",
            first.chars().take(40).collect::<String>()
        )));
    }
    Ok(lines
        .enumerate()
        .filter(|(_, l)| !l.is_empty())
        .map(|(i, l)| {
            let mut parts: Vec<String> = l.split('\t').map(unescape).collect();
            let name = parts.remove(0);
            Line {
                number: i + 2,
                name,
                parts: parts.into_iter(),
            }
        }))
}

fn maybe(s: Option<&str>) -> String {
    s.map_or_else(String::new, |s| format!("={s}"))
}

/// A place's three parts; a line of 0 is none.
fn parts(p: Option<&Place>) -> (&str, u32, u32) {
    p.map_or(("", 0, 0), |p| (&p.file, p.line, p.column))
}

impl Request {
    /// The text that [`Request::from_text`] reads.
    pub fn to_text(&self) -> String {
        let mut o = Out::new("request");
        o.line("schedules", &[&self.schedules]);
        o.line("seed", &[&self.seed]);
        let (strategy, depth) = match self.strategy {
            Strategy::Portfolio => ("portfolio", 0),
            Strategy::Random => ("random", 0),
            Strategy::Pct { depth } => ("pct", depth),
            Strategy::Pos => ("pos", 0),
            Strategy::Urw => ("urw", 0),
            Strategy::Lazy => ("lazy", 0),
            Strategy::Exhaustive => ("exhaustive", 0),
        };
        o.line("strategy", &[&strategy, &depth]);
        o.line("max_steps", &[&self.max_steps]);
        o.line("races", &[&self.races]);
        o.line("leaks", &[&self.leaks]);
        o.line("story", &[&self.story]);
        match &self.apart {
            None => {}
            Some(Apart::Heed) => o.line("apart", &[&"heed"]),
            Some(Apart::Panics) => o.line("apart", &[&"panics"]),
            Some(Apart::Holds) => o.line("apart", &[&"holds"]),
            Some(Apart::Signs(numbers)) => {
                o.line("apart", &[&"signs"]);
                for n in numbers {
                    o.line("sign", &[n]);
                }
            }
        }
        for s in &self.first {
            o.line("first", &[s]);
        }
        match &self.expect {
            Some(Expect::Exact(t)) => o.line("exact", &[t]),
            Some(Expect::Unordered(t)) => o.line("unordered", &[t]),
            Some(Expect::Contains(t)) => o.line("contains", &[t]),
            None => {}
        }
        o.line("response", &[&self.response.display()]);
        o.line("time_limit", &[&self.time_limit.as_nanos()]);
        o.0
    }

    /// Reads what [`Request::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Request, ParseError> {
        let mut r = Request::default();
        for mut l in lines(text, "request")? {
            match l.name.as_str() {
                "schedules" => r.schedules = l.get()?,
                "seed" => r.seed = l.get()?,
                "strategy" => {
                    let (name, depth) = (l.text()?, l.get()?);
                    r.strategy = match name.as_str() {
                        "portfolio" => Strategy::Portfolio,
                        "random" => Strategy::Random,
                        "pct" => Strategy::Pct { depth },
                        "pos" => Strategy::Pos,
                        "urw" => Strategy::Urw,
                        "lazy" => Strategy::Lazy,
                        "exhaustive" => Strategy::Exhaustive,
                        _ => return l.fail("no such strategy"),
                    };
                }
                "max_steps" => r.max_steps = l.get()?,
                "races" => r.races = l.get()?,
                "leaks" => r.leaks = l.get()?,
                "story" => r.story = l.get()?,
                "apart" => {
                    r.apart = Some(match l.text()?.as_str() {
                        "heed" => Apart::Heed,
                        "signs" => Apart::Signs(Vec::new()),
                        "panics" => Apart::Panics,
                        "holds" => Apart::Holds,
                        _ => return l.fail("no such question"),
                    });
                }
                "sign" => match &mut r.apart {
                    Some(Apart::Signs(numbers)) => numbers.push(l.get()?),
                    _ => return l.fail("nobody asks for signs"),
                },
                "first" => r.first.push(l.get()?),
                "exact" => r.expect = Some(Expect::Exact(l.text()?)),
                "unordered" => r.expect = Some(Expect::Unordered(l.text()?)),
                "contains" => r.expect = Some(Expect::Contains(l.text()?)),
                "response" => r.response = PathBuf::from(l.text()?),
                "time_limit" => r.time_limit = Duration::from_nanos(l.get()?),
                _ => return l.fail("unknown"),
            }
        }
        Ok(r)
    }
}

impl Response {
    /// The text that [`Response::from_text`] reads.
    pub fn to_text(&self) -> String {
        let mut o = Out::new("response");
        o.line("ran", &[&self.ran]);
        o.line("distinct", &[&self.distinct]);
        o.line("failed", &[&self.failed]);
        o.line("exhausted", &[&self.exhausted]);
        o.line("elapsed", &[&self.elapsed.as_nanos()]);
        for (name, (least, most)) in &self.facts.0 {
            o.line("fact", &[name, least, most]);
        }
        for note in &self.notes {
            o.line("note", &[note]);
        }
        if let Some(why) = &self.could_not {
            o.line("could_not", &[why]);
        }
        if let Some(f) = &self.failure {
            failure(&mut o, f);
        } else if let Some(s) = &self.story {
            o.line("story", &[]);
            story(&mut o, s);
        }
        o.line("end", &[]);
        o.0
    }

    /// Reads what [`Response::to_text`] wrote, whole.
    pub fn from_text(text: &str) -> Result<Response, ParseError> {
        let mut r = Response::default();
        let mut ended = false;
        for mut l in lines(text, "response")? {
            match l.name.as_str() {
                "ran" => r.ran = l.get()?,
                "distinct" => r.distinct = l.get()?,
                "failed" => r.failed = l.get()?,
                "exhausted" => r.exhausted = l.get()?,
                "elapsed" => r.elapsed = Duration::from_nanos(l.get()?),
                "fact" => {
                    let fact = (l.text()?, (l.get()?, l.get()?));
                    r.facts.0.extend([fact]);
                }
                "note" => r.notes.push(l.text()?),
                "could_not" => r.could_not = Some(l.text()?),
                "failure" => {
                    r.failure = Some(WireFailure {
                        kind: read_kind(&mut l)?,
                        schedule: l.get()?,
                        schedule_index: l.get()?,
                        preemptions: l.get()?,
                        steps: l.get()?,
                        output: l.text()?,
                        expected: l.maybe()?,
                        message: l.text()?,
                        blocked: Vec::new(),
                        story: Story::default(),
                    });
                }
                "story" => r.story = Some(Story::default()),
                "end" => ended = true,
                _ => match (&mut r.failure, &mut r.story) {
                    (Some(f), _) => of_failure(f, &mut l)?,
                    (None, Some(s)) => of_story(s, &mut l)?,
                    (None, None) => return l.fail("unknown"),
                },
            }
        }
        if !ended {
            return Err(ParseError("its last line is missing".to_string()));
        }
        Ok(r)
    }
}

fn failure(o: &mut Out, f: &WireFailure) {
    o.line(
        "failure",
        &[
            &kind(f.kind),
            &f.schedule,
            &f.schedule_index,
            &f.preemptions,
            &f.steps,
            &f.output,
            &maybe(f.expected.as_deref()),
            &f.message,
        ],
    );
    for b in &f.blocked {
        o.line(
            "blocked",
            &[&b.goroutine, &b.reason, &b.file, &b.line, &b.column],
        );
    }
    story(o, &f.story);
}

fn story(o: &mut Out, s: &Story) {
    for m in &s.members {
        let (file, line, column) = parts(m.place.as_ref());
        o.line("member", &[&m.id, &m.by, &file, &line, &column]);
    }
    for t in &s.things {
        let (file, line, column) = parts(t.place.as_ref());
        o.line("thing", &[&t.kind, &t.detail, &file, &line, &column]);
    }
    for m in &s.moments {
        let (file, line, column) = parts(m.place.as_ref());
        o.line(
            "moment",
            &[
                &m.number,
                &m.who,
                &m.what,
                &m.object,
                &m.time,
                &file,
                &line,
                &column,
                &m.outcome,
                &maybe(m.parked.as_deref()),
                &m.ended,
                &m.preempted,
                &m.printed,
            ],
        );
        for g in &m.ready {
            o.line("ready", &[g]);
        }
        for c in &m.stands {
            o.line("stand", &[&c.object, &c.recvx, &c.closed]);
            for v in &c.buf {
                o.line("stored", &[v]);
            }
            for (g, v) in &c.sendq {
                o.line("sender", &[g, v]);
            }
            for g in &c.recvq {
                o.line("receiver", &[g]);
            }
        }
        for h in &m.holds {
            hold(o, "held", h);
        }
    }
    for g in &s.untold.ended {
        o.line("untold_end", &[g]);
    }
    for (object, g) in &s.untold.users {
        o.line("untold_user", &[object, g]);
    }
    for (object, n) in &s.untold.sent {
        o.line("untold_sent", &[object, n]);
    }
    for object in &s.untold.selected {
        o.line("untold_selected", &[object]);
    }
    for (object, n) in &s.untold.added {
        o.line("untold_added", &[object, n]);
    }
    for w in &s.waits {
        let (file, line, column) = parts(w.place.as_ref());
        o.line(
            "wait",
            &[&w.who, &w.reason, &w.object, &file, &line, &column],
        );
    }
    for h in &s.holds {
        hold(o, "hold", h);
    }
    if let Some(r) = &s.race {
        o.line("race", &[&r.object]);
        for a in [&r.first, &r.second] {
            let (file, line, column) = parts(Some(&a.place));
            o.line("access", &[&a.who, &a.write, &file, &line, &column]);
        }
    }
    o.line("main_returned", &[&s.main_returned]);
    o.line("printed", &[&s.output]);
}

fn hold(o: &mut Out, name: &str, h: &Hold) {
    let (file, line, column) = parts(h.place.as_ref());
    o.line(name, &[&h.who, &h.object, &h.shared, &file, &line, &column]);
}

fn of_failure(f: &mut WireFailure, l: &mut Line) -> Result<(), ParseError> {
    match l.name.as_str() {
        "blocked" => f.blocked.push(WireBlocked {
            goroutine: l.get()?,
            reason: l.text()?,
            file: l.text()?,
            line: l.get()?,
            column: l.get()?,
        }),
        _ => of_story(&mut f.story, l)?,
    }
    Ok(())
}

fn last_stand<'a>(s: &'a mut Story, l: &Line) -> Result<&'a mut Stand, ParseError> {
    let stand = s.moments.last_mut().and_then(|m| m.stands.last_mut());
    stand.map_or_else(|| l.fail("no channel was told"), Ok)
}

fn of_story(s: &mut Story, l: &mut Line) -> Result<(), ParseError> {
    match l.name.as_str() {
        "member" => s.members.push(Member {
            id: l.get()?,
            by: l.get()?,
            place: l.place()?,
        }),
        "thing" => s.things.push(Thing {
            kind: l.text()?,
            detail: l.get()?,
            place: l.place()?,
        }),
        "moment" => s.moments.push(Moment {
            number: l.get()?,
            who: l.get()?,
            what: l.text()?,
            object: l.get()?,
            time: l.get()?,
            place: l.place()?,
            outcome: l.text()?,
            parked: l.maybe()?,
            ended: l.get()?,
            preempted: l.get()?,
            printed: l.text()?,
            ready: Vec::new(),
            stands: Vec::new(),
            holds: Vec::new(),
        }),
        "ready" => {
            let g = l.get()?;
            match s.moments.last_mut() {
                Some(m) => m.ready.push(g),
                None => return l.fail("no step was told"),
            }
        }
        "stand" => {
            let stand = Stand {
                object: l.get()?,
                recvx: l.get()?,
                closed: l.get()?,
                ..Stand::default()
            };
            match s.moments.last_mut() {
                Some(m) => m.stands.push(stand),
                None => return l.fail("no step was told"),
            }
        }
        "stored" => {
            let v = l.text()?;
            last_stand(s, l)?.buf.push(v);
        }
        "sender" => {
            let waits = (l.get()?, l.text()?);
            last_stand(s, l)?.sendq.push(waits);
        }
        "receiver" => {
            let g = l.get()?;
            last_stand(s, l)?.recvq.push(g);
        }
        "untold_end" => s.untold.ended.push(l.get()?),
        "untold_user" => s.untold.users.push((l.get()?, l.get()?)),
        "untold_sent" => s.untold.sent.push((l.get()?, l.get()?)),
        "untold_selected" => s.untold.selected.push(l.get()?),
        "untold_added" => s.untold.added.push((l.get()?, l.get()?)),
        "wait" => s.waits.push(Wait {
            who: l.get()?,
            reason: l.text()?,
            object: l.get()?,
            place: l.place()?,
        }),
        "held" => {
            let held = l.hold()?;
            match s.moments.last_mut() {
                Some(m) => m.holds.push(held),
                None => return l.fail("no step was told"),
            }
        }
        "hold" => s.holds.push(l.hold()?),
        "race" => {
            let nobody = Access {
                who: 0,
                place: Place {
                    file: String::new(),
                    line: 0,
                    column: 0,
                },
                write: false,
            };
            s.race = Some(Race {
                object: l.get()?,
                first: nobody.clone(),
                second: nobody,
            });
        }
        "access" => {
            let access = Access {
                who: l.get()?,
                write: l.get()?,
                place: l.place_given()?,
            };
            match &mut s.race {
                Some(r) if r.first.who == 0 => r.first = access,
                Some(r) => r.second = access,
                None => return l.fail("no race was begun"),
            }
        }
        "main_returned" => s.main_returned = l.get()?,
        "printed" => s.output = l.text()?,
        _ => return l.fail("unknown"),
    }
    Ok(())
}

const KINDS: &[(&str, Kind)] = &[
    ("panic", Kind::Panic),
    ("fatal", Kind::Fatal),
    ("deadlock", Kind::Deadlock),
    ("leak", Kind::Leak),
    ("race", Kind::Race),
    ("output", Kind::Output),
    ("steps", Kind::StepLimit),
    ("nondeterminism", Kind::Nondeterminism),
];

fn kind(k: Kind) -> &'static str {
    KINDS
        .iter()
        .find(|(_, of)| *of == k)
        .map_or("nondeterminism", |(name, _)| name)
}

fn read_kind(l: &mut Line) -> Result<Kind, ParseError> {
    let s = l.text()?;
    match KINDS.iter().find(|(name, _)| *name == s) {
        Some((_, k)) => Ok(*k),
        None => l.fail(&format!("`{s}` is no kind of failure")),
    }
}

/// Facts from the counts of all schedules.
pub(super) fn facts(least: &crate::lab::Counts, most: &crate::lab::Counts) -> Facts {
    Facts(
        crate::lab::NAMES
            .iter()
            .map(|&(name, f)| {
                let i = f as usize;
                let (least, most) = (least.0[i], most.0[i]);
                (name.to_string(), (u64::from(least), u64::from(most)))
            })
            .collect(),
    )
}
