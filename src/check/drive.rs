//! Drives a program that listens: clients over TCP do what a scene says, and the first thing that is not as it should be
//! is told in a sentence.
//!
//! Each scene has a program of its own, which prints where it listens and must end by itself. One thread is with the
//! program (`execute`), this one is all of its clients in turn: so a scene has one order, and each of its waits an end.

pub mod client;
pub mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use goroutines::UNWAITED;
use rustix::event::{PollFd, PollFlags, Timespec};

use super::execute::{self, Cancel, Ended, Limits, Ran};
use crate::curriculum::Load;
use crate::text;
use client::{Came, Client};
use script::{Flood, Step, What};

/// How long something that should come is waited for. A busy machine needs some of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it is quiet before it is looked whether the check is given up.
const QUIET: Duration = Duration::from_millis(50);
/// How long a program may run for one scene.
pub const SCENE: Duration = Duration::from_secs(40);
/// Lines of a flood that may be on their way.
const WINDOW: usize = 16;
/// Steps that are told before the one that failed.
const TRAIL: usize = 5;

/// A scene, ready to be played.
#[derive(Debug)]
pub struct Scene<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub steps: Vec<Step>,
}

/// What is played.
#[derive(Debug)]
pub struct Play<'a> {
    /// What stands before the address in the line that says where the program listens.
    pub listens: &'a str,
    /// What lines begin with that may come at any time.
    pub aside: &'a str,
    pub scenes: Vec<Scene<'a>>,
    pub load: Option<&'a Load>,
}

/// All went as it should.
#[derive(Debug, Clone, Default)]
pub struct Driven {
    pub scenes: usize,
    /// What was measured under load.
    pub figures: Vec<String>,
}

/// Where a scene went otherwise.
#[derive(Debug, Clone)]
pub struct Stumble {
    pub scene: String,
    pub title: String,
    /// The last steps before it, as they were written.
    pub before: Vec<String>,
    /// One sentence: what should have come, and what did.
    pub says: String,
    /// What the program said of its own end, if that was bad.
    pub program: Vec<String>,
}

/// Why a step failed, before it is known how the program ended.
struct Missed(String);

type Played<T> = Result<T, Missed>;

fn missed<T>(says: impl Into<String>) -> Played<T> {
    Err(Missed(says.into()))
}

/// Plays all scenes, each with a program of its own.
pub fn drive(
    play: &Play<'_>,
    command: &(dyn Fn() -> Command + Sync),
    limits: &Limits,
    cancel: &Cancel,
) -> io::Result<Result<Driven, Stumble>> {
    let mut driven = Driven::default();
    // Where nothing is measured, the program tells whom nobody has waited for.
    let telling = || {
        let mut command = command();
        command.env("GODEBUG", "unwaited=1");
        command
    };
    for scene in &play.scenes {
        let act = |stage: &mut Stage<'_>| stage.scene(scene);
        let (name, title) = (scene.name, scene.title);
        if let Err(stumble) = perform(play, name, title, &telling, limits, cancel, act)? {
            return Ok(Err(stumble));
        }
        driven.scenes += 1;
    }
    if let Some(load) = play.load {
        let act = |stage: &mut Stage<'_>| stage.load(load);
        match perform(play, "load", &load.title, command, limits, cancel, act)? {
            Ok(figures) => driven.figures = figures,
            Err(stumble) => return Ok(Err(stumble)),
        }
        driven.scenes += 1;
    }
    Ok(Ok(driven))
}

