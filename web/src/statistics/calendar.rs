//! Days and hours of a time zone.

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::Timestamp;

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl Zone {
    /// The zone of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self { name: zone.iana_name().unwrap_or(name).to_owned(), zone })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day of the week (0 is Monday) and the hour (0…23) that clocks there show.
    #[must_use]
    pub fn weekday_and_hour(&self, at: Timestamp) -> (usize, usize) {
        let local = self.local(at);
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        (weekday, usize::try_from(local.hour()).unwrap_or(0))
    }

    /// When the hour that clocks there show began.
    #[must_use]
    pub fn hour_of(&self, at: Timestamp) -> Timestamp {
        // Every zone is off by whole minutes of the hour since long before any event: what is past the hour is taken off.
        let past_ms = i64::from(self.local(at).minute()) * 60_000 + at.as_ms().rem_euclid(60_000);
        at - past_ms
    }

    /// When the day that clocks there show began.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Timestamp {
        let midnight = self.local(at).date().to_datetime(jiff::civil::Time::midnight());
        self.instant(midnight).unwrap_or(at)
    }

    /// When the day after that of `at` begins there.
    #[must_use]
    pub fn day_after(&self, at: Timestamp) -> Timestamp {
        let date = self.local(at).date();
        let next = date.checked_add(1.day()).ok().map(|next| next.to_datetime(jiff::civil::Time::midnight()));
        next.and_then(|next| self.instant(next)).filter(|next| *next > at).unwrap_or(at + 86_400_000)
    }

    fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or_default();
        self.zone.to_datetime(at)
    }

    /// The first moment at which clocks show this, or show more.
    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let at = self.zone.to_timestamp(local).ok()?;
        Some(Timestamp::from_ms_clamped(at.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_days_length_is_that_of_the_zone() {
        let helsinki = Zone::named("Europe/Helsinki").unwrap();
        for (within, start, next) in [
            ("2026-06-10T12:00:00Z", "2026-06-09T21:00:00Z", "2026-06-10T21:00:00Z"),
            // Clocks go forward: 23 hours; clocks go back: 25 hours.
            ("2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"),
            ("2026-10-25T12:00:00Z", "2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z"),
        ] {
            assert_eq!(helsinki.day_of(at(within)), at(start), "{within}");
            assert_eq!(helsinki.day_after(at(within)), at(next), "{within}");
        }
    }

    #[test]
    fn hours_begin_where_clocks_say_so() {
        let kathmandu = Zone::named("Asia/Kathmandu").unwrap();
        // 5 h 45 min ahead of UTC.
        assert_eq!(kathmandu.hour_of(at("2026-06-10T12:00:00Z")), at("2026-06-10T11:15:00Z"));
        assert_eq!(kathmandu.weekday_and_hour(at("2026-06-10T12:00:00Z")), (2, 17));
        assert_eq!(Zone::default().hour_of(at("2026-06-10T12:59:59.999Z")), at("2026-06-10T12:00:00Z"));
        assert_eq!(Zone::default().weekday_and_hour(at("2026-06-14T23:59:59Z")), (6, 23));
    }

    #[test]
    fn names_are_those_of_the_database() {
        assert_eq!(Zone::named("europe/helsinki").unwrap().name(), "Europe/Helsinki");
        assert_eq!(Zone::named("Mars/Olympus"), None);
    }
}
