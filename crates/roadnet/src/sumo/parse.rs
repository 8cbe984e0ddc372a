//! Reads the XML of a SUMO network as a stream.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::document::{Connection, Document, Edge, Junction, Lane, Xy};
use super::lanes::allows_cars;
use super::place::GeoReference;
use crate::{LightColour, LightPhase, LightPlan, ReadError};

/// A phase as long as this lasts until somebody switches the lights, s; as long as this it is taken for.
const BY_HAND_S: f64 = 1_000.0;
const ORDINARY_GREEN_S: f64 = 25.0;

/// Takes what roads are made of out of the bytes of a `.net.xml`.
pub(super) fn parse(bytes: &[u8]) -> Result<Document, ReadError> {
    let mut reader = Reader::from_reader(bytes);
    let mut document = Document {
        place: GeoReference::NOWHERE,
        edges: Vec::new(),
        junctions: HashMap::new(),
        connections: Vec::new(),
        light_plans: Vec::new(),
    };
    let (mut buffer, mut in_network, mut edge) = (Vec::new(), false, None);
    let mut light_plan: Option<(String, LightPlan)> = None;
    loop {
        let event = reader.read_event_into(&mut buffer)?;
        match &event {
            Event::Start(element) | Event::Empty(element) if !in_network => {
                if element.name().as_ref() != "net" {
                    return Err(ReadError::NotSumo { root: element.name().as_ref().to_owned() });
                }
                in_network = true;
            }
            Event::Start(element) | Event::Empty(element) => {
                let is_empty = matches!(event, Event::Empty(_));
                let attributes = Attributes::of(element)?;
                match element.name().as_ref() {
                    "location" => {
                        document.place = GeoReference::new(
                            attributes.text("projParameter").unwrap_or("!"),
                            attributes.points("netOffset").first().copied().unwrap_or_default(),
                        )?;
                    }
                    "edge" if !is_empty => edge = attributes.edge(),
                    "lane" => {
                        if let Some(edge) = &mut edge {
                            edge.lanes.extend(attributes.lane());
                        }
                    }
                    "tlLogic" if !is_empty => light_plan = attributes.light_plan(),
                    "phase" => {
                        if let Some((_, plan)) = &mut light_plan {
                            plan.phases.extend(attributes.light_phase());
                        }
                    }
                    "junction" => document.junctions.extend(attributes.junction()),
                    "connection" => document.connections.extend(attributes.connection()),
                    _ => {}
                }
            }
            Event::End(element) if element.name().as_ref() == "edge" => document.edges.extend(edge.take()),
            Event::End(element) if element.name().as_ref() == "tlLogic" => {
                if let Some((name, plan)) = light_plan.take().filter(|(_, plan)| is_whole(plan)) {
                    take_light_plan(&mut document.light_plans, name, plan);
                }
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    if in_network { Ok(document) } else { Err(ReadError::NotSumo { root: String::new() }) }
}

/// Takes a plan for the lights of a crossing. Of several the first counts, unless they wait to be switched by hand: then they
/// are one plan together, in their order, each of the long phases as long as an ordinary green.
fn take_light_plan(plans: &mut Vec<(String, LightPlan)>, name: String, mut plan: LightPlan) {
    let is_by_hand = plan.phases.iter().any(|phase| phase.duration_s >= BY_HAND_S);
    for phase in plan.phases.iter_mut().filter(|phase| phase.duration_s >= BY_HAND_S) {
        phase.duration_s = ORDINARY_GREEN_S;
    }
    let lights = plan.phases.first().map(|phase| phase.shows.len());
    match plans.iter_mut().find(|(known, _)| *known == name) {
        None => plans.push((name, plan)),
        Some((_, first)) if is_by_hand && first.phases.first().map(|phase| phase.shows.len()) == lights => {
            first.phases.append(&mut plan.phases);
        }
        Some(_) => {}
    }
}

/// Whether a plan has phases, all of as many lights.
fn is_whole(plan: &LightPlan) -> bool {
    plan.phases
        .first()
        .is_some_and(|first| plan.phases.iter().all(|phase| phase.shows.len() == first.shows.len()))
}

/// The attributes of one element, by name.
struct Attributes(HashMap<String, String>);

impl Attributes {
    fn of(element: &BytesStart<'_>) -> Result<Self, ReadError> {
        let mut attributes = HashMap::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
            attributes.insert(attribute.key.as_ref().to_owned(), value.into_owned());
        }
        Ok(Self(attributes))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|text| !text.is_empty()).cloned()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// `x,y` or `x,y,z`, separated by blanks; a point that is none is left out.
    fn points(&self, name: &str) -> Vec<Xy> {
        let words = self.text(name).unwrap_or_default().split_whitespace();
        words
            .filter_map(|word| {
                let mut numbers =
                    word.split(',').map(|text| text.parse::<f64>().ok().filter(|n| n.is_finite()));
                Some((numbers.next()??, numbers.next()??))
            })
            .collect()
    }

    /// A road between junctions; not the ways inside a junction, nor those for feet.
    fn edge(&self) -> Option<Edge> {
        if matches!(self.text("function"), Some("internal" | "crossing" | "walkingarea")) {
            return None;
        }
        Some(Edge {
            id: self.owned("id")?,
            from: self.owned("from")?,
            to: self.owned("to")?,
            name: self.owned("name"),
            kind: self.owned("type"),
            shape: self.points("shape"),
            lanes: Vec::new(),
        })
    }

    fn lane(&self) -> Option<Lane> {
        let speed_mps = self.number("speed").filter(|speed_mps| *speed_mps > 0.0)?;
        allows_cars(self.text("allow"), self.text("disallow")).then(|| Lane {
            index: self.count("index"),
            speed_mps,
            shape: self.points("shape"),
        })
    }

    fn junction(&self) -> Option<(String, Junction)> {
        let kind = self.text("type").unwrap_or_default();
        let at = (self.number("x")?, self.number("y")?);
        let has_lights = kind.starts_with("traffic_light");
        (kind != "internal").then_some(())?;
        Some((self.owned("id")?, Junction { at, has_lights }))
    }

    /// A way between roads; those from and to the inside of a junction (`:…`) repeat it.
    fn connection(&self) -> Option<Connection> {
        let (from, to) = (self.owned("from")?, self.owned("to")?);
        let is_inside = from.starts_with(':') || to.starts_with(':');
        let light = self.owned("tl").map(|name| (name, self.count("linkIndex")));
        let (from_lane, to_lane) = (self.count("fromLane"), self.count("toLane"));
        (!is_inside).then_some(Connection { from, to, from_lane, to_lane, light })
    }

    /// A count; 0 where it is missing or none.
    fn count(&self, name: &str) -> u32 {
        self.text(name).and_then(|text| text.trim().parse().ok()).unwrap_or_default()
    }

    /// The head of a plan of lights.
    fn light_plan(&self) -> Option<(String, LightPlan)> {
        let plan = LightPlan { offset_s: self.number("offset").unwrap_or_default(), phases: Vec::new() };
        Some((self.owned("id")?, plan))
    }

    /// What the lights show for a while: one letter each.
    fn light_phase(&self) -> Option<LightPhase> {
        let duration_s = self.number("duration").filter(|duration_s| *duration_s > 0.0)?;
        let shows = self.text("state")?.chars().map(|letter| match letter {
            'r' | 'u' => LightColour::Red,
            'y' | 'Y' => LightColour::Amber,
            // Green with and without right of way; off, where the signs hold.
            _ => LightColour::Green,
        });
        Some(LightPhase { duration_s, shows: shows.collect() })
    }
}
