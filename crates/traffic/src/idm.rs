//! Car-following: the Intelligent Driver Model of Treiber, Hennecke and Helbing (2000).

/// How one driver drives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Driver {
    /// Acceleration from standstill, m/s².
    pub accel_mps2: f64,
    /// Comfortable braking, m/s², positive.
    pub brake_mps2: f64,
    /// Time gap kept to the vehicle ahead, s.
    pub headway_s: f64,
    /// Gap kept when standing, m.
    pub standing_gap_m: f64,
    /// Desired speed as a share of the limit, at most 1 but for those on call.
    pub limit_share: f64,
    /// The highest speed of the vehicle, m/s.
    pub top_mps: f64,
}

/// The hardest braking a driver manages, m/s².
pub(crate) const EMERGENCY_BRAKE_MPS2: f64 = 8.0;

impl Driver {
    /// Acceleration in m/s² on a free road with this desired speed.
    pub fn free(&self, speed_mps: f64, desired_mps: f64) -> f64 {
        let ratio = speed_mps / desired_mps.max(0.1);
        let square = ratio * ratio;
        let accel = self.accel_mps2 * (1.0 - square * square);
        accel.max(-self.brake_mps2)
    }

    /// What the obstacle `gap_m` ahead, moving at `leader_mps`, takes away from the free acceleration, m/s²; with the
    /// time gap longer by a factor.
    pub fn interaction(&self, speed_mps: f64, gap_m: f64, leader_mps: f64, headway_factor: f64) -> f64 {
        let closing_mps = speed_mps - leader_mps;
        let dynamic_m = speed_mps * self.headway_s * headway_factor
            + speed_mps * closing_mps / (2.0 * (self.accel_mps2 * self.brake_mps2).sqrt());
        let wanted_m = self.standing_gap_m + dynamic_m.max(0.0);
        let ratio = wanted_m / gap_m.max(0.1);
        self.accel_mps2 * ratio * ratio
    }

    /// Acceleration in m/s² behind an obstacle, never below emergency braking.
    pub fn follow(
        &self,
        speed_mps: f64,
        desired_mps: f64,
        gap_m: f64,
        leader_mps: f64,
        headway_factor: f64,
    ) -> f64 {
        let accel = self.free(speed_mps, desired_mps)
            - self.interaction(speed_mps, gap_m, leader_mps, headway_factor);
        accel.max(-EMERGENCY_BRAKE_MPS2)
    }

    /// Metres to stop from this speed with comfortable braking.
    pub fn braking_distance_m(&self, speed_mps: f64) -> f64 {
        speed_mps * speed_mps / (2.0 * self.brake_mps2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAR: Driver = Driver {
        accel_mps2: 1.5,
        brake_mps2: 2.0,
        headway_s: 1.2,
        standing_gap_m: 2.0,
        limit_share: 1.0,
        top_mps: 50.0,
    };

    #[test]
    fn a_free_driver_reaches_the_desired_speed_and_keeps_it() {
        let mut speed = 0.0;
        for _ in 0..400 {
            speed += CAR.free(speed, 14.0) * 0.25;
        }
        assert!((speed - 14.0).abs() < 0.2, "{speed}");
    }

    #[test]
    fn a_driver_stops_two_metres_behind_a_standing_obstacle() {
        let (mut speed, mut gap) = (14.0_f64, 150.0);
        let mut hardest = 0.0_f64;
        for _ in 0..400 {
            let accel = CAR.follow(speed, 14.0, gap, 0.0, 1.0);
            hardest = hardest.min(accel);
            let next = (speed + accel * 0.25).max(0.0);
            gap -= (speed + next) / 2.0 * 0.25;
            speed = next;
        }
        assert!(speed < 0.05 && gap > 1.5 && gap < 2.6, "speed {speed}, gap {gap}");
        assert!(hardest > -3.5, "{hardest}");
    }

    #[test]
    fn too_small_a_gap_brakes_no_harder_than_tyres_can() {
        assert_eq!(CAR.follow(14.0, 14.0, 0.5, 0.0, 1.0), -EMERGENCY_BRAKE_MPS2);
    }
}