/// Starts the program, plays on it, and sees to its end.
fn perform<T>(
    play: &Play<'_>,
    name: &str,
    title: &str,
    command: &(dyn Fn() -> Command + Sync),
    limits: &Limits,
    cancel: &Cancel,
    act: impl FnOnce(&mut Stage<'_>) -> Played<T>,
) -> io::Result<Result<T, Stumble>> {
    let running = cancel.child();
    let (told, hears) = mpsc::channel();
    let (ended, end) = mpsc::channel::<Ran>();
    thread::scope(|scope| {
        let running = &running;
        let program = scope.spawn(move || -> io::Result<()> {
            let mut told = Some(told);
            let ran = execute::run_telling(&mut command(), limits, running, &mut |out| {
                if let Some(address) = address(out, play.listens)
                    && let Some(told) = told.take()
                {
                    // Nobody waits any more if it came too late.
                    let _ = told.send(address);
                }
            })?;
            let _ = ended.send(ran);
            Ok(())
        });
        let mut stage = Stage {
            play,
            cancel,
            hears,
            end,
            ran: None,
            address: None,
            clients: BTreeMap::new(),
            before: Vec::new(),
        };
        let played = act(&mut stage);
        let Stage {
            mut ran,
            before,
            end,
            clients,
            ..
        } = stage;
        drop(clients);
        if played.is_err() && ran.is_none() {
            // It may just be about to say why.
            ran = end.recv_timeout(Duration::from_millis(100)).ok();
        }
        running.cancel();
        let joined = program.join();
        joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(played.map_err(|Missed(says)| Stumble {
            scene: name.to_string(),
            title: title.to_string(),
            before: before[before.len().saturating_sub(TRAIL)..].to_vec(),
            says,
            program: ran.as_ref().map(last_words).unwrap_or_default(),
        }))
    })
}

/// Where the program listens, once a whole line of its output says so.
fn address(out: &[u8], listens: &str) -> Option<SocketAddr> {
    let text = String::from_utf8_lossy(out);
    let whole = &text[..text.rfind('\n')?];
    whole
        .lines()
        .find_map(|l| l.strip_prefix(listens)?.trim().parse().ok())
}

/// What a program that ended badly said.
fn last_words(ran: &Ran) -> Vec<String> {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    let from = stderr
        .lines()
        .position(|l| l.starts_with("panic: ") || l.starts_with("fatal error: "));
    let lines = stderr.lines().skip(from.unwrap_or_default());
    lines.take(6).map(|l| l.replace('\t', "    ")).collect()
}

/// The lines in which goroutines are started whom nobody has waited for, as the program tells.
fn nobody_waited_for(ran: Option<&Ran>) -> Option<String> {
    let stderr = String::from_utf8_lossy(&ran?.stderr);
    let lines = stderr.lines().filter(|l| l.starts_with(UNWAITED));
    let lines: BTreeSet<usize> = lines
        .filter_map(|l| l.rsplit(':').next()?.parse().ok())
        .collect();
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    match lines.as_slice() {
        [] => None,
        [line] => Some(format!("line {line}")),
        [first @ .., last] => Some(format!("lines {} and {last}", first.join(", "))),
    }
}

/// Who plays: the clients that are connected, and the program.
struct Stage<'a> {
    play: &'a Play<'a>,
    cancel: &'a Cancel,
    hears: mpsc::Receiver<SocketAddr>,
    end: mpsc::Receiver<Ran>,
    ran: Option<Ran>,
    address: Option<SocketAddr>,
    clients: BTreeMap<String, Client>,
    before: Vec<String>,
}

