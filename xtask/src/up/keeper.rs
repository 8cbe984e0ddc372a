//! Starting again what has died, ever more patiently.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// Whoever has run this long has recovered.
const RECOVERED: Duration = Duration::from_secs(60);

/// When to start one thing again.
#[derive(Debug)]
pub(super) struct Keeper {
    started: Instant,
    pause: Duration,
    due: Option<Instant>,
}

/// What to do with one thing now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Leave,
    /// It has just died; it is started again after this long.
    Died(Duration),
    /// Start it.
    Start,
}

impl Keeper {
    pub fn new(now: Instant) -> Self {
        Self { started: now, pause: FIRST, due: None }
    }

    pub fn judge(&mut self, is_running: bool, now: Instant) -> Verdict {
        match self.due {
            Some(due) if now < due => Verdict::Leave,
            Some(_) => {
                self.due = None;
                self.started = now;
                Verdict::Start
            }
            None if is_running => Verdict::Leave,
            None => {
                if now.duration_since(self.started) >= RECOVERED {
                    self.pause = FIRST;
                }
                let pause = self.pause;
                self.due = Some(now + pause);
                self.pause = (pause * 2).min(LONGEST);
                Verdict::Died(pause)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute_and_start_small_after_a_good_minute() {
        let mut now = Instant::now();
        let mut keeper = Keeper::new(now);
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let Verdict::Died(pause) = keeper.judge(false, now) else { panic!("it has died") };
            pauses.push(pause.as_secs());
            assert_eq!(keeper.judge(false, now), Verdict::Leave);
            now += pause;
            assert_eq!(keeper.judge(false, now), Verdict::Start);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);

        assert_eq!(keeper.judge(true, now + RECOVERED), Verdict::Leave);
        assert_eq!(keeper.judge(false, now + RECOVERED), Verdict::Died(FIRST));
    }
}
