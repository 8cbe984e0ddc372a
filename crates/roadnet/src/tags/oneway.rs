//! Which ways traffic may go.

use super::Tags;

/// The directions of a road, along its drawing direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Both,
    ForwardOnly,
    BackwardOnly,
}

/// What `oneway`, and without it `junction`, say; the second value is a `oneway` that could not be read.
/// Lanes that change direction by the hour (`reversible`) count as open both ways.
pub(super) fn flow(tags: &Tags, implied_by_class: bool) -> (Flow, Option<&str>) {
    let implied = implied_by_class || tags.is_any("junction", &["roundabout", "circular"]);
    let unstated = if implied { Flow::ForwardOnly } else { Flow::Both };
    match tags.get("oneway") {
        None => (unstated, None),
        Some("yes" | "true" | "True" | "1" | "1.0") => (Flow::ForwardOnly, None),
        Some("-1" | "reverse" | "-1.0") => (Flow::BackwardOnly, None),
        Some("no" | "false" | "False" | "0" | "0.0" | "reversible" | "alternating") => (Flow::Both, None),
        Some(unknown) => (unstated, Some(unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], expected: Flow) {
        let tags: Tags = pairs.iter().copied().collect();
        assert_eq!(flow(&tags, false), (expected, None), "{pairs:?}");
    }

    #[test]
    fn without_a_tag_traffic_goes_both_ways() {
        check(&[], Flow::Both);
        check(&[("oneway", "no")], Flow::Both);
        check(&[("oneway", " ")], Flow::Both);
    }

    #[test]
    fn the_spellings_of_yes_are_one_way_as_drawn() {
        for yes in ["yes", "true", "1"] {
            check(&[("oneway", yes)], Flow::ForwardOnly);
        }
    }

    #[test]
    fn minus_one_is_against_the_drawing_direction() {
        check(&[("oneway", "-1")], Flow::BackwardOnly);
        check(&[("oneway", "reverse")], Flow::BackwardOnly);
    }

    #[test]
    fn a_roundabout_is_one_way_unless_tagged_otherwise() {
        check(&[("junction", "roundabout")], Flow::ForwardOnly);
        check(&[("junction", "roundabout"), ("oneway", "no")], Flow::Both);
        check(&[("junction", "roundabout"), ("oneway", "-1")], Flow::BackwardOnly);
    }

    #[test]
    fn an_unknown_word_is_told_and_not_obeyed() {
        let tags: Tags = [("oneway", "perhaps")].into_iter().collect();
        assert_eq!(flow(&tags, false), (Flow::Both, Some("perhaps")));
    }
}
