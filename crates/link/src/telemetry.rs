//! Logs to standard error and metrics for Prometheus.

use crate::settings::{LogArgs, LogFormat, SettingsError};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::time::Duration;
use tracing_subscriber::filter::EnvFilter;

/// Upper bounds of the buckets of every metric whose name ends in `_seconds`.
const SECONDS_BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Starts logging as the settings say: text (in colour on a terminal) or JSON lines, to standard error.
///
/// # Errors
/// When the filter cannot be read, or logging was started before.
pub fn start_logs(settings: &LogArgs) -> Result<(), SettingsError> {
    // The library logs single stanzas, and at TRACE the login itself.
    let directives = format!("tokio_xmpp=warn,rumqttc=warn,{}", settings.log);
    let filter = EnvFilter::try_new(&directives).map_err(|error| SettingsError::Invalid {
        name: "VIGIROUTE_LOG",
        value: settings.log.clone(),
        reason: format!("{error}; write a level (info) or module=level pairs (gateway=debug,link=trace)"),
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| SettingsError::Telemetry(error.to_string()))
}

/// Starts gathering metrics; the handle renders them for `/metrics`. Needs a Tokio runtime.
///
/// # Errors
/// When metrics are gathered already.
pub fn start_metrics() -> Result<PrometheusHandle, SettingsError> {
    let telemetry = |error: &dyn std::fmt::Display| SettingsError::Telemetry(error.to_string());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .map_err(|error| telemetry(&error))?
        .install_recorder()
        .map_err(|error| telemetry(&error))?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(5));
        loop {
            tick.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}
