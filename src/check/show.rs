//! Draws a verdict: at most one screen of lines, or one JSON value.

use crate::report::Look;
use crate::text;

use super::compile::Refusal;
use super::condition::{Failed, Native};
use super::drive::Stumble;
use super::source::Finding;
use super::suspects::Suspect;
use super::verdict::{CouldNot, Died, FailedSchedule, Named, NotYet, Tried, Verdict, When, Why};

/// Lines of one verdict.
pub const TALL: usize = 24;
/// Columns of one verdict.
pub const WIDE: usize = 99;

/// One line and how it is painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub tone: Tone,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Strong,
    Plain,
    Pale,
}

/// What a verdict is about, and where it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The exercise's number, from 1.
    pub number: usize,
    pub name: &'a str,
    pub look: Look,
    /// What to do after a pass: `next: gotour next`.
    pub next: &'a str,
    /// Also what is left out for a screen's sake: all errors, warnings.
    pub verbose: bool,
}

impl Frame<'_> {
    fn wide(&self) -> usize {
        self.look.width.min(WIDE)
    }

    fn head(&self, sign: &str, what: &str) -> String {
        format!("{sign} exercise-{} {}: {what}", self.number, self.name)
    }
}

/// The lines of a verdict.
pub fn lines(verdict: &Verdict, frame: &Frame<'_>) -> Vec<Line> {
    let mut page = Page::new(frame);
    match verdict {
        Verdict::Passed(tried) => {
            page.head(Tone::Good, "✓", &passed(tried));
            for figure in tried.driven.iter().flat_map(|d| &d.figures) {
                page.wrapped(figure);
            }
            for note in &tried.notes {
                page.wrapped(&format!("note: {note}"));
            }
            if !frame.next.is_empty() {
                page.actions.push(frame.next.to_string());
            }
        }
        Verdict::NotYet(not_yet) => not_yet_lines(not_yet, &mut page),
        Verdict::CouldNot(could_not) => could_not_lines(could_not, &mut page),
        Verdict::Cancelled => page.head(Tone::Pale, "·", "given up"),
    }
    page.finish()
}

/// What was tried, and no more than that.
fn passed(tried: &Tried) -> String {
    match &tried.driven {
        Some(driven) => {
            let scenes = text::count(driven.scenes, "scene");
            format!("{}; {scenes} with real clients", explored(tried))
        }
        None => explored(tried),
    }
}

fn explored(tried: &Tried) -> String {
    let ran = text::thousands(tried.ran as u64);
    if tried.exhausted {
        return match tried.distinct {
            1 => "the only interleaving there is".to_string(),
            n => format!("all {} interleavings", text::thousands(n as u64)),
        };
    }
    let of = if tried.ran < tried.asked {
        format!(" of {} (time was up)", text::thousands(tried.asked as u64))
    } else {
        String::new()
    };
    format!(
        "{ran}{of} schedules, {} distinct",
        text::thousands(tried.distinct as u64)
    )
}

fn not_yet_lines(it: &NotYet, page: &mut Page<'_>) {
    match &it.why {
        Why::Source(findings) => source_lines(findings, page),
        Why::Compile(errors) => compile_lines(errors, page),
        Why::Native(died) => native_lines(died, page),
        Why::Schedule(failure, tried) => schedule_lines(it, failure, tried, page),
        Why::Drive(stumble) => drive_lines(stumble, page),
        Why::Require { says, tried, .. } => {
            let printed = if it.native == Some(Native::Ok) {
                "prints the right thing, but not in the way that is asked"
            } else {
                "not done in the way that is asked"
            };
            page.head(Tone::Bad, "✗", printed);
            page.wrapped(says);
            page.wrapped(&format!("(tried: {})", passed(tried)));
        }
    }
    for s in &it.suspects {
        page.suspect(s);
    }
    page.named = it.named.clone().or(page.named.take());
    let hint = format!("hint: gotour hint {}", page.frame.number);
    match &it.why {
        Why::Schedule(failure, _) if !failure.is_stuck() => {
            let number = page.frame.number;
            let again = format!("again: gotour replay {number} {}", failure.token);
            let more = format!("step: gotour step {number}     hint: gotour hint {number}");
            // On one line where there is room: each line here is one less for the schedule.
            let line = format!("{again}     {more}");
            if text::width(&line) + 2 <= page.frame.look.width {
                page.actions.push(line);
            } else {
                page.actions.extend([again, more]);
            }
        }
        Why::Compile(_) => {}
        _ => page.actions.push(hint),
    }
}

