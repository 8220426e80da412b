//! What the clients of a scene do, one step a line: parsed once, so that an author's mistake is named before a program runs.
//!
//! - `ann connects`, `ann disconnects`: without a word
//! - `ann breaks off`: once something has come that she has not read; the other side's next read is an error
//! - `nobody speaks for 3 s`
//! - `ann > say hi`: sends this line
//! - `ann < bob: hi`: this is the next line that comes; asides that came meanwhile are put aside
//! - `ann heard * bob leaves`: this aside has come, or comes now
//! - `ann is let go`: her connection is ended from the other side, and nothing but asides comes before
//! - `ann floods cid 5000 x 1000 until * bob leaves > say # < ann: #`: at most so many lines of so many bytes, each of which
//!   cid must hear (`#` is its text), until he has heard that aside; `while eve reads 1 of 4` before `until`: eve hears them,
//!   too, and reads one when four more were sent
//! - `server ends: 0 goroutines left`: it ends well, and this is the last line it printed

use std::fmt;

/// One step, and the line that it was written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub text: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Connects(String),
    Disconnects(String),
    BreaksOff(String),
    Quiet(u64),
    Sends(String, String),
    Hears(String, String),
    Heard(String, String),
    LetGo(String),
    Floods(Flood),
    Ends(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flood {
    pub who: String,
    pub hearer: String,
    pub lines: usize,
    pub bytes: usize,
    /// Who reads more slowly than the one who hears: one line of so many.
    pub slow: Option<(String, usize)>,
    pub until: String,
    /// What is sent, and what it is heard as; `#` stands for the text.
    pub sent: String,
    pub heard: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The steps of a scene.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .map(|line| {
            let what = one(line).ok_or_else(|| format!("`{line}` is no step"))?;
            Ok(Step {
                text: line.to_string(),
                what,
            })
        })
        .collect()
}

fn one(line: &str) -> Option<What> {
    if let Some(last) = line.strip_prefix("server ends: ") {
        return Some(What::Ends(last.to_string()));
    }
    if let Some(quiet) = line.strip_prefix("nobody speaks for ") {
        return quiet.strip_suffix(" s")?.parse().ok().map(What::Quiet);
    }
    let (who, rest) = line.split_once(' ')?;
    let who = who.to_string();
    if let Some(flood) = rest.strip_prefix("floods ") {
        return flooding(who, flood).map(What::Floods);
    }
    Some(match rest {
        "connects" => What::Connects(who),
        "disconnects" => What::Disconnects(who),
        "breaks off" => What::BreaksOff(who),
        "is let go" => What::LetGo(who),
        _ => {
            let (verb, text) = rest.split_once(' ')?;
            let text = text.to_string();
            match verb {
                ">" => What::Sends(who, text),
                "<" => What::Hears(who, text),
                "heard" => What::Heard(who, text),
                _ => return None,
            }
        }
    })
}

/// `cid 5000 x 1000 until * bob leaves > say # < ann: #`
fn flooding(who: String, text: &str) -> Option<Flood> {
    let (counts, texts) = text.split_once(" > ")?;
    let (sent, heard) = texts.split_once(" < ")?;
    let (counts, until) = counts.split_once(" until ")?;
    let (counts, slow) = match counts.split_once(" while ") {
        Some((counts, slow)) => (counts, Some(reading(slow)?)),
        None => (counts, None),
    };
    let mut words = counts.split(' ');
    let hearer = words.next()?.to_string();
    let lines = words.next()?.parse().ok()?;
    words.next().filter(|x| *x == "x")?;
    let bytes = words.next()?.parse().ok()?;
    (words.next().is_none() && sent.contains('#') && heard.contains('#')).then(|| Flood {
        who,
        hearer,
        lines,
        bytes,
        slow,
        until: until.to_string(),
        sent: sent.to_string(),
        heard: heard.to_string(),
    })
}

/// `eve reads 1 of 4`
fn reading(text: &str) -> Option<(String, usize)> {
    let (who, of) = text.split_once(" reads 1 of ")?;
    let of = of.parse().ok().filter(|n| *n > 0)?;
    Some((who.to_string(), of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_step_is_read_and_others_are_named() {
        let all = "ann connects\n\n  ann > say hi there\nbob < ann: hi\nbob heard * cid leaves\nbob is let go\n\
                   ann disconnects\nbob breaks off\nnobody speaks for 3 s\n\
                   ann floods cid 5000 x 1000 until * bob leaves > say # < ann: #\nserver ends: 0 left\n\
                   ann floods cid 9 x 9 while bob reads 1 of 4 until * bob leaves > say # < ann: #\n";
        let steps = parse(all).unwrap();
        assert_eq!(steps.len(), 11);
        assert_eq!(steps[6].what, What::BreaksOff("bob".into()));
        assert_eq!(steps[7].what, What::Quiet(3));
        assert_eq!(
            steps[1].what,
            What::Sends("ann".into(), "say hi there".into())
        );
        assert_eq!(steps[9].what, What::Ends("0 left".into()));
        assert!(matches!(&steps[8].what, What::Floods(f) if f.lines == 5000 && f.hearer == "cid"));
        assert!(matches!(&steps[10].what, What::Floods(f) if f.slow == Some(("bob".into(), 4))));
        for wrong in [
            "ann floods cid 9 x 9 while bob reads 1 of 0 until * bob leaves > say # < ann: #",
            "ann",
            "ann sings",
            "ann sings loud",
            "nobody speaks for long s",
            "ann floods cid 5 x 9 > a# < #",
            "ann floods cid 5 x 9 until z > a < #",
        ] {
            assert_eq!(parse(wrong), Err(format!("`{wrong}` is no step")));
        }
    }
}
