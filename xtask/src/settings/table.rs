//! Thresholds as a Markdown table for each section of the file.

use super::meaning::Meanings;
use anyhow::Context;
use detect::Settings;
use std::fmt::Write;

/// Endings of keys, and the units they stand for; the longer first.
const UNITS: [(&str, &str); 10] = [
    ("_mps2", "m/s²"),
    ("_mps", "m/s"),
    ("_deg", "°"),
    ("_sigmas", "σ"),
    ("_ratio", "share"),
    ("_share", "share"),
    ("_m", "m"),
    ("_s", "s"),
    ("_hz", "Hz"),
    ("_vehicles", "vehicles"),
];

/// A table for each section, with the values of `defaults`.
pub(super) fn of(defaults: &Settings) -> anyhow::Result<String> {
    let meanings = Meanings::read()?;
    let (mut text, mut section_before) = (String::new(), "");
    for range in defaults.ranges() {
        let (section, key) = range.name.split_once('.').context("a setting without a section")?;
        if section != section_before {
            section_before = section;
            let about = meanings.of_section(section)?;
            writeln!(text, "\n### `[{section}]`\n\n{about}\n")?;
            text.push_str("| key | unit | default | least | most | meaning |\n|---|---|--:|--:|--:|---|\n");
        }
        let meaning = meanings.of(section, key)?.replace('|', "\\|");
        let numbers = [range.value, range.low, range.high].map(number);
        writeln!(text, "| `{key}` | {} | {} | {meaning} |", unit(key), numbers.join(" | "))?;
    }
    text.push('\n');
    Ok(text)
}

fn unit(key: &str) -> &'static str {
    let found = UNITS.iter().find(|(ending, _)| format!("_{key}").ends_with(ending));
    found.map_or("number", |(_, unit)| unit)
}

/// A number with its thousands set apart.
fn number(value: f64) -> String {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(grouped.clone(), |fraction| format!("{grouped}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_from_the_ends_of_keys() {
        let keys = ["max_gap_m", "moving_mps", "clearing_s", "sure_sigmas", "min_vehicles", "change_cost"];
        assert_eq!(keys.map(unit), ["m", "m/s", "s", "σ", "vehicles", "number"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [0.5, 100.0, 86_400.0, 1_234_567.25, -1_000.0].map(number),
            ["0.5", "100", "86,400", "1,234,567.25", "-1,000"]
        );
    }
}