fn source_lines(findings: &[Finding], page: &mut Page<'_>) {
    let Some(first) = findings.first() else {
        return;
    };
    let why = if first.by_exercise {
        "which this exercise rules out"
    } else {
        "which a checked program must not"
    };
    page.head(
        Tone::Bad,
        "✗",
        &format!("line {} uses {}, {why}", first.line, first.found),
    );
    let number = first.line.to_string();
    page.code(&number, &first.text);
    let before: String = first.text.chars().take(first.column - 1).collect();
    let caret = format!("{}^", " ".repeat(text::width(&before)));
    page.body(
        Tone::Bad,
        format!("  {} │ {caret}", " ".repeat(number.len())),
    );
    page.blank();
    if first.by_exercise {
        page.wrapped(&first.advice);
    } else {
        page.wrapped(&format!("use here: {}", first.advice));
        page.wrapped(
            "Why: a check decides every switch between goroutines and moves the clock itself. It cannot do that for \
             what goes past the library.",
        );
    }
    let mut others: Vec<usize> = findings[1..].iter().map(|f| f.line).collect();
    others.dedup();
    others.retain(|line| *line != first.line);
    if !others.is_empty() {
        let shown: Vec<String> = others.iter().take(8).map(usize::to_string).collect();
        let word = if others.len() == 1 { "line" } else { "lines" };
        let more = if others.len() > 8 { ", ..." } else { "" };
        page.blank();
        page.wrapped(&format!("more of this: {word} {}{more}", shown.join(", ")));
    }
}

fn compile_lines(errors: &[Refusal], page: &mut Page<'_>) {
    let what = match errors.len() {
        1 => "does not compile".to_string(),
        n => format!("does not compile: {n} errors, the first one first"),
    };
    page.head(Tone::Bad, "✗", &what);
    let shown = if page.frame.verbose { errors.len() } else { 1 };
    for error in &errors[..shown] {
        for line in error.rendered.trim_end().lines() {
            page.body(Tone::Plain, line.to_string());
        }
        page.blank();
    }
    // Where the compiler says much, this is not what is cut away.
    if let (None, Some(cure)) = (&page.named, errors.first().and_then(cure)) {
        page.named = Some(Named {
            name: "goroutine".to_string(),
            title: "What mostly helps here".to_string(),
            says: cure.to_string(),
        });
    }
    if shown < errors.len() {
        page.actions.push(format!(
            "mend this one and save; all of them: gotour check {} --verbose",
            page.frame.name
        ));
    } else {
        page.actions.push("mend it and save".to_string());
    }
    if let Some(code) = errors.first().and_then(|e| e.code.as_deref())
        && code.starts_with('E')
    {
        page.actions
            .push(format!("what {code} means: rustc --explain {code}"));
    }
}

/// What mostly helps against an error that has to do with goroutines: the compiler does not know what they are.
fn cure(error: &Refusal) -> Option<&'static str> {
    let says = |text: &str| error.rendered.contains(text);
    match error.code.as_deref()? {
        "E0373" | "E0521" | "E0597" | "E0716" if says("'static") => Some(
            "A goroutine may run for longer than the function that starts it, so it can borrow nothing from there. Give it \
             values of its own: `move`, and before that a clone of each handle (Chan, WaitGroup, Arc, Shared). But of a \
             number, `move` makes a copy: what others are to see goes over a channel, or into an Arc<Mutex<...>>.",
        ),
        "E0382" if says("into closure") && says(" defer! {") => Some(
            "A defer! takes along what it uses, and has it until the block is left. A lock's guard needs none: it gives the \
             lock back when its block is left, on every way out. Of a handle (WaitGroup, Chan, Arc) give it a clone: \
             `let done = wg.clone();`.",
        ),
        "E0382" if says("into closure") => Some(
            "A goroutine has taken it along. Make a clone for each goroutine, before its closure: `let ch = ch.clone();`. A \
             clone of a Chan, a WaitGroup, an Arc or a Shared leads to the same one.",
        ),
        "E0277" if says("cannot be sent between threads") => Some(
            "What a goroutine takes along must be able to go to another thread: Arc in place of Rc, Mutex in place of \
             RefCell or Cell. And a lock's guard stays with the goroutine that took the lock.",
        ),
        "E0308" if says("select! {") => Some(
            "All arms of a select! have one type, as those of a match. What recv gives there is an Option: Some(value), or \
             None if the channel is closed.",
        ),
        "E0277" | "E0308" | "E0369" if says("Option<") && says("recv()") => Some(
            "recv gives an Option: Some(value), or None once the channel is closed and empty. Take it apart with match, \
             `if let` or `while let`.",
        ),
        _ => None,
    }
}

