//! Ending well: SIGTERM or SIGINT asks every part to finish what it has, within a bound.

use std::io;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a program may take to finish what it has.
pub const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A token that is cancelled by the first SIGTERM or SIGINT. A second one ends the program at once.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn on_signals() -> io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if first {
                tracing::info!(signal = name, "ending: finishing what is at hand");
                cancel.cancel();
            } else {
                tracing::warn!(signal = name, "ending at once");
                std::process::exit(1);
            }
        }
    });
    Ok(token)
}

/// Waits for `work` to finish, at most [`DRAIN_TIME`]. Whether it did.
pub async fn drain(work: impl Future<Output = ()>) -> bool {
    let finished = tokio::time::timeout(DRAIN_TIME, work).await.is_ok();
    if !finished {
        tracing::warn!(after_s = DRAIN_TIME.as_secs(), "ending with work undone");
    }
    finished
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn draining_is_bounded() {
        assert!(drain(async {}).await);
        assert!(!drain(std::future::pending()).await);
    }
}
