//! What to do about a zone that the broker has, when the database is the master.

use super::store::Stored;
use model::{Zone, ZoneId};

/// What to do about it.
#[derive(Debug, PartialEq)]
pub(super) enum Action {
    /// It is as it should be.
    Nothing,
    /// Publish what the database has.
    Publish,
    /// Publish that there is none.
    Clear,
    /// Take it into the database, which has never heard of it.
    Adopt(Zone),
    /// It is none; the gateway does not take it either.
    Ignore(String),
}

/// Compares what the broker has under `id` (empty: nothing) with what the database has.
pub(super) fn decide(id: &ZoneId, payload: &[u8], stored: Option<&Stored>) -> Action {
    let zone = (!payload.is_empty()).then(|| Zone::from_geojson(payload));
    match (stored, zone) {
        (Some(Stored::Zone(ours)), Some(Ok(theirs))) if *ours == theirs => Action::Nothing,
        (Some(Stored::Zone(_)), _) => Action::Publish,
        (Some(Stored::Deleted), Some(_)) => Action::Clear,
        (Some(Stored::Deleted) | None, None) => Action::Nothing,
        (None, Some(Ok(zone))) if zone.id == *id => Action::Adopt(zone),
        (None, Some(Ok(zone))) => Action::Ignore(format!("its topic says {id}, it says {}", zone.id)),
        (None, Some(Err(error))) => Action::Ignore(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{LatLon, Shape};

    fn zone(name: &str) -> Zone {
        Zone {
            id: ZoneId::new("a").unwrap(),
            name: name.into(),
            shape: Shape::Circle { center: LatLon::new(60.17, 24.94), radius_m: 150.0 },
            min_dwell_s: 0.0,
            hysteresis_m: 0.0,
            max_accuracy_m: 0.0,
        }
    }

    #[test]
    fn the_database_is_the_master() {
        let id = zone("x").id;
        let payload = |zone: &Zone| zone.to_feature().to_string().into_bytes();
        let (ours, deleted) = (Stored::Zone(zone("ours")), Stored::Deleted);
        let decide = |payload: &[u8], stored| decide(&id, payload, stored);
        assert_eq!(decide(&payload(&zone("ours")), Some(&ours)), Action::Nothing);
        assert_eq!(decide(&payload(&zone("theirs")), Some(&ours)), Action::Publish);
        assert_eq!(decide(b"", Some(&ours)), Action::Publish);
        assert_eq!(decide(b"rubbish", Some(&ours)), Action::Publish);
        assert_eq!(decide(&payload(&zone("theirs")), Some(&deleted)), Action::Clear);
        assert_eq!(decide(b"rubbish", Some(&deleted)), Action::Clear);
        assert_eq!(decide(b"", Some(&deleted)), Action::Nothing);
        assert_eq!(decide(b"", None), Action::Nothing);
        assert_eq!(decide(&payload(&zone("new")), None), Action::Adopt(zone("new")));
        assert!(matches!(decide(b"rubbish", None), Action::Ignore(_)));
        let other = Zone { id: ZoneId::new("b").unwrap(), ..zone("other") };
        assert!(matches!(decide(&payload(&other), None), Action::Ignore(_)));
    }
}
