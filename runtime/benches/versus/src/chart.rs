//! The results as a chart: how long everybody takes for each row, as a multiple of Go's time.

use std::error::Error;
use std::path::Path;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::programs::Program;
use crate::results::Line;
use crate::table::short;

/// The multiples of Go's time that are shown; what lies outside stands at the edge.
const SHOWN: (f64, f64) = (0.02, 100.0);

const ROW: u32 = 20;
const LEFT: u32 = 380;
const WIDTH: u32 = 1_100;
const HEAD: u32 = 70;
const FOOT: u32 = 40;

/// Colours that are told apart, also by those who do not see all of them.
const COLOURS: [RGBColor; 8] = [
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 114, 178),
    RGBColor(120, 94, 240),
    RGBColor(153, 153, 153),
    RGBColor(100, 60, 20),
];
const OURS: RGBColor = RGBColor(213, 43, 30);

type Chart<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::combinators::LogCoord<f64>, RangedCoordf64>,
>;

/// Writes the chart to `path`; without a row that has Go's figures, nothing.
///
/// # Errors
///
/// Of the file.
pub fn write(path: &Path, lines: &[Line], programs: &[Program]) -> Result<bool, String> {
    let lines: Vec<&Line> = lines
        .iter()
        .filter(|l| programs.iter().any(|p| l.times(p.name).is_some()))
        .collect();
    if lines.is_empty() {
        return Ok(false);
    }
    draw(path, &lines, programs).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(true)
}

fn draw(path: &Path, lines: &[&Line], programs: &[Program]) -> Result<(), Box<dyn Error>> {
    let height = HEAD + FOOT + ROW * lines.len() as u32;
    let root = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let title = "The same work as a multiple of Go's time (or memory): left of the line is less";
    let font = ("sans-serif", 18).into_font();
    root.draw(&Text::new(title, (12, 10), font))?;
    let mut chart: Chart<'_> = ChartBuilder::on(&root)
        .margin_top(HEAD)
        .margin_right(24)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .set_label_area_size(LabelAreaPosition::Bottom, FOOT)
        .build_cartesian_2d((SHOWN.0..SHOWN.1).log_scale(), 0.0..lines.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .x_labels(8)
        .x_label_formatter(&|x| format!("{x}"))
        .draw()?;
    let top = lines.len() as f64;
    let go = vec![(1.0, 0.0), (1.0, top)];
    chart.draw_series([PathElement::new(go, BLACK.stroke_width(2))])?;
    let shown: Vec<&Program> = programs
        .iter()
        .filter(|p| p.name != "go" && lines.iter().any(|l| l.times(p.name).is_some()))
        .collect();
    for (i, line) in lines.iter().enumerate() {
        // The first row stands at the top.
        let y = top - i as f64 - 0.5;
        label(&root, &chart, line, y)?;
        one_row(&mut chart, line, &shown, y)?;
    }
    legend(&root, &shown)?;
    root.present()?;
    Ok(())
}

type Root<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// What the row is, left of the chart.
fn label(root: &Root<'_>, chart: &Chart<'_>, line: &Line, y: f64) -> Result<(), Box<dyn Error>> {
    let (_, at) = chart.backend_coord(&(1.0, y));
    let right = Pos::new(HPos::Right, VPos::Center);
    let style = TextStyle::from(("sans-serif", 13).into_font()).pos(right);
    let text = format!("{}, {} P", line.row.title, line.procs);
    root.draw(&Text::new(text, (LEFT as i32 - 8, at), style))?;
    Ok(())
}

fn one_row(
    chart: &mut Chart<'_>,
    line: &Line,
    shown: &[&Program],
    y: f64,
) -> Result<(), Box<dyn Error>> {
    let within = |x: f64| x.clamp(SHOWN.0, SHOWN.1);
    let thin = RGBColor(225, 225, 225);
    let rule = vec![(SHOWN.0, y), (SHOWN.1, y)];
    chart.draw_series([PathElement::new(rule, thin)])?;
    if let Some(aim) = line.aim() {
        let x = within(line.as_time(aim));
        let tick = vec![(x, y - 0.4), (x, y + 0.4)];
        chart.draw_series([PathElement::new(tick, BLACK.stroke_width(1))])?;
    }
    // Ours last, so that it lies above the others.
    let order = shown.iter().enumerate().rev();
    for (place, program) in order {
        let Some((least, median, most)) = line.times(program.name) else {
            continue;
        };
        let colour = colour(place, program);
        if program.name == "ours" {
            let spread = vec![(within(least), y), (within(most), y)];
            chart.draw_series([PathElement::new(spread, colour.stroke_width(3))])?;
        }
        let size = if program.name == "ours" { 6 } else { 4 };
        let said = (within(median) - median).abs() > f64::EPSILON;
        chart.draw_series([Circle::new((within(median), y), size, colour.filled())])?;
        if said {
            let style = TextStyle::from(("sans-serif", 10).into_font());
            let left = Pos::new(HPos::Right, VPos::Center);
            let text = format!("{} ×  ", short(median));
            chart.draw_series([Text::new(text, (within(median), y), style.pos(left))])?;
        }
    }
    Ok(())
}

/// Ours in its own; the others in the order of the table.
fn colour(place: usize, program: &Program) -> RGBColor {
    if program.name == "ours" {
        OURS
    } else {
        COLOURS[place % COLOURS.len()]
    }
}

fn legend(root: &Root<'_>, shown: &[&Program]) -> Result<(), Box<dyn Error>> {
    let mut x = LEFT as i32;
    let font = || ("sans-serif", 13).into_font();
    for (place, program) in shown.iter().enumerate() {
        let middle = Pos::new(HPos::Left, VPos::Center);
        root.draw(&Circle::new((x, 50), 5, colour(place, program).filled()))?;
        let style = TextStyle::from(font()).pos(middle);
        root.draw(&Text::new(program.name, (x + 9, 50), style))?;
        x += 30 + 8 * program.name.len() as i32;
    }
    let middle = Pos::new(HPos::Left, VPos::Center);
    let style = TextStyle::from(font()).pos(middle);
    root.draw(&Text::new("|  aim", (x, 50), style))?;
    Ok(())
}
