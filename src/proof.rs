//! What a course's texts promise, looked at without running anything: hints that leave something to find, links and
//! places that are there.

use crate::curriculum::{Course, Exercise, Last, OTHER_FENCE, Part, Quiz};
use crate::page;
use std::collections::BTreeMap;
use std::path::Path;

/// A third hint may show lines, and not the program.
const LINES_SHOWN: usize = 8;

/// Our course has so many lessons in the end; a text may name one that is not written yet.
const PLANNED: usize = 13;

/// Where a solution has at least so many lines of its own, the third hint leaves one of them to find.
const LINES_FOUND: usize = 3;

/// What the hints of an exercise give away too soon.
///
/// The first two are a nudge and the idea: no line of the solution that the start file has not. The third is nearly the
/// code: lines of it, and not all of them, unless there are but one or two.
pub fn hints(exercise: &Exercise) -> Vec<String> {
    let start: Vec<String> = exercise.start.lines().map(on_one_line).collect();
    let new: Vec<String> = exercise
        .solution
        .lines()
        .map(on_one_line)
        .filter(|l| says_something(l) && !start.contains(l))
        .collect();
    // Short ones count here: the cases of a `select!`, a `continue`.
    let own: Vec<String> = exercise
        .solution
        .lines()
        .map(on_one_line)
        .filter(|l| l.chars().filter(|c| c.is_alphanumeric()).count() > 3)
        .filter(|l| !l.starts_with("//") && !start.contains(l))
        .collect();
    let mut said = Vec::new();
    for (n, hint) in exercise.hints.iter().enumerate() {
        let at = format!("exercises/{}/hints.md: hint {}", exercise.name, n + 1);
        let text = on_one_line(hint);
        let shows = |line: &str| text.contains(line.trim_end_matches([';', ',']));
        if n < 2 {
            if let Some(line) = new.iter().find(|l| shows(l)) {
                said.push(format!("{at} gives a line of the solution away: `{line}`"));
            }
        } else if own.len() >= LINES_FOUND && own.iter().all(|l| shows(l)) {
            said.push(format!("{at} shows every line of the solution"));
        } else if fenced(hint).iter().any(|code| code.len() > LINES_SHOWN) {
            said.push(format!("{at} shows more than {LINES_SHOWN} lines of code"));
        }
    }
    said
}

fn on_one_line(s: &str) -> String {
    s.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of code that is more than a bracket.
fn says_something(line: &str) -> bool {
    line.len() >= 14 && !line.starts_with("//") && line.contains(['(', ';', '='])
}

/// The blocks of fenced code, as lines.
fn fenced(markdown: &str) -> Vec<Vec<&str>> {
    let mut all = Vec::new();
    let mut inside: Option<Vec<&str>> = None;
    for line in markdown.lines() {
        if line.starts_with("```") {
            match inside.take() {
                Some(code) => all.push(code),
                None => inside = Some(Vec::new()),
            }
        } else if let Some(code) = &mut inside {
            code.push(line);
        }
    }
    all
}

/// What texts refer to and is not there: lessons by number, headings by name, files by link.
pub fn links(course: &Course, root: &Path) -> Vec<String> {
    let mut headings: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for lesson in &course.lessons {
        headings.insert(lesson.number, page::headings(lesson.text));
    }
    let mut texts = Vec::new();
    for lesson in &course.lessons {
        let path = format!("lessons/{}/lesson.md", lesson.folder());
        let parts = lesson.parts().unwrap_or_default();
        let prose = parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(*text),
            _ => None,
        });
        texts.push((path, prose.collect::<Vec<_>>().join("\n\n")));
        for e in lesson.exercises() {
            let Ok(ex) = e.read() else { continue };
            let path = format!("exercises/{}/hints.md", e.name);
            texts.push((path, ex.hints.join("\n\n")));
            texts.push((format!("solutions/{}/why.md", e.name), ex.why.to_string()));
        }
        let path = format!("lessons/{}/quiz.toml", lesson.folder());
        texts.push((path, asked(&lesson.quiz().unwrap_or_default())));
    }
    let end = course
        .last_page()
        .into_iter()
        .filter_map(|part| match part {
            Last::Text(text) => Some(text),
            Last::Learned | Last::Way => None,
        });
    let end: Vec<&str> = end.collect();
    texts.push(("lessons/end.md".to_string(), end.join("\n\n")));
    let terms = course.glossary().unwrap_or_default();
    let terms: Vec<&str> = terms.iter().map(|t| t.says.as_str()).collect();
    texts.push(("lessons/glossary.toml".to_string(), terms.join("\n\n")));
    let planned = if course.folder.is_none() { PLANNED } else { 0 };
    let mut said = Vec::new();
    for (path, text) in &texts {
        for what in missing(text, &headings, planned, &root.join(path)) {
            said.push(format!("{path}: {what}"));
        }
    }
    said
}

/// The texts of a lesson's predictions and questions.
fn asked(quiz: &Quiz) -> String {
    let mut texts: Vec<&str> = Vec::new();
    for p in &quiz.predict {
        texts.extend([p.question.as_str(), &p.because]);
        texts.extend(p.choices.iter().map(String::as_str));
    }
    for q in &quiz.question {
        texts.push(&q.text);
        texts.extend(q.choice.iter().flat_map(|c| [c.text.as_str(), &c.says]));
    }
    texts.join("\n\n")
}

