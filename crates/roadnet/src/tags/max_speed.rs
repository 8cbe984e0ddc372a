//! Speed limits as OSM writes them.

const KMH_PER_MPH: f64 = 1.609_344;
const KMH_PER_KNOT: f64 = 1.852;
/// The pace meant by `walk`.
const WALK_KMH: f64 = 7.0;
/// Taken where there is no limit at all: what traffic advises and mostly drives on a German motorway.
const NONE_KMH: f64 = 130.0;
/// No road has a higher limit: anything above is a typing error.
const HIGHEST_KMH: f64 = 200.0;

/// What a `maxspeed` value says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum MaxSpeed {
    /// A limit in km/h, above 0.
    Kmh(f64),
    /// The limit changes or is given elsewhere (`variable`, `signals`): take the default of the road's class.
    Unstated,
}

/// Reads a value of `maxspeed`: km/h, `30 mph`, `walk`, `none`, `FI:urban`, `DE:zone:30`. Of several values
/// (`50;30`) the first that can be read. `None` where nothing can be.
pub(super) fn parse(value: &str) -> Option<MaxSpeed> {
    value.split([';', '|', ',']).map(str::trim).find_map(parse_one)
}

fn parse_one(value: &str) -> Option<MaxSpeed> {
    let lower = value.to_ascii_lowercase();
    let kmh = match lower.as_str() {
        "walk" | "walking" => WALK_KMH,
        "none" | "unlimited" => NONE_KMH,
        "signals" | "variable" | "implicit" | "default" | "unposted" | "unknown" => {
            return Some(MaxSpeed::Unstated);
        }
        other => match other.split_once(':') {
            Some((country, kind)) => implicit_kmh(country, kind)?,
            None => number_with_unit(other).or_else(|| zone_kmh(other))?,
        },
    };
    (kmh > 0.0 && kmh <= HIGHEST_KMH).then_some(MaxSpeed::Kmh(kmh))
}

fn number_with_unit(value: &str) -> Option<f64> {
    let unit_at = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(unit_at);
    let factor = match unit.trim() {
        "" | "km/h" | "kmh" | "kph" | "kmph" => 1.0,
        "mph" => KMH_PER_MPH,
        "knots" => KMH_PER_KNOT,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// `zone30`, `zone:30`
fn zone_kmh(value: &str) -> Option<f64> {
    value.strip_prefix("zone")?.trim_start_matches(':').parse().ok()
}

/// The legal limit behind a country code and a kind of surroundings. Countries that differ from what is usual in
/// Europe are named; elsewhere the usual value is close enough.
fn implicit_kmh(country: &str, kind: &str) -> Option<f64> {
    let mph = |limit: f64| limit * KMH_PER_MPH;
    let kmh = match (country, kind) {
        ("gb" | "uk", "motorway" | "nsl_dual") => mph(70.0),
        ("gb" | "uk", "nsl_single" | "rural") => mph(60.0),
        ("gb" | "uk", "nsl_restricted" | "urban") => mph(30.0),
        ("us", "motorway" | "freeway") => mph(65.0),
        ("us", "rural") => mph(55.0),
        ("us", "urban") => mph(25.0),
        ("de", "motorway" | "trunk") => NONE_KMH,
        ("de" | "at", "rural") => 100.0,
        ("fi" | "fr" | "ch" | "be" | "nl" | "dk" | "no", "rural") => 80.0,
        ("se", "rural") => 70.0,
        ("fi" | "be" | "ch" | "es" | "pt" | "ie", "motorway") => 120.0,
        ("se" | "no", "motorway") => 110.0,
        ("nl", "motorway") => 100.0,
        ("fi" | "se" | "ch" | "nl", "trunk") => 100.0,
        (_, "urban" | "city" | "town" | "built-up") => 50.0,
        (_, "rural" | "outside") => 90.0,
        (_, "trunk" | "express") => 100.0,
        (_, "motorway") => 130.0,
        (_, "living_street" | "pedestrian_zone") => 20.0,
        (_, "walk") => WALK_KMH,
        (_, "bicycle_road" | "school") => 30.0,
        (_, "none") => NONE_KMH,
        (_, kind) => zone_kmh(kind).or_else(|| number_with_unit(kind))?,
    };
    Some(kmh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected_kmh: f64) {
        match parse(value) {
            Some(MaxSpeed::Kmh(kmh)) => assert!((kmh - expected_kmh).abs() < 1e-9, "{value}: {kmh}"),
            other => panic!("{value}: {other:?}"),
        }
    }

    #[test]
    fn plain_numbers_are_kilometres_an_hour() {
        check("50", 50.0);
        check("7.5", 7.5);
        check("50 km/h", 50.0);
        check("80kmh", 80.0);
    }

    #[test]
    fn other_units_are_converted() {
        check("30 mph", 48.28032);
        check("30mph", 48.28032);
        check("5 knots", 9.26);
    }

    #[test]
    fn words_have_a_meaning() {
        check("walk", 7.0);
        check("none", 130.0);
        assert_eq!(parse("signals"), Some(MaxSpeed::Unstated));
        assert_eq!(parse("variable"), Some(MaxSpeed::Unstated));
    }

    #[test]
    fn country_codes_give_the_legal_limit() {
        check("FI:urban", 50.0);
        check("FI:rural", 80.0);
        check("FI:motorway", 120.0);
        check("DE:rural", 100.0);
        check("DE:motorway", 130.0);
        check("CH:rural", 80.0);
        check("GB:nsl_single", 96.56064);
        check("IT:urban", 50.0);
        check("DE:zone:30", 30.0);
        check("DE:zone30", 30.0);
        check("zone:20", 20.0);
        check("RU:living_street", 20.0);
    }

    #[test]
    fn of_several_values_the_first_readable_one_counts() {
        check("50;30", 50.0);
        check("fast;30", 30.0);
        check("60|40", 60.0);
    }

    #[test]
    fn nonsense_is_refused() {
        for value in
            ["", "fast", "-30", "0", "1e3", "999", "50 furlongs", "FI:", ":", "mph", "..", "NaN", "inf"]
        {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
