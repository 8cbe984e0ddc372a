//! Who may use whom: model ← roadnet ← detect ← programs, link beside them. Kept by a check, so that nobody has to
//! remember it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

use super::sources;

/// What each package of the project may use of the project, tests included. A package that is not named here is
/// refused: whoever adds one says where it stands.
const MAY_USE: [(&str, &[&str]); 16] = [
    ("model", &[]),
    ("roadnet", &["model"]),
    ("detect", &["model", "roadnet"]),
    ("traffic", &["model", "roadnet", "bench"]),
    ("yardstick", &["model", "roadnet"]),
    ("score", &["model", "roadnet", "detect", "yardstick"]),
    ("bench", &["model", "roadnet", "detect", "link", "collector", "testbed"]),
    ("link", &["model", "testbed"]),
    ("testbed", &[]),
    ("simulator", &["model", "roadnet", "traffic", "yardstick", "link", "testbed"]),
    ("gateway", &["model", "roadnet", "detect", "link", "testbed"]),
    ("collector", &["model", "link", "testbed"]),
    ("web", &["model", "roadnet", "yardstick", "link", "testbed"]),
    ("end-to-end", &["model", "roadnet", "detect", "link", "testbed"]),
    ("fuzz", &["model", "roadnet", "detect"]),
    ("xtask", &["model", "roadnet", "detect", "score", "bench", "testbed"]),
];
/// Beside the programs, only chores and tests may use what starts servers.
const ONLY_IN_TESTS: &str = "testbed";
const USE_TESTBED_FREELY: [&str; 2] = ["xtask", "end-to-end"];
/// The sans-IO packages, and what they must not use: neither runtime nor network nor randomness of the machine.
const SANS_IO: [&str; 5] = ["model", "roadnet", "yardstick", "detect", "traffic"];
const IO: [&str; 9] =
    ["tokio", "tokio-util", "rumqttc", "tokio-xmpp", "sqlx", "axum", "redb", "hyper", "reqwest"];

/// Checks every package; gives their number.
pub(super) fn check() -> anyhow::Result<usize> {
    let mut faults = Vec::new();
    let mut n_packages = 0;
    for path in sources::files()? {
        if path.file_name().is_some_and(|name| name == "Cargo.toml") && path != Path::new("Cargo.toml") {
            let full = testbed::workspace_folder().join(&path);
            let text =
                std::fs::read_to_string(&full).with_context(|| format!("cannot read {}", path.display()))?;
            let package = Package::read(&text).with_context(|| format!("in {}", path.display()))?;
            faults.extend(package.faults());
            n_packages += 1;
        }
    }
    if !faults.is_empty() {
        bail!("packages use what they must not:\n  {}", faults.join("\n  "));
    }
    Ok(n_packages)
}

/// A package, and what it uses: `true` where outside of tests.
struct Package {
    name: String,
    uses: BTreeMap<String, bool>,
}

impl Package {
    fn read(text: &str) -> anyhow::Result<Self> {
        let manifest: toml::Table = text.parse()?;
        let name =
            manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let mut uses = BTreeMap::new();
        for (section, is_shipped) in
            [("dev-dependencies", false), ("build-dependencies", true), ("dependencies", true)]
        {
            let table = manifest.get(section).and_then(toml::Value::as_table);
            uses.extend(table.into_iter().flat_map(toml::Table::keys).map(|name| (name.clone(), is_shipped)));
        }
        Ok(Self { name: name.context("the package has no name")?.to_owned(), uses })
    }

    fn faults(&self) -> Vec<String> {
        let name = &self.name;
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| known == name) else {
            return vec![format!("{name}: say in xtask/src/check/layering.rs what it may use")];
        };
        let own = |used: &str| MAY_USE.iter().any(|(known, _)| *known == used);
        let mut faults = Vec::new();
        for (used, is_shipped) in &self.uses {
            if own(used) && !may_use.contains(&used.as_str()) {
                faults.push(format!("{name} uses {used}"));
            }
            if used == ONLY_IN_TESTS && *is_shipped && !USE_TESTBED_FREELY.contains(&name.as_str()) {
                faults.push(format!("{name} uses {used} outside of its tests"));
            }
            if SANS_IO.contains(&name.as_str()) && *is_shipped && IO.contains(&used.as_str()) {
                faults.push(format!("{name} uses {used}, and must do without input and output"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        Package::read(text).unwrap().faults()
    }

    #[test]
    fn the_project_is_layered() {
        assert!(check().unwrap() >= MAY_USE.len());
    }

    #[test]
    fn programs_never_use_one_another() {
        let found =
            faults("[package]\nname = 'web'\n[dependencies]\ngateway.path = '../gateway'\nmodel.path = 'm'");
        assert_eq!(found, ["web uses gateway"]);
    }

    #[test]
    fn what_lies_below_does_not_use_what_lies_above() {
        assert_eq!(
            faults("[package]\nname = 'model'\n[dev-dependencies]\ndetect.path = 'd'"),
            ["model uses detect"]
        );
    }

    #[test]
    fn the_detector_has_no_runtime_but_its_tests_may() {
        let found = faults("[package]\nname = 'detect'\n[dependencies]\ntokio = '1'");
        assert_eq!(found, ["detect uses tokio, and must do without input and output"]);
        assert!(faults("[package]\nname = 'detect'\n[dev-dependencies]\ntokio = '1'").is_empty());
    }

    #[test]
    fn only_tests_start_servers() {
        let found = faults("[package]\nname = 'gateway'\n[dependencies]\ntestbed.path = 't'");
        assert_eq!(found, ["gateway uses testbed outside of its tests"]);
        assert!(faults("[package]\nname = 'gateway'\n[dev-dependencies]\ntestbed.path = 't'").is_empty());
    }

    #[test]
    fn a_newcomer_must_say_where_it_stands() {
        assert!(faults("[package]\nname = 'new'")[0].contains("say in xtask/src/check/layering.rs"));
    }
}
