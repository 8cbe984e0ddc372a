//! How each vehicle drove lately: what a standstill is judged by once it has come.

use crate::observation::Observation;
use crate::settings::AccidentSettings;
use model::Timestamp;

/// Two reports closer together than this give no deceleration: the speeds' errors are larger than their difference.
const LEAST_STEP_S: f32 = 0.5;
/// Two reports farther apart than this give none either: much can happen in between.
const LONGEST_STEP_S: f32 = 6.0;
/// A hardest braking is of one stop with what comes within this time, in ms.
const ONE_STOP_MS: i64 = 10_000;

/// How one vehicle drove lately.
#[derive(Debug, Clone, Copy)]
struct Drive {
    at: Timestamp,
    speed_mps: f32,
    fast_at: Timestamp,
    fast_mps: f32,
    hardest_at: Timestamp,
    hardest_mps2: f32,
    gap_s: f32,
}

/// How a vehicle came to rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Approach {
    /// When it was last driving.
    pub(crate) fast_at: Timestamp,
    /// How fast that was, m/s.
    pub(crate) fast_mps: f32,
    /// The hardest deceleration seen, m/s².
    pub(crate) hardest_mps2: f32,
    /// The longest time between two reports while it braked, in seconds.
    pub(crate) gap_s: f32,
}

impl Approach {
    /// Of a vehicle that came to rest unseen.
    pub(crate) fn unseen(at: Timestamp) -> Self {
        Self { fast_at: at, fast_mps: 0.0, hardest_mps2: 0.0, gap_s: f32::INFINITY }
    }
}

/// How all vehicles drove lately, by their numbers in the track stage.
#[derive(Debug, Default)]
pub(crate) struct Braking {
    drives: Vec<Option<Drive>>,
}

impl Braking {
    /// Looks at what the next observations of these vehicles will need, so that the processor waits for the memory once for
    /// all of them.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        let drives = numbers.iter().filter_map(|number| self.drives.get(*number as usize)?.as_ref());
        std::hint::black_box(drives.fold(0, |sum, drive| sum ^ drive.at.as_ms()));
    }

    /// Takes an observation.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &AccidentSettings) {
        let Some(speed) = observation.speed_mps else { return };
        #[allow(clippy::cast_possible_truncation)]
        let (speed_mps, driving_mps) = (speed as f32, settings.driving_mps as f32);
        let (at, index) = (observation.ts, observation.track as usize);
        if index >= self.drives.len() {
            self.drives.resize(index + 1, None);
        }
        let Some(slot) = self.drives.get_mut(index) else { return };
        let Some(drive) = slot.as_mut().filter(|drive| at.since_ms(drive.at) <= ONE_STOP_MS) else {
            let never = at - 1_000_000;
            let fast_at = if speed_mps >= driving_mps { at } else { never };
            let drive = Drive {
                at,
                speed_mps,
                fast_at,
                fast_mps: speed_mps,
                hardest_at: never,
                hardest_mps2: 0.0,
                gap_s: 0.0,
            };
            *slot = Some(drive);
            return;
        };
        #[allow(clippy::cast_precision_loss)]
        let step_s = at.since_ms(drive.at) as f32 / 1_000.0;
        let reported = observation.acceleration_mps2.map_or(0.0, |acceleration| -acceleration);
        let is_telling = (LEAST_STEP_S..=LONGEST_STEP_S).contains(&step_s);
        let mean = if is_telling { (drive.speed_mps - speed_mps) / step_s } else { 0.0 };
        let deceleration = reported.max(mean);
        if deceleration > drive.hardest_mps2 || at.since_ms(drive.hardest_at) > ONE_STOP_MS {
            (drive.hardest_mps2, drive.hardest_at) = (deceleration, at);
        }
        drive.gap_s = if drive.speed_mps >= driving_mps { step_s } else { drive.gap_s.max(step_s) };
        if speed_mps >= driving_mps {
            (drive.fast_at, drive.fast_mps) = (at, speed_mps);
        }
        (drive.at, drive.speed_mps) = (at, speed_mps);
    }

    /// How the vehicle that this observation is of came to rest; `None` if it has not been driving lately.
    pub(crate) fn approach(
        &self,
        observation: &Observation,
        settings: &AccidentSettings,
    ) -> Option<Approach> {
        let drive = self.drives.get(observation.track as usize)?.as_ref()?;
        let is_of_this_stop = observation.ts.since_ms(drive.hardest_at) <= ONE_STOP_MS;
        (observation.ts.since_ms(drive.fast_at) <= crate::settings::ms(settings.approach_s)).then_some(
            Approach {
                fast_at: drive.fast_at,
                fast_mps: drive.fast_mps,
                hardest_mps2: if is_of_this_stop { drive.hardest_mps2 } else { 0.0 },
                gap_s: drive.gap_s,
            },
        )
    }
}
