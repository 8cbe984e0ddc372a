//! Puts what was measured into a document that people write.

/// Where the measured part begins and ends.
pub const BEGIN: &str = "<!-- measured: begin -->";
/// See [`BEGIN`].
pub const END: &str = "<!-- measured: end -->";

/// Where what was measured of the simulator begins and ends.
pub const SIMULATOR_BEGIN: &str = "<!-- simulator measured: begin -->";
/// See [`SIMULATOR_BEGIN`].
pub const SIMULATOR_END: &str = "<!-- simulator measured: end -->";

/// Where what was measured of the programs together begins and ends.
pub const PIPELINE_BEGIN: &str = "<!-- pipeline measured: begin -->";
/// See [`PIPELINE_BEGIN`].
pub const PIPELINE_END: &str = "<!-- pipeline measured: end -->";

/// The document with `measured` between the marks; `None` if it has no marks.
#[must_use]
pub fn replace_measured(document: &str, measured: &str) -> Option<String> {
    replace_between(document, measured, BEGIN, END)
}

/// The same for the simulator's marks.
#[must_use]
pub fn replace_simulator(document: &str, measured: &str) -> Option<String> {
    replace_between(document, measured, SIMULATOR_BEGIN, SIMULATOR_END)
}

/// The same for the marks of the programs together.
#[must_use]
pub fn replace_pipeline(document: &str, measured: &str) -> Option<String> {
    replace_between(document, measured, PIPELINE_BEGIN, PIPELINE_END)
}

fn replace_between(document: &str, measured: &str, begin: &str, end: &str) -> Option<String> {
    let (before, rest) = document.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n{}\n{end}{after}", measured.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_changes() {
        let document = format!("Before.\n{BEGIN}\nold\n{END}\nAfter.\n");
        let replaced = replace_measured(&document, "new\n").unwrap();
        assert_eq!(replaced, format!("Before.\n{BEGIN}\nnew\n{END}\nAfter.\n"));
        assert_eq!(replace_measured("no marks", "new"), None);
    }
}
