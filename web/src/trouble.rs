//! Something that is away: said once, and once more when it is back.

use link::Condition;

/// What was said of it last.
#[derive(Debug)]
pub struct Trouble {
    what: &'static str,
    said: Option<String>,
}

impl Trouble {
    /// Nothing said yet.
    #[must_use]
    pub const fn new(what: &'static str) -> Self {
        Self { what, said: None }
    }

    /// Takes note of how it is now: in the condition always, in the log when it is not as it was.
    pub fn note(&mut self, condition: &Condition, found: Result<(), String>) {
        match found {
            Ok(()) => {
                condition.met();
                if self.said.take().is_some() {
                    tracing::info!("{} is there again", self.what);
                }
            }
            Err(reason) => {
                condition.unmet(reason.clone());
                if self.said.as_ref() != Some(&reason) {
                    tracing::warn!(reason, "{} is away", self.what);
                    self.said = Some(reason);
                }
            }
        }
    }
}