impl Stage<'_> {
    fn scene(&mut self, scene: &Scene<'_>) -> Played<()> {
        for step in &scene.steps {
            self.step(&step.what)?;
            self.before.push(step.text.clone());
        }
        Ok(())
    }

    fn step(&mut self, what: &What) -> Played<()> {
        match what {
            What::Connects(who) => {
                let client = self.connect(who)?;
                self.clients.insert(who.clone(), client);
                Ok(())
            }
            What::Disconnects(who) => {
                if let Some(client) = self.clients.remove(who) {
                    client.disconnect();
                }
                Ok(())
            }
            What::BreaksOff(who) => {
                let patience = self.client(who).map(|_| PATIENCE)?;
                let cut = self
                    .clients
                    .remove(who)
                    .map(|c| c.break_off(patience, self.cancel));
                match cut {
                    Some(true) => Ok(()),
                    _ => missed(format!("something should come to {who}, and nothing did")),
                }
            }
            What::Quiet(seconds) => self.quiet(Duration::from_secs(*seconds)),
            What::Sends(who, text) => self.sends(who, text),
            What::Hears(who, text) => self.hears(who, text),
            What::Heard(who, text) => self.heard(who, text),
            What::LetGo(who) => self.let_go(who),
            What::Floods(flood) => self.flood(flood),
            What::Ends(last) => self.ends(last),
        }
    }

    fn listening(&mut self) -> Played<SocketAddr> {
        if let Some(address) = self.address {
            return Ok(address);
        }
        let listens = self.play.listens;
        match self.hears.recv_timeout(PATIENCE) {
            Ok(address) => {
                self.address = Some(address);
                Ok(address)
            }
            Err(_) => {
                self.ran = self.end.try_recv().ok();
                match self.ran {
                    Some(_) => missed(format!(
                        "the program should print `{listens}` with its address, and it ended before"
                    )),
                    None => missed(format!(
                        "the program should print `{listens}` with its address, and did not within {} s",
                        PATIENCE.as_secs()
                    )),
                }
            }
        }
    }

    fn connect(&mut self, who: &str) -> Played<Client> {
        let address = self.listening()?;
        Client::connect(address, PATIENCE)
            .or_else(|e| missed(format!("{who} could not connect: {e}")))
    }

    fn client(&mut self, who: &str) -> Played<&mut Client> {
        match self.clients.get_mut(who) {
            Some(client) => Ok(client),
            None => missed(format!("{who} is not connected: a mistake in this scene")),
        }
    }

    fn sends(&mut self, who: &str, text: &str) -> Played<()> {
        let sent = self.client(who)?.send(text);
        sent.or_else(|e| {
            missed(format!(
                "{who} could not send `{}`: {e}",
                text::cut(text, 40, "…")
            ))
        })
    }

    /// The next thing that comes to `who`, asides aside.
    fn next(&mut self, who: &str) -> Played<Came> {
        let (aside, cancel) = (self.play.aside, self.cancel);
        let client = self.client(who)?;
        loop {
            match client.next(PATIENCE, cancel) {
                Came::Line(line) if line.starts_with(aside) => client.asides.push(line),
                came => return Ok(came),
            }
        }
    }

    fn hears(&mut self, who: &str, text: &str) -> Played<()> {
        match self.next(who)? {
            Came::Line(line) if line == text => Ok(()),
            Came::Line(line) if line.split_whitespace().eq(text.split_whitespace()) => {
                missed(format!(
                    "{who} should hear `{}`, and the line that came has other blanks in it",
                    text::cut(text, 60, "…")
                ))
            }
            came => {
                let seen = self.client(who)?.asides.last().cloned();
                missed(format!(
                    "{who} should hear `{}`, and {}{}",
                    text::cut(text, 60, "…"),
                    in_words(&came),
                    seen.map_or(String::new(), |s| format!("; the last before it was `{s}`"))
                ))
            }
        }
    }

    fn heard(&mut self, who: &str, text: &str) -> Played<()> {
        let (aside, cancel) = (self.play.aside, self.cancel);
        let client = self.client(who)?;
        if let Some(at) = client.asides.iter().position(|l| l == text) {
            client.asides.remove(at);
            return Ok(());
        }
        loop {
            match client.next(PATIENCE, cancel) {
                Came::Line(line) if line == text => return Ok(()),
                Came::Line(line) if line.starts_with(aside) => client.asides.push(line),
                came => {
                    return missed(format!(
                        "{who} should hear `{text}`, and {}",
                        in_words(&came)
                    ));
                }
            }
        }
    }

    fn let_go(&mut self, who: &str) -> Played<()> {
        match self.next(who)? {
            Came::End => {
                self.clients.remove(who);
                Ok(())
            }
            came => missed(format!(
                "the server should end the connection of {who}, and {}",
                in_words(&came)
            )),
        }
    }

    /// What is tried is that nothing happens: nothing may come to an end, either.
    fn quiet(&mut self, long: Duration) -> Played<()> {
        let end = Instant::now() + long;
        while Instant::now() < end && !self.cancel.is_set() {
            if let Ok(ran) = self.end.recv_timeout(QUIET) {
                self.ran = Some(ran);
                return missed("nobody said anything, and the program ended");
            }
        }
        Ok(())
    }

    fn flood(&mut self, flood: &Flood) -> Played<()> {
        let text = |n: usize| format!("{n:0>width$}", width = flood.bytes);
        let mut heard = 0;
        for n in 0..flood.lines {
            let sent = flood.sent.replacen('#', &text(n), 1);
            if let Err(Missed(says)) = self.sends(&flood.who, &sent) {
                return missed(format!("line {n} of {}: {says}", flood.lines));
            }
            // Some are on their way, and not more than a reader who reads can take.
            let over =
                n + 1 == flood.lines || self.client(&flood.hearer)?.asides.contains(&flood.until);
            while heard + WINDOW <= n + 1 || (over && heard <= n) {
                let expected = flood.heard.replacen('#', &text(heard), 1);
                match self.next(&flood.hearer)? {
                    Came::Line(line) if line == expected => heard += 1,
                    came => {
                        return missed(format!(
                            "{} said {} lines; {} reads all the time and should hear number {}, and {}",
                            flood.who,
                            text::thousands(n as u64 + 1),
                            flood.hearer,
                            text::thousands(heard as u64 + 1),
                            in_words(&came)
                        ));
                    }
                }
            }
            if over {
                break;
            }
            if let Some((who, of)) = &flood.slow
                && (n + 1) % of == 0
            {
                self.client(who)?.takes_a_line();
            }
        }
        if self.client(&flood.hearer)?.asides.contains(&flood.until) {
            return Ok(());
        }
        missed(format!(
            "{} said {} lines of {} bytes, and {} has not heard `{}`",
            flood.who,
            text::thousands(flood.lines as u64),
            text::thousands(flood.bytes as u64),
            flood.hearer,
            flood.until
        ))
    }

    fn ends(&mut self, last: &str) -> Played<()> {
        let Ok(ran) = self.end.recv_timeout(PATIENCE) else {
            return missed(format!(
                "the program should end, and still runs after {} s: somebody still waits, or it still accepts",
                PATIENCE.as_secs()
            ));
        };
        let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
        let ended = ran.ended;
        self.ran = Some(ran);
        let line = printed.lines().last().unwrap_or_default();
        match ended {
            Ended::Exit(0) if line == last => match nobody_waited_for(self.ran.as_ref()) {
                None => Ok(()),
                Some(lines) => missed(format!(
                    "the program ended, and nobody had waited for the end of a goroutine that is started in {lines}"
                )),
            },
            Ended::Exit(0) => missed(format!(
                "the program should end with the line `{last}`, and its last one is `{}`",
                text::cut(line, 60, "…")
            )),
            Ended::Exit(code) => missed(format!(
                "the program should end well, and it left with exit code {code}"
            )),
            Ended::Signal(signal) => missed(format!(
                "the program should end well, and signal {signal} ended it"
            )),
            Ended::Memory(bytes) => missed(format!(
                "the program should end well, and was stopped when it held {} MiB of memory",
                bytes >> 20
            )),
            Ended::Output => missed(
                "the program should end well, and was stopped because it printed too much"
                    .to_string(),
            ),
            Ended::Time | Ended::Cancelled => missed(
                "the program should end well, and was stopped because it still ran".to_string(),
            ),
        }
    }

    /// Many clients, who all say a line in each round and hear those of all others: what was measured.
    fn load(&mut self, load: &Load) -> Played<Vec<String>> {
        let names: Vec<String> = (0..load.clients).map(|i| format!("c{i}")).collect();
        let filled = |template: &str, who: &str, text: &str| {
            template.replace("{who}", who).replace("{text}", text)
        };
        for name in &names {
            let client = self.connect(name)?;
            self.clients.insert(name.clone(), client);
            self.sends(name, &filled(&load.joins, name, ""))?;
            self.hears(name, &filled(&load.joined, name, ""))?;
        }
        let mut clients: Vec<Client> = names
            .iter()
            .filter_map(|n| self.clients.remove(n))
            .collect();
        let mut waits: Vec<Duration> =
            Vec::with_capacity(load.clients * load.clients * load.rounds);
        for client in &clients {
            client
                .do_not_wait()
                .or_else(|e| missed(format!("a socket: {e}")))?;
        }
        let begun = Instant::now();
        for round in 0..load.rounds {
            let mut sent = Vec::with_capacity(clients.len());
            for (name, client) in names.iter().zip(&mut clients) {
                sent.push(Instant::now());
                let line = filled(&load.says, name, &round.to_string());
                client
                    .send(&line)
                    .or_else(|e| missed(format!("{name} could not send `{line}`: {e}")))?;
            }
            let lines: Vec<String> = names
                .iter()
                .map(|n| filled(&load.heard, n, &round.to_string()))
                .collect();
            self.one_round(&names, &mut clients, &lines, &sent, &mut waits)?;
        }
        let took = begun.elapsed().as_secs_f64();
        for (name, client) in names.into_iter().zip(clients) {
            self.clients.insert(name, client);
        }
        self.sends("c0", &load.stops)?;
        self.ends(&load.ends)?;
        Ok(figures(load, took, &mut waits))
    }

    /// Reads until everybody has heard everybody else once.
    fn one_round(
        &self,
        names: &[String],
        clients: &mut [Client],
        lines: &[String],
        sent: &[Instant],
        waits: &mut Vec<Duration>,
    ) -> Played<()> {
        let all = clients.len();
        let mut heard = vec![vec![false; all]; all];
        let mut missing = vec![all - 1; all];
        let mut last = Instant::now();
        while missing.iter().any(|m| *m > 0) {
            for j in 0..all {
                let client = &mut clients[j];
                if missing[j] == 0 {
                    continue;
                }
                let over = client.read() == Some(Came::End);
                let now = Instant::now();
                while let Some(line) = client.ready() {
                    last = now;
                    if line.starts_with(self.play.aside) {
                        continue;
                    }
                    match lines
                        .iter()
                        .position(|l| *l == line)
                        .filter(|i| *i != j && !heard[j][*i])
                    {
                        Some(i) => {
                            heard[j][i] = true;
                            missing[j] -= 1;
                            waits.push(now.saturating_duration_since(sent[i]));
                        }
                        None => {
                            return missed(format!(
                                "{} should hear each of the others once a round, and heard `{}`",
                                names[j],
                                text::cut(&line, 60, "…")
                            ));
                        }
                    }
                }
                if over && missing[j] > 0 {
                    return missed(format!(
                        "{} reads all the time, and its connection was ended",
                        names[j]
                    ));
                }
            }
            if last.elapsed() > PATIENCE || self.cancel.is_set() {
                let j = missing.iter().position(|m| *m > 0).unwrap_or_default();
                let i = (0..all)
                    .find(|i| *i != j && !heard[j][*i])
                    .unwrap_or_default();
                return missed(format!(
                    "{} should hear `{}`, and nothing came for {} s",
                    names[j],
                    lines[i],
                    PATIENCE.as_secs()
                ));
            }
            wait_for_any(clients, &missing);
        }
        Ok(())
    }
}