/// What one text names and is not there.
fn missing(
    text: &str,
    headings: &BTreeMap<usize, Vec<&str>>,
    planned: usize,
    file: &Path,
) -> Vec<String> {
    let mut said = Vec::new();
    let last = headings.keys().last().copied().unwrap_or(0).max(planned);
    // Code names no lessons and has no links.
    let code = fenced(text).concat();
    let prose: Vec<&str> = text.lines().filter(|l| !code.contains(l)).collect();
    let prose = on_one_line(&prose.join("\n"));
    let prose: String = prose.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let lower = prose.to_lowercase();
    for (at, word) in lower.match_indices("lesson ") {
        // Of an ASCII word, the places in both are the same unless another letter changed its length.
        let Some(rest) = prose.get(at + word.len()..) else {
            continue;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = rest[..digits].parse::<usize>() else {
            continue;
        };
        if number == 0 || number > last {
            said.push(format!("there is no lesson {number}"));
            continue;
        }
        let quoted = rest[digits..]
            .strip_prefix(", \"")
            .and_then(|q| q.split_once('"'));
        let Some((heading, _)) = quoted else { continue };
        let heading = heading.trim_end_matches([',', '.']);
        let there = headings.get(&number);
        if there.is_some_and(|all| !all.contains(&heading)) {
            said.push(format!("lesson {number} has no heading \"{heading}\""));
        }
    }
    let mut open = text.lines().filter(|l| !code.contains(l));
    if open.any(|l| l.trim_start().starts_with("~~~")) {
        said.push(OTHER_FENCE.to_string());
    }
    // `[words](file "title")`, `[words](<a file>)`, and on a line of its own `[word]: file`.
    let inline = prose.split("](").skip(1);
    let inline = inline
        .filter_map(|l| l.split(')').next())
        .map(|l| match l.strip_prefix('<') {
            Some(whole) => whole.split('>').next().unwrap_or(whole),
            None => l.split(' ').next().unwrap_or(l),
        });
    let apart = text
        .lines()
        .filter(|l| !code.contains(l) && l.starts_with('['));
    let apart = apart.filter_map(|l| l.split_once("]: ")?.1.split_whitespace().next());
    for link in inline.chain(apart) {
        let outside = link.contains("://") || link.starts_with('#') || link.starts_with("mailto:");
        let beside = file.parent().unwrap_or(Path::new("."));
        let target = link.split('#').next().unwrap_or(link);
        if !outside && !beside.join(target).exists() {
            said.push(format!("the link to {link} leads nowhere"));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_said() {
        let headings =
            BTreeMap::from([(1, vec!["First", "What sharing costs"]), (3, vec!["Third"])]);
        let said = |text: &str| missing(text, &headings, 0, Path::new("lessons/x/lesson.md"));
        assert_eq!(
            said("Lesson\n1, \"What sharing costs\", and lesson 3."),
            [""; 0]
        );
        assert_eq!(
            said("see lesson 3, \"Thrid\""),
            ["lesson 3 has no heading \"Thrid\""]
        );
        assert_eq!(said("lessons and lesson 4"), ["there is no lesson 4"]);
        assert_eq!(said("```\nlesson 9\n```\n`lesson 9`"), [""; 0]);
        assert_eq!(
            said("[x](nowhere.md#a) [y](https://go.dev)"),
            ["the link to nowhere.md#a leads nowhere"]
        );
        assert_eq!(
            said("![x](a.png \"A\") [y](<b c.md>) [z][1]\n\n[1]: d.md\n[2]: https://go.dev"),
            ["a.png", "b c.md", "d.md"].map(|l| format!("the link to {l} leads nowhere"))
        );
        assert_eq!(said("x\n\n~~~\ny\n~~~"), [OTHER_FENCE]);
        assert_eq!(said("```\n~~~\n```"), [""; 0]);
    }

    #[test]
    fn a_hint_that_gives_away_too_much_is_said() {
        let course = Course::embedded();
        let mut e = course.find_exercise("time-out").unwrap().read().unwrap();
        assert_eq!(hints(&e), [""; 0]);
        let line = "recv(time::after(patience)) => None";
        let (first, third) = (e.hints[0].clone(), e.hints[2].clone());
        e.hints[0] = line.to_string();
        assert_eq!(
            hints(&e),
            [format!(
                "exercises/time-out/hints.md: hint 1 gives a line of the solution away: `{line},`"
            )]
        );
        e.hints[0] = first;
        e.hints[2] = format!("`select! {{ recv(answers) -> answer => answer, {line}, }}`");
        let all = ["exercises/time-out/hints.md: hint 3 shows every line of the solution"];
        assert_eq!(hints(&e), all);
        e.hints[2] = third;
        assert_eq!(hints(&e), [""; 0]);
    }

    /// Of the course that is here.
    #[test]
    fn our_hints_and_links_are_right() {
        let course = Course::embedded();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut said = links(&course, root);
        for e in course.exercises() {
            said.extend(hints(&e.read().unwrap()));
        }
        assert_eq!(said, [""; 0]);
    }
}
