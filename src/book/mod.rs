//! The course as a book: pages in Markdown for mdBook, with what the demos showed, and pictures as SVG.

mod drawn;

use crate::curriculum::{Course, Entry, ExerciseKind, Last, Lesson, OTHERS, Part, Quiz, THEN};
use crate::report::Result;
use crate::text;
use std::collections::BTreeMap;

/// A file of the book, below its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// What each demo showed, by its name, with escapes for colours.
pub type Shown = BTreeMap<&'static str, String>;

/// Columns of what is shown in the book.
pub const WIDE: usize = 80;

/// The look of what mdBook has no look for.
const STYLE: &str = "\
/* What lessons look like in the book. */
details { margin: 1em 0; padding: 0.2em 1em; border-left: 3px solid var(--table-border-color); }
details > summary { cursor: pointer; font-weight: bold; }
figure { margin: 1.5em 0; text-align: center; }
/* Pictures hold text: as code does, they keep their size, and a narrow window goes along them. */
figure { overflow-x: auto; }
.content figure img { max-width: none; }
";

/// All files of the book's source.
pub fn files(course: &Course, shown: &Shown) -> Result<Vec<File>> {
    let mut files = vec![
        file("book.toml", book_toml(course)),
        file("gotour.css", STYLE.to_string()),
        file("src/SUMMARY.md", summary(course)?),
        file("src/about.md", about(course)),
    ];
    for lesson in &course.lessons {
        let text = lesson_page(course, lesson, shown, &mut files)?;
        files.push(file(&page_of(lesson), text));
        for e in lesson.exercises() {
            let path = format!("src/exercises/{}.md", e.name);
            files.push(file(&path, exercise_page(lesson, &e)?));
        }
    }
    files.push(file("src/glossary.md", glossary(course)?));
    files.push(file("src/end.md", end(course)));
    Ok(files)
}

fn file(path: &str, text: String) -> File {
    File {
        path: path.to_string(),
        text,
    }
}

fn page_of(lesson: &Lesson) -> String {
    format!("src/{}.md", lesson.folder())
}

fn book_toml(course: &Course) -> String {
    let title = toml::Value::String(course.title.to_string());
    format!(
        "# Written by gotour. `mdbook build` makes the pages of it.\n\n\
         [book]\ntitle = {title}\nlanguage = \"en\"\n\n\
         [output.html]\nadditional-css = [\"gotour.css\"]\nno-section-label = true\n\n\
         [output.html.playground]\nrunnable = false\n"
    )
}

fn summary(course: &Course) -> Result<String> {
    let mut out = String::from("# Summary\n\n[About this book](about.md)\n\n");
    for lesson in &course.lessons {
        out.push_str(&format!(
            "- [{} {}]({}.md)\n",
            lesson.number,
            words(lesson.title),
            lesson.folder()
        ));
        for e in lesson.exercises() {
            let title = e.read()?.title;
            out.push_str(&format!(
                "  - [Exercise {}: {}](exercises/{}.md)\n",
                e.number,
                words(&title),
                e.name
            ));
        }
    }
    out.push_str("\n[Glossary](glossary.md)\n[The end](end.md)\n");
    Ok(out)
}

fn about(course: &Course) -> String {
    let exercises = course.exercises().count();
    format!(
        "# {}\n\n{} and {}, to be read in a browser. What the demos show was printed by them when \
         this book was made, under one schedule, so that it is the same each time. Figures that a \
         machine measures are left out: `(measured)` stands in their place.\n\n\
         In a terminal the demos run on your own machine, you are asked before each of them what \
         you expect, and your programs are checked under thousands of schedules:\n\n\
         ```text\ngotour next\n```\n",
        words(course.title),
        text::count(course.lessons.len(), "lesson"),
        text::count(exercises, "exercise"),
    )
}