fn native_lines(died: &Died, page: &mut Page<'_>) {
    let where_ = match died.when {
        When::Natively => "",
        When::UnderSchedules => " while its schedules were tried",
    };
    let said = died.said.as_deref().unwrap_or_default();
    let (what, advice) = match died.how {
        Native::Ok | Native::Output => ("prints something else when it just runs".to_string(), ""),
        Native::Panic => (format!("panicked{where_}: {said}"), ""),
        Native::Fatal => (format!("ended in a fatal error{where_}: {said}"), ""),
        Native::Deadlock => (
            "deadlock: every goroutine waits, and nothing is left that could wake one".to_string(),
            "Look at what each one waits for, and ask who should have sent, received, unlocked or called done.",
        ),
        Native::Timeout => (
            format!(
                "still running after {} s, so it was stopped{where_}",
                died.number
            ),
            "Either it never ends, or it takes its time: look for a loop whose condition nobody changes, for one that waits \
             by asking again and again, and for a wait for the clock. Waiting is what a channel, a WaitGroup or a Mutex does.",
        ),
        Native::Memory => (
            format!(
                "held {} MiB of memory (the limit is {}), so it was stopped{where_}",
                died.number >> 20,
                super::MEMORY >> 20
            ),
            "Look for a loop that makes goroutines, or makes a Vec or a channel's buffer longer, without end.",
        ),
        Native::Flood => (
            format!(
                "printed more than {} MiB, so it was stopped{where_}",
                (died.number >> 20).max(1)
            ),
            "Look for a println! in a loop that does not end, or goes round far too often.",
        ),
        Native::Overflow => (
            format!("a stack overflow{where_}: a function calls itself without end"),
            "Look for a recursion that has no end, or for a very large array that lives on the stack.",
        ),
        Native::Signal => (
            format!("died of signal {}{where_}", signal_name(died.number)),
            "Safe Rust does not do that: look for an `unsafe` block, or for an abort.",
        ),
        Native::Exit => (
            format!("left with exit code {}{where_}", died.number),
            "A program ends by returning from main; then its exit code is 0.",
        ),
        Native::NoRun if died.said.is_some() => {
            ("cannot be tried under other schedules".to_string(), said)
        }
        Native::NoRun => (
            "never calls run, so there is nothing to schedule".to_string(),
            "What main does has to stand inside of `run(|| { ... })`: only there are goroutines started.",
        ),
    };
    page.head(Tone::Bad, "✗", &what);
    for line in &died.difference {
        let tone = match line.as_bytes().first() {
            Some(b'-') => Tone::Good,
            Some(b'+') => Tone::Bad,
            _ => Tone::Plain,
        };
        page.body(tone, format!("  {line}"));
    }
    if !died.difference.is_empty() {
        page.body(Tone::Pale, "  - is missing, + is too much".to_string());
        page.blank();
    }
    for line in &died.place {
        page.body(Tone::Plain, format!("  {line}"));
    }
    if !died.place.is_empty() {
        page.blank();
    }
    if died.how == Native::Flood && !died.printed.is_empty() {
        page.body(Tone::Plain, "  it begins:".to_string());
        for line in &died.printed {
            page.body(Tone::Pale, format!("  {line}"));
        }
        page.blank();
    }
    if !advice.is_empty() {
        page.wrapped(advice);
    }
}

