//! `simulator check`: whether a scenario can run, and what it will do.

use std::io::Write;

use crate::files;
use crate::reports::Reporting;
use crate::scenario::ScenarioIncident;
use crate::settings::CheckArgs;
use crate::traffic::Simulation;
use link::Failure;
use model::simulation::ReportRule;

/// Checks a scenario against a road network and tells on `out` what it will do.
///
/// # Errors
/// What is wrong with it.
pub fn check(args: &CheckArgs, out: &mut impl Write) -> Result<(), Failure> {
    let scenario = files::scenario(&args.file)?;
    let network = files::roads(&args.roads, &scenario)?;
    files::zones(&scenario)?;
    let plan = scenario.plan(&network).map_err(|error| Failure::Usage(error.into()))?;
    let mut calm = plan.clone();
    calm.warm_up_s = 0.0;
    Simulation::new(network.clone(), &calm).map_err(|error| Failure::Usage(error.into()))?;

    let mut tell = |line: String| writeln!(out, "{line}").map_err(|error| Failure::Failed(error.into()));
    tell(format!("{}: fine", args.file.display()))?;
    tell(format!(
        "  {} vehicles on {:.1} km of road, {}, seed {}",
        scenario.vehicles,
        network.road_length_m() / 1_000.0,
        how_they_report(&scenario.reporting),
        scenario.seed
    ))?;
    for (incident, planned) in scenario.incidents.iter().zip(&plan.incidents) {
        let link = network.link(planned.link);
        let place = link.line.point_at(planned.offset_m);
        let repeat =
            incident.repeat_s.map_or_else(String::new, |repeat_s| format!(", again every {repeat_s} s"));
        tell(format!(
            "  {}: {} at {} s for {} s{repeat}: {} ({:.5}, {:.5}), heading {:.0}°, {}",
            incident.id,
            incident.kind.as_str(),
            incident.at_s,
            incident.duration_s,
            link.name.as_deref().unwrap_or("a road without a name"),
            place.lat,
            place.lon,
            link.line.heading_at(planned.offset_m),
            effect(incident),
        ))?;
    }
    Ok(())
}

fn effect(incident: &ScenarioIncident) -> String {
    match &incident.closure {
        None => format!("{} of {} vehicles report", incident.reports, incident.vehicles),
        Some(closure) => {
            let limit = closure.limit_kmh.map_or_else(String::new, |kmh| format!(", {kmh} km/h beside it"));
            format!("lanes {:?} closed for {} m{limit}", closure.lanes, closure.length_m)
        }
    }
}

fn how_they_report(reporting: &Reporting) -> String {
    let who = if reporting.share < 1.0 {
        format!("{} % of them report ", reporting.share * 100.0)
    } else {
        String::new()
    };
    match reporting.rule {
        ReportRule::Fixed => format!(
            "{who}{} {} s",
            if who.is_empty() { "a report each" } else { "each" },
            reporting.interval_s
        ),
        ReportRule::Cam => {
            format!("{who}{} the rule for CAMs", if who.is_empty() { "reports by" } else { "by" })
        }
    }
}