/// A lesson, its directives replaced. Its pictures are put to the files.
fn lesson_page(
    course: &Course,
    lesson: &Lesson,
    shown: &Shown,
    files: &mut Vec<File>,
) -> Result<String> {
    let quiz = lesson.quiz()?;
    let mut out = String::new();
    for part in lesson.parts()? {
        match part {
            Part::Text(md) => out.push_str(md),
            Part::Demo(name) | Part::Picture(name) => {
                let picture = matches!(part, Part::Picture(_));
                out.push_str(&demo(lesson, name, picture, &quiz, shown, files));
            }
            Part::Exercise(name) => {
                let e = course.find_exercise(name)?;
                let ex = e.read()?;
                out.push_str(&format!(
                    "> **[Exercise {}: {}](exercises/{name}.md)**, about {}. {}",
                    e.number,
                    words(&ex.title),
                    text::count(ex.minutes as usize, "minute"),
                    ex.teaches
                ));
            }
            Part::Quiz => out.push_str(&questions(&quiz)),
        }
        out.push_str("\n\n");
    }
    Ok(out.trim_end().to_string() + "\n")
}

/// What is asked before a demo, and folded below it what it showed and why.
fn demo(
    lesson: &Lesson,
    name: &str,
    picture: bool,
    quiz: &Quiz,
    shown: &Shown,
    files: &mut Vec<File>,
) -> String {
    let title = lesson.shows().find(|s| s.name() == name);
    let title = title.map_or(name, |s| s.title());
    let output = shown.get(name).map_or("", String::as_str);
    let it = if picture {
        let path = format!("pictures/{name}.svg");
        files.push(file(&format!("src/{path}"), drawn::svg(title, output)));
        let alt = html(title);
        format!("<figure><img src=\"{path}\" alt=\"{alt}\"/></figure>")
    } else {
        fenced("text", &text::plain(output))
    };
    match quiz.predict.iter().find(|p| p.demo == name) {
        None => format!("**{}**\n\n{it}", words(title)),
        Some(p) => {
            let choices = numbered(p.choices.iter().map(String::as_str));
            let because = format!("It is {}. {}", p.answer, p.because);
            let inside = format!("{it}\n\n{because}");
            format!(
                "**What do you expect?** {}\n\n{choices}\n{}",
                p.question,
                folded(title, &inside)
            )
        }
    }
}

/// The questions of a lesson, with what is said to each choice folded below.
fn questions(quiz: &Quiz) -> String {
    let mut out = String::from("## Questions\n\n");
    let all = quiz.question.len();
    for (i, q) in quiz.question.iter().enumerate() {
        let choices = numbered(q.choice.iter().map(|c| c.text.as_str()));
        let answers: Vec<String> = q
            .choice
            .iter()
            .map(|c| match c.right {
                true => format!("**Right.** {}", c.says),
                false => format!("**{}**: {}", c.misconception, c.says),
            })
            .collect();
        let answers = numbered(answers.iter().map(String::as_str));
        out.push_str(&format!(
            "**Question {} of {all}.** {}\n\n{choices}\n{}\n\n",
            i + 1,
            q.text.trim(),
            folded("Answers", answers.trim_end())
        ));
    }
    out.trim_end().to_string()
}

fn exercise_page(lesson: &Lesson, e: &Entry) -> Result<String> {
    let ex = e.read()?;
    let kind = match ex.kind {
        ExerciseKind::Repair => "A program to repair",
        ExerciseKind::Construct => "A program to complete",
    };
    let mut out = format!(
        "# Exercise {}: {}\n\n{kind}, about {}, of [lesson {}](../{}.md). {}\n\n{}\n\n\
         `gotour check {}` says whether it is right, whoever runs first.\n\n",
        e.number,
        words(&ex.title),
        text::count(ex.minutes as usize, "minute"),
        lesson.number,
        lesson.folder(),
        ex.teaches,
        fenced("rust", ex.start),
        e.number,
    );
    for (i, hint) in ex.hints.iter().enumerate() {
        out.push_str(&folded(&format!("Hint {}", i + 1), hint));
        out.push_str("\n\n");
    }
    let word = ex.afterword();
    let mut said = format!("{}\n\n{}", fenced("rust", ex.solution), word.why);
    if !word.others.is_empty() {
        said.push_str(&format!("\n\n{OTHERS}\n\n{}", word.others));
    }
    if !word.then.is_empty() {
        said.push_str(&format!("\n\n{THEN} {}", word.then));
    }
    out.push_str(&folded("A solution, and why it works", &said));
    out.push('\n');
    Ok(out)
}

