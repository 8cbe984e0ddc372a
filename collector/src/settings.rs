//! The collector's settings.

use clap::Parser;
use link::settings::{HealthArgs, LogArgs, MysqlArgs, XmppArgs};

/// Where health and metrics are served unless a setting says otherwise.
pub const HEALTH_PORT: u16 = 9102;

/// Stores events: takes them from the gateway over XMPP, writes them to MySQL or MariaDB in batches, tells the gateway
/// after the commit, and publishes what is going on to PubSub nodes for the live map.
///
/// It makes the tables it needs at its first start. It waits for servers that are away, and stores nothing twice, so it
/// can be stopped, killed and started at any time.
#[derive(Debug, Parser)]
#[command(name = "collector", version, after_help = EXAMPLES)]
pub struct Args {
    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
    /// Health and metrics.
    #[command(flatten)]
    pub health: HealthArgs,
    /// The XMPP server.
    #[command(flatten)]
    pub xmpp: XmppArgs,
    /// The database.
    #[command(flatten)]
    pub mysql: MysqlArgs,
    /// Delete events that occurred more than so many days ago, in small batches; without it nothing is ever deleted.
    /// What goes on is kept, however old it is.
    #[arg(long, value_name = "DAYS", env = "VIGIROUTE_RETENTION_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub retention_days: Option<u32>,
    /// Delete the lines of the record of who changed what after so many days.
    #[arg(long, value_name = "DAYS", env = "VIGIROUTE_AUDIT_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub audit_days: u32,
}

const EXAMPLES: &str = "\
Example:
  VIGIROUTE_XMPP_PASSWORD_FILE=secrets/xmpp-collector \\
  VIGIROUTE_MYSQL_PASSWORD_FILE=secrets/mysql-collector collector

Exit codes: 0 ended as asked (SIGTERM, SIGINT), 1 failed, 64 wrong usage or settings.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_makes_sense() {
        Args::command().debug_assert();
    }

    #[test]
    fn events_are_kept_for_ever_unless_a_setting_says_for_how_long() {
        let days = |arguments: &[&str]| Args::try_parse_from(arguments).map(|args| args.retention_days);
        assert_eq!(days(&["collector"]).unwrap(), None);
        assert_eq!(days(&["collector", "--retention-days", "90"]).unwrap(), Some(90));
        for refused in ["0", "-1", "36501", "soon"] {
            assert!(days(&["collector", "--retention-days", refused]).is_err(), "{refused}");
        }
    }
}
