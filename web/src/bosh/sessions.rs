//! Which sessions of browsers there are, as their requests tell: nobody else knows, for they live in Prosody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A session that was silent for so long is gone: a request is held for a minute, then the browser asks again.
const SILENT_FOR: Duration = Duration::from_secs(100);
/// Most sessions remembered; beyond, newcomers are not counted.
const MOST: usize = 4_000;
/// The attributes of `<body>` stand within this many bytes of its beginning.
const HEAD_BYTES: usize = 1_024;
/// Longest name of a session that is remembered.
const MAX_NAME_BYTES: usize = 128;

/// The sessions heard of lately. Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<HashMap<String, Instant>>>);

impl Sessions {
    /// Takes note of a request's body, and shows how many sessions there are.
    pub fn heard(&self, body: &[u8], now: Instant) {
        let head = String::from_utf8_lossy(body.get(..HEAD_BYTES).unwrap_or(body));
        let Some(head) =
            head.trim_start().strip_prefix("<body").map(|rest| rest.split('>').next().unwrap_or_default())
        else {
            return;
        };
        let Some(name) = attribute(head, "sid").filter(|name| name.len() <= MAX_NAME_BYTES) else { return };
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if attribute(head, "type") == Some("terminate") {
            sessions.remove(name);
        } else if let Some(last) = sessions.get_mut(name) {
            *last = now;
        } else if sessions.len() < MOST {
            sessions.insert(name.to_owned(), now);
        }
        show(sessions.len());
    }

    /// Forgets those that were silent for too long.
    pub fn forget_silent(&self, now: Instant) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, last| now.saturating_duration_since(*last) < SILENT_FOR);
        show(sessions.len());
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn show(count: usize) {
    #[allow(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("vigiroute_web_browsers_connected").set(count as f64);
}

/// The value of an attribute in a start tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        rest = after;
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        if before.ends_with(|c: char| c.is_ascii_whitespace())
            && let Some(value) = value
        {
            let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
            return value[1..].split_once(quote).map(|(value, _)| value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_counted_once_until_it_ends_or_falls_silent() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        sessions.heard(b"<body rid='1' to='live.x' xmlns='http://jabber.org/protocol/httpbind'/>", start);
        assert_eq!(sessions.len(), 0, "it has no name yet");
        for (name, quote) in [("a", '\''), ("b", '"'), ("a", '"'), ("c", '\'')] {
            let body = format!("<body rid='2' sid = {quote}{name}{quote}><x sid='other'/></body>");
            sessions.heard(body.as_bytes(), start);
        }
        assert_eq!(sessions.len(), 3);
        sessions.heard(b"<body sid='b' rid='9' type='terminate'/>", start);
        sessions.heard(b"<body sid='a' rid='9'/>", after(60));
        sessions.forget_silent(after(101));
        assert_eq!(sessions.len(), 1);
        for rubbish in ["", "<body", "<x sid='y'/>", "<body sid=>", "<body ssid='z'/>", "<body sid"] {
            sessions.heard(rubbish.as_bytes(), after(101));
        }
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        for n in 0..MOST + 10 {
            sessions.heard(format!("<body sid='{n}'/>").as_bytes(), now);
        }
        sessions.heard(format!("<body sid='{}'/>", "x".repeat(MAX_NAME_BYTES + 1)).as_bytes(), now);
        assert_eq!(sessions.len(), MOST);
    }
}
