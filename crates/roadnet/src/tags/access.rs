//! Who may use a way.

use super::Tags;

/// Whether ordinary motor vehicles may use a way: the most specific access tag decides, and without any they may.
pub(crate) fn motor_vehicles_may_pass(tags: &Tags) -> bool {
    let keys = ["motorcar", "motor_vehicle", "vehicle", "access"];
    let most_specific = keys.into_iter().find_map(|key| tags.get(key));
    let closed = ["no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus"];
    most_specific.is_none_or(|value| !closed.contains(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], expected: bool) {
        assert_eq!(motor_vehicles_may_pass(&pairs.iter().copied().collect()), expected, "{pairs:?}");
    }

    #[test]
    fn the_most_specific_tag_decides() {
        check(&[], true);
        check(&[("access", "no")], false);
        check(&[("access", "no"), ("motor_vehicle", "yes")], true);
        check(&[("motor_vehicle", "no"), ("bus", "yes")], false);
        check(&[("motorcar", "no"), ("motor_vehicle", "yes")], false);
    }

    #[test]
    fn visitors_may_pass_and_private_ground_is_left_out() {
        check(&[("access", "destination")], true);
        check(&[("access", "permissive")], true);
        check(&[("access", "private")], false);
    }
}
