//! Which vehicles are known, by name and by number, and when each was last heard of.

use crate::settings::ms;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use model::{DropReason, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// Reports worth so much time may come at once, in ms.
const AT_ONCE_MS: i64 = 2_000;

/// All vehicles, numbered in the order of their first reports, so that the same input gives the same numbers. The
/// numbers of forgotten vehicles are used again.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "Memory")]
pub(crate) struct Vehicles {
    /// By number.
    known: Vec<Option<Vehicle>>,
    free: Vec<u32>,
    /// The numbers, found by name: a table of names would take eight times the room.
    #[serde(skip)]
    numbers: HashTable<u32>,
    #[serde(skip)]
    hasher: RandomState,
}

/// What is kept of them.
#[derive(Deserialize)]
struct Memory {
    known: Vec<Option<Vehicle>>,
    free: Vec<u32>,
}

impl From<Memory> for Vehicles {
    fn from(Memory { known, free }: Memory) -> Self {
        let mut vehicles = Self { known, free, ..Self::default() };
        let found: Vec<(u32, u64)> = (0..)
            .zip(&vehicles.known)
            .filter_map(|(number, vehicle)| {
                Some((number, vehicles.hasher.hash_one(vehicle.as_ref()?.name.as_str())))
            })
            .collect();
        for (number, hash) in found {
            vehicles.index(number, hash);
        }
        vehicles
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Vehicle {
    name: VehicleId,
    /// When it was last heard of, or first missed after a restart.
    heard: Timestamp,
    /// When it may report at the earliest by its pace, were nothing allowed to come at once.
    paced: Timestamp,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Standing {
    /// Known from a former run; nobody has looked for it since.
    Recalled,
    /// Heard of.
    Heard,
    /// Told to be silent.
    Silent,
}

impl Vehicles {
    /// The number of a vehicle, known or new, that is heard of at `at`, and may be heard of so many times a second.
    ///
    /// # Errors
    /// [`DropReason::RateLimited`] if it is heard of too often: by a virtual schedule (the leaky bucket of ITU-T I.371), in
    /// its own time, so that a backlog is no flood. What is no newer than before does not count: it is of no use anyway, and
    /// comes again after an outage.
    pub(crate) fn hear(
        &mut self,
        name: &VehicleId,
        at: Timestamp,
        max_rate_hz: f64,
    ) -> Result<u32, DropReason> {
        let number = self.recall(name);
        if let Some(vehicle) = self.known.get_mut(number as usize).and_then(Option::as_mut) {
            if at > vehicle.heard {
                if vehicle.paced.since_ms(at) > AT_ONCE_MS {
                    return Err(DropReason::RateLimited);
                }
                vehicle.paced = vehicle.paced.max(at) + ms(1.0 / max_rate_hz);
            }
            vehicle.heard = vehicle.heard.max(at);
            vehicle.standing = Standing::Heard;
        }
        Ok(number)
    }

    /// The number of a vehicle, known or new; who is new counts as known from a former run.
    pub(crate) fn recall(&mut self, name: &VehicleId) -> u32 {
        let hash = self.hasher.hash_one(name.as_str());
        let is_it =
            |number: &u32| self.known[*number as usize].as_ref().is_some_and(|known| known.name == *name);
        if let Some(number) = self.numbers.find(hash, is_it) {
            return *number;
        }
        let vehicle = Some(Vehicle {
            name: name.clone(),
            heard: Timestamp::from_ms_clamped(0),
            paced: Timestamp::from_ms_clamped(0),
            standing: Standing::Recalled,
        });
        let number = match self.free.pop() {
            Some(number) => {
                self.known[number as usize] = vehicle;
                number
            }
            None => {
                self.known.push(vehicle);
                // Vehicles are far fewer than 2³²: each takes more than a hundred bytes.
                u32::try_from(self.known.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.index(number, hash);
        number
    }

    /// Makes a vehicle be found by the hash of its name.
    fn index(&mut self, number: u32, hash: u64) {
        let hash_of = |number: &u32| {
            self.known[*number as usize].as_ref().map_or(0, |known| self.hasher.hash_one(known.name.as_str()))
        };
        self.numbers.insert_unique(hash, number, hash_of);
    }

    /// Looks at what will be needed of these vehicles, so that the processor waits for the memory once for all of them, not
    /// once for each; puts their numbers into `numbers`, as far as they are known and most likely right.
    pub(crate) fn look_ahead<'a>(&self, names: impl Iterator<Item = &'a VehicleId>, numbers: &mut Vec<u32>) {
        // The first number whose hash is alike is nearly always the right one.
        let found = names.filter_map(|name| self.numbers.find(self.hasher.hash_one(name.as_str()), |_| true));
        numbers.extend(found.copied());
        let known = numbers.iter().filter_map(|number| self.known.get(*number as usize)?.as_ref());
        std::hint::black_box(known.fold(0_u32, |sum, known| sum.wrapping_add(known.standing as u32)));
    }

    /// The name of a vehicle that is known.
    pub(crate) fn name(&self, number: u32) -> Option<&VehicleId> {
        self.known.get(number as usize)?.as_ref().map(|vehicle| &vehicle.name)
    }

    /// Whether none is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Those heard of last before `before` who were not told before, by number. A recalled one's silence counts from
    /// `now`, the first time that it is looked for.
    pub(crate) fn fell_silent(&mut self, before: Timestamp, now: Timestamp) -> Vec<(u32, VehicleId)> {
        let mut silent = Vec::new();
        for (number, vehicle) in (0..).zip(&mut self.known) {
            let Some(vehicle) = vehicle else { continue };
            if vehicle.standing == Standing::Recalled {
                vehicle.heard = now;
                vehicle.standing = Standing::Heard;
            }
            if vehicle.standing == Standing::Heard && vehicle.heard < before {
                vehicle.standing = Standing::Silent;
                silent.push((number, vehicle.name.clone()));
            }
        }
        silent
    }

    /// Forgets those last heard of before `before`; gives them by number.
    pub(crate) fn forget(&mut self, before: Timestamp) -> Vec<(u32, VehicleId)> {
        self.forget_where(|heard| heard < before)
    }

    /// Forgets those heard of after `after`; gives them by number.
    pub(crate) fn forget_after(&mut self, after: Timestamp) -> Vec<(u32, VehicleId)> {
        self.forget_where(|heard| heard > after)
    }

    fn forget_where(&mut self, is_over: impl Fn(Timestamp) -> bool) -> Vec<(u32, VehicleId)> {
        let mut forgotten = Vec::new();
        for (number, slot) in (0..).zip(&mut self.known) {
            let is_gone =
                |vehicle: &mut Vehicle| vehicle.standing != Standing::Recalled && is_over(vehicle.heard);
            if let Some(gone) = slot.take_if(is_gone) {
                let hash = self.hasher.hash_one(gone.name.as_str());
                if let Ok(entry) = self.numbers.find_entry(hash, |known| *known == number) {
                    entry.remove();
                }
                self.free.push(number);
                forgotten.push((number, gone.name));
            }
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_ms_clamped(second * 1_000)
    }

    fn name(text: &str) -> VehicleId {
        VehicleId::new(text).expect("an id")
    }

    #[test]
    fn a_number_stays_until_its_vehicle_is_forgotten_and_is_then_used_again() {
        let mut vehicles = Vehicles::default();
        let numbers = ["a", "b", "c"].map(|text| vehicles.hear(&name(text), at(10), 10.0));
        assert_eq!(numbers, [Ok(0), Ok(1), Ok(2)]);
        assert_eq!(vehicles.hear(&name("b"), at(20), 10.0), Ok(1));
        assert_eq!(vehicles.fell_silent(at(15), at(30)), [(0, name("a")), (2, name("c"))]);
        assert_eq!(vehicles.fell_silent(at(15), at(31)), []);
        assert_eq!(vehicles.forget(at(15)), [(0, name("a")), (2, name("c"))]);
        assert_eq!((vehicles.name(0), vehicles.name(1)), (None, Some(&name("b"))));
        assert_eq!(vehicles.hear(&name("d"), at(40), 10.0), Ok(2));
        assert_eq!(vehicles.hear(&name("a"), at(40), 10.0), Ok(0));
    }

    #[test]
    fn who_reports_late_after_a_silence_falls_silent_again() {
        let mut vehicles = Vehicles::default();
        let _ = vehicles.hear(&name("a"), at(10), 10.0);
        assert_eq!(vehicles.fell_silent(at(100), at(200)), [(0, name("a"))]);
        let _ = vehicles.hear(&name("a"), at(50), 10.0);
        assert_eq!(vehicles.fell_silent(at(100), at(200)), [(0, name("a"))]);
    }

    #[test]
    fn the_silence_of_a_recalled_vehicle_counts_from_the_first_look() {
        let mut vehicles = Vehicles::default();
        vehicles.recall(&name("a"));
        assert_eq!(vehicles.forget(at(100)), []);
        assert_eq!(vehicles.fell_silent(at(10), at(100)), []);
        assert_eq!(vehicles.fell_silent(at(101), at(200)), [(0, name("a"))]);
    }

    #[test]
    fn who_reports_too_often_is_limited_by_itself_in_its_own_time() {
        let mut vehicles = Vehicles::default();
        let mut used = |who: &str, every_ms: i64, seconds: i64| {
            let times = (0..seconds * 1_000 / every_ms)
                .map(|step| Timestamp::from_ms_clamped(5_000 + step * every_ms));
            times.filter(|ts| vehicles.hear(&name(who), *ts, 20.0).is_ok()).count()
        };
        // Forty at once, then twenty a second.
        assert_eq!(used("flood", 10, 60), 1_240);
        assert_eq!(used("calm", 1_000, 60), 60);
        assert_eq!(used("quick", 50, 60), 1_200);
    }
}
