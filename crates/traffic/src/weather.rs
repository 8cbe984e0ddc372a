//! What the weather does to drivers.

/// Drivers in some weather, held against a dry day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// Their desired speeds, 0.2…1 times those of a dry day.
    pub speed_factor: f64,
    /// The time gaps that they keep, 1…3 times those of a dry day.
    pub headway_factor: f64,
}

impl Weather {
    /// A dry day.
    pub const DRY: Self = Self { speed_factor: 1.0, headway_factor: 1.0 };

    /// The same with its factors in their ranges.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self {
            speed_factor: self.speed_factor.clamp(0.2, 1.0),
            headway_factor: self.headway_factor.clamp(1.0, 3.0),
        }
    }
}
