//! The two programs: ours, which is this very binary, and Go's, which is built from `go/`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long one case, or one script, may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A program that knows the cases and the scripts.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
}

/// What one run of a case did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The exit code, or what else ended it.
    pub exit: String,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn ours() -> Program {
        let path = std::env::current_exe().expect("a program has a path");
        Program { path }
    }

    /// Go's, if there is a `go` of the version that the record is made with; `GOTOUR_ASK_GO`: then there must be one.
    pub fn go() -> Option<Program> {
        static BUILT: std::sync::OnceLock<Option<Program>> = std::sync::OnceLock::new();
        BUILT.get_or_init(build).clone()
    }

    fn command(&self, procs: usize, env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.path);
        command
            .stdin(Stdio::null())
            .env_remove("GOTRACEBACK")
            .env_remove("GODEBUG")
            .env_remove("RUST_BACKTRACE")
            .env("GOMAXPROCS", procs.to_string())
            // A collection takes turns of the P, which one program has and the other has not.
            .env("GOGC", "off")
            .envs(env.iter().copied());
        command
    }

    /// Runs a case and waits for its end.
    pub fn case(&self, name: &str, procs: usize, env: &[(&str, &str)]) -> Ran {
        let mut child = self
            .command(procs, env)
            .args(["case", name])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is there");
        let (done, ends) = channel();
        let mut out = child.stdout.take().expect("it is piped");
        let mut err = child.stderr.take().expect("it is piped");
        let (out_done, err_done) = (done.clone(), done);
        let out = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = out.read_to_end(&mut bytes);
            let _ = out_done.send(());
            read.map(|_| bytes)
        });
        let err = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = err.read_to_end(&mut bytes);
            let _ = err_done.send(());
            read.map(|_| bytes)
        });
        let in_time = (0..2).all(|_| ends.recv_timeout(LIMIT).is_ok());
        if !in_time {
            child.kill().expect("it runs");
        }
        let status = child.wait().expect("it is a child");
        let text = |bytes: std::thread::Result<std::io::Result<Vec<u8>>>| {
            let bytes = bytes.expect("reading does not panic").expect("a pipe");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ran {
            exit: if in_time {
                status
                    .code()
                    .map_or_else(|| status.to_string(), |c| c.to_string())
            } else {
                "never".to_string()
            },
            out: text(out.join()),
            err: text(err.join()),
        }
    }

    /// The names of the cases it knows, sorted.
    pub fn names(&self) -> Vec<String> {
        let out = self.command(1, &[]).arg("list").output();
        let out = out.expect("the program is there").stdout;
        String::from_utf8_lossy(&out)
            .lines()
            .map(String::from)
            .collect()
    }

    /// Starts it as an interpreter of scripts.
    pub fn interpreter(&self) -> Interpreter {
        let mut child = self
            .command(1, &[])
            .arg("scripts")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is there");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        Interpreter {
            child,
            input,
            lines,
        }
    }
}

/// A program that runs one script after the other.
#[derive(Debug)]
pub struct Interpreter {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Interpreter {
    /// What comes out of a script; the error says how the interpreter ended instead.
    pub fn run(&mut self, script: &str) -> Result<String, String> {
        if writeln!(self.input, "{script}").is_err() {
            return Err(self.end());
        }
        match self.lines.recv_timeout(LIMIT) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Disconnected) => Err(self.end()),
            Err(RecvTimeoutError::Timeout) => Err("it never ended".to_string()),
        }
    }

    fn end(&mut self) -> String {
        self.child.wait().expect("it is a child").to_string()
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The version that the record is made with.
const VERSION: &str = "go1.27";

fn build() -> Option<Program> {
    let left_out = |why: &str| {
        assert!(std::env::var_os("GOTOUR_ASK_GO").is_none(), "{why}");
        eprintln!("Go is not asked: {why}");
        None
    };
    let go = |args: &[&str]| {
        Command::new("go")
            .args(args)
            .current_dir(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/differential/go"
            ))
            .stdin(Stdio::null())
            .envs([
                ("GOTOOLCHAIN", "local"),
                ("GOPROXY", "off"),
                ("GOFLAGS", ""),
                ("CGO_ENABLED", "0"),
            ])
            .output()
    };
    let Ok(version) = go(&["env", "GOVERSION"]) else {
        return left_out("there is no go on the path");
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_string();
    if version != VERSION && !version.starts_with(&format!("{VERSION}.")) {
        return left_out(&format!("the record is {VERSION}'s, and this is {version}"));
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("differential-in-go");
    let to = path.to_str().expect("a path that is text");
    let built = go(&["build", "-o", to, "."]).expect("it was there a moment ago");
    assert!(
        built.status.success(),
        "the cases in Go do not compile:\n{}",
        String::from_utf8_lossy(&built.stderr)
    );
    Some(Program { path })
}
