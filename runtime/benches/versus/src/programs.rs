//! The programs: which there are, how they are built, and one run of one of them.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::load;
use crate::works::Work;

/// The version that the figures are compared with.
const GO: &str = "go1.27.3";

/// How long one run of most works may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Whose works are measured.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// As `--programs` and the table name it.
    pub name: &'static str,
    binary: &'static str,
    /// Said before the work's name: a binary may hold the works on several libraries.
    library: &'static str,
    /// What is said of it below the table.
    pub about: &'static str,
}

const fn program(
    name: &'static str,
    binary: &'static str,
    library: &'static str,
    about: &'static str,
) -> Program {
    Program {
        name,
        binary,
        library,
        about,
    }
}

/// Go comes first: the others are compared with it.
pub const PROGRAMS: &[Program] = &[
    program("go", "go", "", ""),
    program("ours", "ours", "", ""),
    program(
        "may",
        "may",
        "",
        "coroutines with stacks. Its channels have no bound: works that need one are left out. Blocking calls are made \
         plainly, since it has nothing for them. Its select receives in a coroutine for each case, and what a case that comes \
         too late has received is lost.",
    ),
    program(
        "tokio",
        "futures",
        "tokio",
        "with its own channels, which hold at least one item: where the work wants unbuffered ones, these hold one. \
         Blocking calls go to its pool of threads.",
    ),
    program(
        "kanal",
        "futures",
        "kanal",
        "channels of kanal on tokio. A receive that is given up may lose its item, as its documentation says, so that a \
         select may wait for ever for one that is lost.",
    ),
    program("flume", "futures", "flume", "channels of flume on tokio."),
    program(
        "smol",
        "futures",
        "smol",
        "with its own channels, which hold at least one item, and its pool of threads, as tokio.",
    ),
    program(
        "std",
        "threads",
        "std",
        "locks of the standard library on threads, kept to as many CPUs as there are Ps.",
    ),
    program(
        "parking_lot",
        "threads",
        "parking_lot",
        "locks of parking_lot on the same threads.",
    ),
    program(
        "epoll",
        "epoll",
        "",
        "a server on mio by hand, with a thread for each P and no runtime.",
    ),
];

/// The binaries that need what the library is compared with.
const PEERS: &[&str] = &["may", "futures", "threads"];

/// One line that a program printed.
#[derive(Debug)]
pub struct Measured {
    pub row: String,
    pub value: u64,
    pub ops: u64,
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The program has no such work.
    NotThere,
    /// It came out wrong, or the program crashed.
    Wrong(String),
    /// It did not end in time.
    Never(Duration),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotThere => f.write_str("–"),
            Failure::Wrong(_) => f.write_str("wrong"),
            Failure::Never(limit) => write!(f, "never ({} s)", limit.as_secs()),
        }
    }
}

/// The folders: the package, and where things are built.
#[derive(Debug)]
pub struct Places {
    package: PathBuf,
    target: PathBuf,
}

impl Places {
    pub fn find() -> Places {
        let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        // This program stands in `release` below it.
        let me = std::env::current_exe().expect("a program has a path");
        let target = me.ancestors().nth(2).expect("it is in a folder").into();
        Places { package, target }
    }

    /// Where the results are written unless told otherwise.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where Cargo.toml is.
    pub fn package(&self) -> &Path {
        &self.package
    }

    /// The program with our works.
    pub fn ours(&self) -> PathBuf {
        self.target.join("release/ours")
    }

    fn binary(&self, program: &Program) -> PathBuf {
        match program.binary {
            "go" => self.target.join("works-in-go"),
            name => self.target.join("release").join(name),
        }
    }

