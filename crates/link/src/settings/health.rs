//! Where health and metrics are served.

use clap::Args;
use std::net::SocketAddr;

/// Health and metrics.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Health and metrics")]
pub struct HealthArgs {
    /// Address for /health/live, /health/ready and /metrics; port 0 takes a free one. Each program has its own default.
    #[arg(long, value_name = "ADDRESS", env = "VIGIROUTE_HEALTH_BIND")]
    pub health_bind: Option<SocketAddr>,
}

impl HealthArgs {
    /// The address, or 127.0.0.1 with the program's own port.
    #[must_use]
    pub fn bind(&self, default_port: u16) -> SocketAddr {
        self.health_bind.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], default_port)))
    }
}