fn drive_lines(stumble: &Stumble, page: &mut Page<'_>) {
    page.head(
        Tone::Bad,
        "✗",
        &format!("with real clients, \"{}\" goes wrong", stumble.title),
    );
    for step in &stumble.before {
        page.body(Tone::Pale, format!("  {step}"));
    }
    page.blank();
    page.wrapped(&stumble.says);
    if !stumble.program.is_empty() {
        page.blank();
        page.body(Tone::Plain, "  the program said:".to_string());
        for line in &stumble.program {
            page.body(Tone::Plain, format!("  {line}"));
        }
    }
}

fn signal_name(number: u64) -> String {
    let name = match number {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return number.to_string(),
    };
    format!("{number} ({name})")
}

fn schedule_lines(it: &NotYet, failure: &FailedSchedule, tried: &Tried, page: &mut Page<'_>) {
    let stuck = it.native == Some(Native::Timeout);
    if failure.is_stuck() {
        let seconds = super::NATIVE_TIME.as_secs();
        page.head(
            Tone::Bad,
            "✗",
            &if stuck {
                format!("still running after {seconds} s, so it was stopped")
            } else {
                "does not come to its end under one of its schedules".to_string()
            },
        );
        page.wrapped(&failure.message);
        return;
    }
    page.head_with(&failed_how(failure, tried), &failed_how_often(tried));
    if tried.asked == 1 {
        // What a check has to say beside a failure would take lines from it; a replay was asked for this one.
        for note in &tried.notes {
            page.wrapped(&format!("note: {note}."));
        }
    }
    for line in &failure.table {
        page.body(Tone::Plain, line.clone());
    }
    if stuck {
        page.blank();
        page.wrapped("When it just runs it does not end either: it was stopped after its time.");
    }
    if tried.failed == 1 && tried.ran > 1 {
        page.blank();
        page.wrapped(&format!(
            "It is the only one of {} that fails: an ordinary run would hardly ever show it.",
            text::thousands(tried.ran as u64)
        ));
    }
}

/// `schedule 37 of 2,000 printed "1", expected "2"`
fn failed_how(failure: &FailedSchedule, tried: &Tried) -> String {
    let which = if tried.asked == 1 {
        "this schedule".to_string()
    } else {
        let (index, ran) = (failure.index as u64, tried.ran as u64);
        format!(
            "schedule {} of {}",
            text::thousands(index),
            text::thousands(ran)
        )
    };
    let message = failure.message.lines().next().unwrap_or_default();
    let what = match failure.kind {
        Failed::Output => message.to_string(),
        Failed::Panic => format!("panicked: {message}"),
        Failed::Fatal => format!("ended in a fatal error: {message}"),
        Failed::Deadlock => "ends in a deadlock".to_string(),
        Failed::Leak => "leaves goroutines behind that wait for ever".to_string(),
        Failed::Race => "has a race: two accesses that nothing orders".to_string(),
        Failed::Steps => "comes to no end".to_string(),
        _ => "does something else when it is run again".to_string(),
    };
    format!("{which} {what}")
}

/// `4,920 fail · 61 ms`
fn failed_how_often(tried: &Tried) -> String {
    if tried.ran <= 1 {
        return String::new();
    }
    let fail = if tried.failed == 1 { "fails" } else { "fail" };
    format!(
        "{} {fail} · {} ms",
        text::thousands(tried.failed as u64),
        tried.elapsed.as_millis()
    )
}

fn could_not_lines(it: &CouldNot, page: &mut Page<'_>) {
    page.head(
        Tone::Bad,
        "!",
        &format!("could not be checked: {}", it.what),
    );
    for line in &it.text {
        page.body(Tone::Plain, format!("  {line}"));
    }
    page.actions.push(it.mend.clone());
}

/// The parts of a screen; the body gives way where all of it is too tall.
struct Page<'a> {
    frame: &'a Frame<'a>,
    body: Vec<Line>,
    /// Lines of the program, and what is said of them: they stay where the body gives way.
    pointed: Vec<Line>,
    named: Option<Named>,
    actions: Vec<String>,
}

