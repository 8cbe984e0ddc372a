//! Reading a program's `/metrics`.

/// The sum of a counter or gauge over its labels; 0 if it has not counted yet.
#[must_use]
pub fn total(metrics: &str, name: &str) -> f64 {
    let values = metrics.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let value = rest
            .strip_prefix('{')
            .map_or(rest, |labels| labels.split_once('}').map_or("", |(_, value)| value));
        value.trim().parse::<f64>().ok()
    });
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_read_over_all_its_labels_and_no_other_is_taken_for_it() {
        let metrics =
            "# TYPE a_total counter\na_total{x=\"1\"} 2\na_total{x=\"2\"} 3\na_total_more 7\nb_total 5\n";
        assert_eq!(total(metrics, "a_total"), 5.0);
        assert_eq!(total(metrics, "b_total"), 5.0);
        assert_eq!(total(metrics, "c_total"), 0.0);
    }
}