    /// Builds what `programs` need.
    ///
    /// # Errors
    ///
    /// Of cargo; a Go that is not there is left out of `programs` and said on stderr instead.
    pub fn build(&self, programs: &mut Vec<Program>) -> Result<(), String> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo
            .current_dir(&self.package)
            .args(["build", "--quiet", "--release", "--locked"]);
        if programs.iter().any(|p| PEERS.contains(&p.binary)) {
            cargo.args(["--features", "peers"]);
        }
        for program in programs.iter().filter(|p| p.binary != "go") {
            cargo.args(["--bin", program.binary]);
        }
        if !cargo.status().is_ok_and(|s| s.success()) {
            return Err("cargo cannot build the programs".into());
        }
        if programs.iter().any(|p| p.binary == "go")
            && let Err(why) = self.build_go()
        {
            eprintln!(
                "Go is left out: {why}.\nNo ratio to Go is shown. Set GO to the `go` of {GO}, or let .ci/go get it."
            );
            programs.retain(|p| p.binary != "go");
        }
        Ok(())
    }

    /// Builds the works in Go, with `$GO`, or the `go` that is found, or the one that `.ci/go` gets.
    fn build_go(&self) -> Result<(), String> {
        let go = self.find_go()?;
        let built = go_command(&go)
            .current_dir(self.package.join("go"))
            .env("GOCACHE", self.target.join("go-build"))
            .arg("build")
            .arg("-o")
            .arg(self.target.join("works-in-go"))
            .arg(".")
            .status();
        match built {
            Ok(status) if status.success() => Ok(()),
            _ => Err("it cannot build the works".into()),
        }
    }

    fn find_go(&self) -> Result<PathBuf, String> {
        let go = match std::env::var_os("GO") {
            Some(go) => PathBuf::from(go),
            None if is_wanted(Path::new("go")) => PathBuf::from("go"),
            None => self.get_go()?,
        };
        if !is_wanted(&go) {
            return Err(format!("{} is not {GO}", go.display()));
        }
        Ok(go)
    }

    fn get_go(&self) -> Result<PathBuf, String> {
        let got = Command::new(self.package.join("../../../.ci/go"))
            .stderr(Stdio::inherit())
            .output()
            .map_err(|e| format!("none is found, and .ci/go is not run: {e}"))?;
        let root = String::from_utf8_lossy(&got.stdout).trim().to_string();
        if !got.status.success() || root.is_empty() {
            return Err("none is found, and .ci/go cannot get it".into());
        }
        Ok(Path::new(&root).join("bin/go"))
    }

    /// How many events a trace has that Go left in `file`.
    ///
    /// # Errors
    ///
    /// Of `go tool trace`.
    pub fn events_of_go(&self, file: &Path) -> Result<u64, String> {
        let printed = go_command(&self.find_go()?)
            .env("GOCACHE", self.target.join("go-build"))
            .args(["tool", "trace", "-d=parsed"])
            .arg(file)
            .output()
            .map_err(|e| e.to_string())?;
        if !printed.status.success() {
            return Err(String::from_utf8_lossy(&printed.stderr).into_owned());
        }
        // An event's line says on which thread; those of its stack are indented.
        let lines = printed.stdout.split(|b| *b == b'\n');
        Ok(lines.filter(|l| l.starts_with(b"M=")).count() as u64)
    }

    /// Runs `program` once.
    ///
    /// # Errors
    ///
    /// No figure, and why.
    pub fn run(
        &self,
        program: &Program,
        work: &Work,
        procs: usize,
        n: u64,
    ) -> Result<Vec<Measured>, Failure> {
        self.run_traced(program, work, procs, n, None)
    }

    /// The same; with a file the program is traced, Go's into that file.
    ///
    /// # Errors
    ///
    /// As of `run`.
    pub fn run_traced(
        &self,
        program: &Program,
        work: &Work,
        procs: usize,
        n: u64,
        trace: Option<&Path>,
    ) -> Result<Vec<Measured>, Failure> {
        let server = work.connections > 0;
        let mut name = if server { "echo" } else { work.id }.to_string();
        if !program.library.is_empty() {
            name = format!("{}/{name}", program.library);
        }
        let mut command = Command::new(self.binary(program));
        command.args([&name, &procs.to_string(), &n.to_string()]);
        if let Some(file) = trace {
            command.env("VERSUS_TRACED", file);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Failure::Wrong(format!("it does not start: {e}")))?;
        let (mut out, mut err) = (
            BufReader::new(child.stdout.take().expect("it is piped")),
            child.stderr.take().expect("it is piped"),
        );
        let stdin = child.stdin.take();
        let (tell, told) = mpsc::channel();
        let row = work.rows[0].id;
        let connections = work.connections;
        std::thread::spawn(move || {
            let mut text = String::new();
            if server && out.read_line(&mut text).is_ok() {
                // A server says its port, and ends when its input does.
                let port = text
                    .trim()
                    .strip_prefix("port ")
                    .and_then(|p| p.parse().ok());
                if let Some(port) = port {
                    text = load::on(port, connections, n)
                        .map_or_else(|e| e.to_string(), |ns| format!("{row} {ns} {n} {n}\n"));
                }
            }
            drop(stdin);
            // What is not text is no result.
            let _ = out.read_to_string(&mut text);
            let mut errors = String::new();
            let _ = err.read_to_string(&mut errors);
            let _ = tell.send((text, errors));
        });
        let limit = limit(work);
        let (text, errors) = told.recv_timeout(limit).map_err(|_| {
            // It may just have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            Failure::Never(limit)
        })?;
        let status = child.wait().map_err(|e| Failure::Wrong(e.to_string()))?;
        if status.code() == Some(versus::NOT_THERE) {
            return Err(Failure::NotThere);
        }
        if !status.success() {
            return Err(Failure::Wrong(format!("{status}\n{errors}")));
        }
        read(&text, work, n).ok_or_else(|| Failure::Wrong(format!("it printed {text:?}")))
    }
}

/// How long a run of `work` may take.
fn limit(work: &Work) -> Duration {
    match work.id {
        // Only a runtime that preempts ends at all.
        "preempt" => Duration::from_secs(3),
        // One that loses an item waits for it for ever; the others need half a second.
        "select4" | "select4u" => Duration::from_secs(10),
        id if id.ends_with("/1000000") => LIMIT * 2,
        _ => LIMIT,
    }
}

/// The lines of a program, if they are right.
fn read(text: &str, work: &Work, n: u64) -> Option<Vec<Measured>> {
    let mut all = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let row = words.next()?.to_string();
        let mut numbers = words.map(|w| w.parse::<u64>().ok());
        let (value, ops, sum) = (numbers.next()??, numbers.next()??, numbers.next()??);
        if row != "events" && (ops != n || sum != (work.sum)(n)) {
            return None;
        }
        all.push(Measured { row, value, ops });
    }
    work.rows
        .iter()
        .all(|r| all.iter().any(|m| m.row == r.id))
        .then_some(all)
}

/// Nothing of the user's settings or modules comes in.
fn go_command(go: &Path) -> Command {
    let mut command = Command::new(go);
    for (name, value) in [
        ("GOTOOLCHAIN", "local"),
        ("GOPROXY", "off"),
        ("GOFLAGS", ""),
        ("GOENV", "off"),
        ("GOWORK", "off"),
        ("CGO_ENABLED", "0"),
    ] {
        command.env(name, value);
    }
    // A Go that came in a package does not know where it stands.
    if let Some(root) = go.parent().and_then(Path::parent)
        && root.join("src").is_dir()
    {
        command.env("GOROOT", root);
    }
    command
}

fn is_wanted(go: &Path) -> bool {
    let said = go_command(go).arg("version").output();
    said.is_ok_and(|out| {
        String::from_utf8_lossy(&out.stdout)
            .split_whitespace()
            .any(|w| w == GO)
    })
}