impl<'a> Page<'a> {
    fn new(frame: &'a Frame<'a>) -> Page<'a> {
        Page {
            frame,
            body: Vec::new(),
            pointed: Vec::new(),
            named: None,
            actions: Vec::new(),
        }
    }

    fn head(&mut self, tone: Tone, sign: &str, what: &str) {
        let head = self.frame.head(sign, what);
        for line in text::wrap(&head, self.frame.wide()) {
            self.body(tone, line);
        }
        if tone != Tone::Good && tone != Tone::Pale {
            self.blank();
        }
    }

    /// A bad head with something at its right where there is room for it, else on a line of its own.
    fn head_with(&mut self, what: &str, right: &str) {
        let head = self.frame.head("✗", what);
        let room = self.frame.wide().saturating_sub(text::width(&head));
        if right.is_empty() || text::width(right) + 3 > room {
            self.head(Tone::Bad, "✗", what);
            self.body.pop();
            if !right.is_empty() {
                self.body(Tone::Pale, format!("  {right}"));
            }
        } else {
            let gap = " ".repeat((room - text::width(right)).min(5));
            self.body(Tone::Bad, format!("{head}{gap}{right}"));
        }
    }

    fn body(&mut self, tone: Tone, text: String) {
        self.body.push(Line { tone, text });
    }

    fn blank(&mut self) {
        if self.body.last().is_some_and(|l| !l.text.is_empty()) {
            self.body(Tone::Plain, String::new());
        }
    }

    fn wrapped(&mut self, paragraph: &str) {
        for line in text::wrap_all(paragraph, self.frame.wide() - 2) {
            self.body(Tone::Plain, format!("  {line}").trim_end().to_string());
        }
    }

    fn suspect(&mut self, s: &Suspect) {
        let mut lines = vec![format!("  {} │ {}", s.line, s.text)];
        let says = text::wrap_all(&s.says, self.frame.wide() - 2);
        lines.extend(says.iter().map(|line| format!("  {line}")));
        lines.push(String::new());
        self.pointed.extend(lines.into_iter().map(|text| Line {
            tone: Tone::Plain,
            text,
        }));
    }

    fn code(&mut self, number: &str, line: &str) {
        self.body(Tone::Plain, format!("  {number} │ {line}"));
    }

    fn finish(mut self) -> Vec<Line> {
        let wide = self.frame.wide();
        let mut tail = std::mem::take(&mut self.pointed);
        if let Some(named) = &self.named {
            tail.push(Line {
                tone: Tone::Strong,
                text: format!("  {}", named.title),
            });
            for line in text::wrap_all(named.says.trim(), wide - 2) {
                tail.push(Line {
                    tone: Tone::Plain,
                    text: format!("  {line}").trim_end().to_string(),
                });
            }
            tail.push(Line {
                tone: Tone::Plain,
                text: String::new(),
            });
        }
        for action in &self.actions {
            // Two commands stand on one line where they fit, and below each other where they do not.
            let pieces: Vec<&str> = if text::width(action) + 2 > wide {
                action.split("     ").collect()
            } else {
                vec![action]
            };
            tail.extend(pieces.into_iter().map(|piece| Line {
                tone: Tone::Pale,
                text: format!("  {piece}"),
            }));
        }
        while self.body.last().is_some_and(|l| l.text.is_empty()) {
            self.body.pop();
        }
        // A small terminal also has to hold the line that is typed next.
        let tall = TALL.min(self.frame.look.height.saturating_sub(2)).max(8);
        let room = tall.saturating_sub(tail.len() + 1).max(2);
        if !self.frame.verbose && self.body.len() > room {
            let more = self.body.len() - (room - 1);
            self.body.truncate(room - 1);
            self.body(
                Tone::Pale,
                // `watch` and `replay` come here, too: it says what to type and not what to add.
                format!(
                    "  ... {more} more lines: gotour check {} --verbose shows them",
                    self.frame.number
                ),
            );
        }
        if !tail.is_empty() && self.body.len() > 1 {
            self.blank();
        }
        let mut lines = self.body;
        lines.append(&mut tail);
        for line in &mut lines {
            line.text = text::cut(&line.text, wide, "…");
        }
        lines
    }
}
