//! A plot as SVG: shares over the share of vehicles that report.

use std::fmt::Write;

/// One line of the plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// Its colour as SVG writes it.
    pub colour: &'static str,
    /// Whether it is drawn dashed.
    pub is_dashed: bool,
    /// Percent of vehicles, and the share from 0 to 1.
    pub points: Vec<(u32, f64)>,
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 290.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 56.0;

/// Draws the plot. The percentages stand at even distances, in the order of `percents`.
#[must_use]
pub fn svg(title: &str, percents: &[u32], series: &[Series]) -> String {
    let (plot_width, plot_height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    #[allow(clippy::cast_precision_loss)]
    let x = |percent: u32| {
        let i = percents.iter().position(|&known| known == percent).unwrap_or(0);
        LEFT + plot_width * (i as f64 + 0.5) / percents.len().max(1) as f64
    };
    let y = |share: f64| TOP + plot_height * (1.0 - share.clamp(0.0, 1.0));
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="{0}">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
<text x="{LEFT}" y="24" font-size="15" font-weight="600" fill="#1b1f24">{0}</text>
"##,
        escaped(title)
    );
    // Writing to a string cannot fail.
    for tenths in [0, 2, 4, 6, 8, 10] {
        let (at, percent) = (y(f64::from(tenths) / 10.0), tenths * 10);
        let _ = writeln!(
            out,
            r##"<line x1="{LEFT}" y1="{at:.1}" x2="{:.1}" y2="{at:.1}" stroke="#d8dee4"/><text x="{:.1}" y="{:.1}" text-anchor="end" fill="#57606a">{percent} %</text>"##,
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.5
        );
    }
    for &percent in percents {
        let _ = writeln!(
            out,
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#57606a">{percent} %</text>"##,
            x(percent),
            HEIGHT - BOTTOM + 20.0
        );
    }
    let _ = writeln!(
        out,
        r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#1b1f24">vehicles that report</text>"##,
        LEFT + plot_width / 2.0,
        HEIGHT - 12.0
    );
    for (i, one) in series.iter().enumerate() {
        draw(&mut out, one, i, &x, &y);
    }
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, series: &Series, number: usize, x: &impl Fn(u32) -> f64, y: &impl Fn(f64) -> f64) {
    let Series { name, colour, is_dashed, points } = series;
    let dash = if *is_dashed { r#" stroke-dasharray="6 4""# } else { "" };
    let places: Vec<String> =
        points.iter().map(|&(percent, share)| format!("{:.1},{:.1}", x(percent), y(share))).collect();
    let _ = writeln!(
        out,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>"#,
        places.join(" ")
    );
    for &(percent, share) in points {
        let _ = writeln!(
            out,
            r#"<circle cx="{:.1}" cy="{:.1}" r="3.5" fill="{colour}"><title>{}: {:.1} % at {percent} %</title></circle>"#,
            x(percent),
            y(share),
            escaped(name),
            share * 100.0
        );
    }
    #[allow(clippy::cast_precision_loss)]
    let (left, at) = (WIDTH - RIGHT + 16.0, TOP + 14.0 + 24.0 * number as f64);
    let _ = writeln!(
        out,
        r##"<line x1="{left}" y1="{at}" x2="{}" y2="{at}" stroke="{colour}" stroke-width="2"{dash}/><text x="{}" y="{}" fill="#1b1f24">{}</text>"##,
        left + 26.0,
        left + 34.0,
        at + 4.5,
        escaped(name)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_is_a_line_with_a_name_and_a_point_for_each_share() {
        let series = Series {
            name: "found <all>".to_owned(),
            colour: "#0969da",
            is_dashed: true,
            points: vec![(5, 0.0), (100, 1.0)],
        };
        let text = svg("Accidents & jams", &[5, 100], &[series]);
        assert!(text.contains("Accidents &amp; jams") && text.contains("found &lt;all&gt;"));
        assert!(text.contains(r#"points="175.5,364.0 398.5,44.0""#), "{text}");
        assert_eq!(text.matches("<circle").count(), 2);
        assert!(text.contains("stroke-dasharray") && text.ends_with("</svg>\n"));
    }
}