/// Until one of those who miss something can read, or a moment has passed.
fn wait_for_any(clients: &[Client], missing: &[usize]) {
    let waiting = clients.iter().zip(missing).filter(|(_, m)| **m > 0);
    let mut fds: Vec<PollFd<'_>> = waiting
        .map(|(c, _)| PollFd::new(c.stream(), PollFlags::IN))
        .collect();
    let tick = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    // Whatever came of it: the next round of reads finds out.
    let _ = rustix::event::poll(&mut fds, Some(&tick));
}

fn in_words(came: &Came) -> String {
    match came {
        Came::Line(line) => format!("`{}` came", text::cut(line, 60, "…")),
        Came::End => "the connection was ended".to_string(),
        Came::Nothing => format!("nothing came for {} s", PATIENCE.as_secs()),
    }
}

fn figures(load: &Load, took: f64, waits: &mut [Duration]) -> Vec<String> {
    waits.sort();
    let at = |share: usize| {
        let wait = waits.get((waits.len() * share / 100).min(waits.len().saturating_sub(1)));
        wait.copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    let said = (load.clients * load.rounds) as f64 / took;
    let heard = waits.len() as f64 / took;
    vec![
        format!(
            "{} clients said {} lines each, all at once: {} lines a second in, {} out",
            load.clients,
            load.rounds,
            text::thousands(said.round() as u64),
            text::thousands(heard.round() as u64)
        ),
        format!(
            "from one client to another: {:.1} ms in the median, {:.1} ms at 99 of 100",
            at(50),
            at(99)
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_a_whole_line_only() {
        let told = |out: &str| address(out.as_bytes(), "listening on ").map(|a| a.port());
        assert_eq!(
            told("listening on 127.0.0.1:12"),
            None,
            "more of it may come"
        );
        assert_eq!(told("listening on 127.0.0.1:1234\n"), Some(1234));
        assert_eq!(told("first\nlistening on 127.0.0.1:80\nmore"), Some(80));
        assert_eq!(told("listening on the moon\n"), None);
    }

    #[test]
    fn a_program_that_never_listens_is_told_so_and_ended() {
        let play = Play {
            listens: "listening on ",
            aside: "* ",
            scenes: vec![Scene {
                name: "talk",
                title: "Talk",
                steps: script::parse("ann connects").unwrap(),
            }],
            load: None,
        };
        let limits = Limits {
            time: SCENE,
            memory: None,
            output: 1 << 16,
            ask_where: false,
        };
        let start = || {
            let mut command = Command::new("sh");
            command.args(["-c", "echo 'panic: no' >&2; exit 2"]);
            command
        };
        let driven = drive(&play, &start, &limits, &Cancel::new()).unwrap();
        let stumble = driven.expect_err("it never listens");
        assert_eq!(stumble.scene, "talk");
        assert!(stumble.says.contains("it ended before"), "{}", stumble.says);
        assert_eq!(stumble.program, ["panic: no"]);
    }
}