fn glossary(course: &Course) -> Result<String> {
    let mut out = String::from("# Glossary\n\n");
    for term in course.glossary()? {
        let (folder, heading) = term.place();
        let place = match course.lessons.iter().find(|l| l.folder() == folder) {
            Some(lesson) => format!(
                " ([lesson {}]({folder}.md#{}))",
                lesson.number,
                anchor(heading)
            ),
            None => String::new(),
        };
        out.push_str(&format!(
            "- **{}**: {}{place}\n",
            words(&term.term),
            term.says
        ));
    }
    Ok(out)
}

fn end(course: &Course) -> String {
    let mut out = String::new();
    for part in course.last_page() {
        match part {
            Last::Text(md) => out.push_str(md),
            Last::Learned => out.push_str(&course.learned()),
            Last::Way => out.push_str("`gotour certificate` draws it."),
        }
        out.push_str("\n\n");
    }
    out.trim_end().to_string() + "\n"
}

/// The name that mdBook gives to a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.replace('`', "");
    let sign = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    heading.chars().filter_map(sign).collect()
}

/// A title in a place where Markdown would see marks in it.
fn words(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '*' | '_' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn html(s: &str) -> String {
    let s = s.replace('&', "&amp;").replace('<', "&lt;");
    s.replace('>', "&gt;").replace('"', "&quot;")
}

/// Folded away until somebody opens it.
fn folded(title: &str, markdown: &str) -> String {
    let title = html(title);
    format!("<details><summary>{title}</summary>\n\n{markdown}\n\n</details>")
}

/// Code, in a fence that is longer than any in it.
fn fenced(language: &str, code: &str) -> String {
    let mut fence = "```".to_string();
    while code.contains(&fence) {
        fence.push('`');
    }
    format!(
        "{fence}{language}\n{}\n{fence}",
        code.trim_end().trim_start_matches('\n')
    )
}

fn numbered<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let line = |(i, item): (usize, &str)| {
        let item = item.trim().replace('\n', "\n   ");
        format!("{}. {item}\n", i + 1)
    };
    items.enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_as_mdbook_makes_them() {
        assert_eq!(anchor("Nil, closed, full"), "nil-closed-full");
        assert_eq!(anchor("Go | here"), "go--here");
        assert_eq!(
            anchor("What if the buffer is full?"),
            "what-if-the-buffer-is-full"
        );
    }

    #[test]
    fn a_fence_is_longer_than_those_in_it() {
        assert_eq!(fenced("text", "\n  a\n```\n"), "````text\n  a\n```\n````");
    }

    /// Each page that another one links to is there, and each picture.
    #[test]
    fn every_link_leads_somewhere() {
        let course = Course::embedded();
        let files = files(&course, &Shown::new()).unwrap();
        let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
        let mut links = 0;
        for file in files.iter().filter(|f| f.path.ends_with(".md")) {
            let folder = file.path.rsplit_once('/').unwrap().0;
            let code = file.text.split('`').step_by(2).collect::<String>();
            let links_of = code.split("](").skip(1).filter_map(|s| s.split(')').next());
            let pictures = file.text.split("img src=\"").skip(1);
            for link in links_of.chain(pictures.filter_map(|s| s.split('"').next())) {
                if link.starts_with("http") {
                    continue;
                }
                let (link, place) = link.split_once('#').unwrap_or((link, ""));
                let path = match link.strip_prefix("../") {
                    Some(rest) => format!("src/{rest}"),
                    None => format!("{folder}/{link}"),
                };
                assert!(paths.contains(&path.as_str()), "{}: {link}", file.path);
                let target = files.iter().find(|f| f.path == path).unwrap();
                let heads = target.text.lines().filter_map(|l| l.strip_prefix('#'));
                let mut anchors = heads.map(|h| anchor(h.trim_start_matches('#').trim()));
                assert!(place.is_empty() || anchors.any(|a| a == place), "{place}");
                links += 1;
            }
        }
        assert!(links > 200, "{links}");
    }
}
