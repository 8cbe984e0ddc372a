//! SUMO's floating car data (`--fcd-output`): where every vehicle is at every step.

use std::io::{self, BufRead};

use model::{LatLon, Timestamp, VehicleKind};
use quick_xml::events::{BytesStart, Event};
use roadnet::sumo::GeoReference;

use super::dates::Span;
use super::found::{Finds, Found};
use super::report::{Sample, message, vehicle_id};
use super::xml::{Pieces, attribute, broken, number};

/// What x and y of the file are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coordinates {
    /// Longitude and latitude: SUMO was run with `--fcd-output.geo`.
    Degrees,
    /// The metres of a network that lies there.
    Metres(GeoReference),
}

/// Reads until the end, or until nobody wants more. The first step is dated `begin`.
pub(super) fn read(
    input: impl BufRead,
    coordinates: Coordinates,
    begin: Timestamp,
    finds: &Finds,
) -> io::Result<()> {
    let mut pieces = Pieces::new(input);
    let (mut first_ms, mut now_ms) = (None, 0);
    loop {
        let next = match pieces.next()? {
            Event::Eof => return Ok(()),
            Event::Start(element) | Event::Empty(element) => match element.name().as_ref() {
                "timestep" => {
                    let at_ms = step_ms(&element)?;
                    now_ms = at_ms - *first_ms.get_or_insert(at_ms);
                    continue;
                }
                "vehicle" => vehicle(&element, coordinates, begin + now_ms)?,
                _ => continue,
            },
            _ => continue,
        };
        if finds.put(next).is_err() {
            return Ok(());
        }
    }
}

/// How long the file goes on.
pub(super) fn span(input: impl BufRead) -> io::Result<Span> {
    let (mut pieces, mut span) = (Pieces::new(input), Span::default());
    loop {
        match pieces.next()? {
            Event::Eof => return Ok(span),
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == "timestep" => {
                span.add(step_ms(&element)?);
            }
            _ => {}
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn step_ms(element: &BytesStart<'_>) -> io::Result<i64> {
    let time_s = number(element, "time").ok_or_else(|| broken("a timestep without time"))?;
    Ok((time_s * 1_000.0).round() as i64)
}

fn vehicle(element: &BytesStart<'_>, coordinates: Coordinates, at: Timestamp) -> io::Result<Found> {
    let name = attribute(element, "id").unwrap_or_default();
    let unreadable = || Ok(Found::Unreadable { at: format!("vehicle {name:?} at {at}") });
    let (Some(x), Some(y), Some(id)) = (number(element, "x"), number(element, "y"), vehicle_id(&name)) else {
        return unreadable();
    };
    let position = match coordinates {
        Coordinates::Metres(place) => place.to_lat_lon(x, y),
        Coordinates::Degrees => LatLon::checked(y, x).ok_or_else(|| {
            broken(format!(
                "x=\"{x}\" y=\"{y}\" are no degrees: name the network with --net, or run SUMO with --fcd-output.geo"
            ))
        })?,
    };
    let sample = Sample {
        ts_ms: at.as_ms(),
        position,
        speed_mps: number(element, "speed"),
        heading_deg: number(element, "angle"),
        accel_mps2: number(element, "acceleration"),
        kind: attribute(element, "type").and_then(|name| kind(&name)),
    };
    Ok(Found::Message(message(&id, &sample)))
}

/// The kind that the name of a SUMO type suggests.
fn kind(name: &str) -> Option<VehicleKind> {
    const WORDS: [(&str, VehicleKind); 14] = [
        ("truck", VehicleKind::Truck),
        ("trailer", VehicleKind::Truck),
        ("lorry", VehicleKind::Truck),
        ("delivery", VehicleKind::Truck),
        ("bus", VehicleKind::Bus),
        ("coach", VehicleKind::Bus),
        ("motorcycle", VehicleKind::Motorcycle),
        ("moped", VehicleKind::Motorcycle),
        ("emergency", VehicleKind::Emergency),
        ("authority", VehicleKind::Emergency),
        ("bicycle", VehicleKind::Other),
        ("bike", VehicleKind::Other),
        ("car", VehicleKind::Car),
        ("passenger", VehicleKind::Car),
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    const BEGIN: Timestamp = Timestamp::from_ms_clamped(1_760_000_000_000);

    fn found(text: &str, coordinates: Coordinates) -> io::Result<Vec<Found>> {
        let (tx, mut rx) = mpsc::channel(100);
        read(text.as_bytes(), coordinates, BEGIN, &Finds(tx))?;
        let mut all = Vec::new();
        while let Ok(next) = rx.try_recv() {
            all.push(next);
        }
        Ok(all)
    }

    const TWO_STEPS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><fcd-export>
        <timestep time="300.00"><vehicle id="a#1" x="24.9402" y="60.1699" angle="359.99" type="DEFAULT_VEHTYPE" speed="13.89" pos="5.1" lane="e_0" slope="0.00"/></timestep>
        <timestep time="300.50"><vehicle id="b" x="24.9" y="60.1" angle="90" type="truck_long" speed="1" acceleration="-0.5"/><vehicle id="c" x="1"/><person id="p" x="24" y="60"/></timestep>
        </fcd-export>"#;

    #[test]
    fn steps_are_dated_from_the_beginning_and_vehicles_become_reports() {
        let all = found(TWO_STEPS, Coordinates::Degrees).unwrap();
        let [Found::Message(a), Found::Message(b), Found::Unreadable { at }] = &all[..] else {
            panic!("{all:?}")
        };
        assert_eq!(a.topic, "vigiroute/v1/vehicles/a:231/position");
        assert_eq!(
            a.payload,
            br#"{"ts":1760000000000,"lat":60.1699000,"lon":24.9402000,"speed":13.89,"heading":0.0}"#
        );
        assert_eq!(b.received_ms, BEGIN.as_ms() + 500);
        let b = String::from_utf8_lossy(&b.payload);
        assert!(b.contains(r#""heading":90.0,"acceleration":-0.50,"type":"truck""#), "{b}");
        assert!(at.contains("\"c\""), "{at}");
        assert_eq!(span(TWO_STEPS.as_bytes()).unwrap().length_ms(), 500);
    }

    #[test]
    fn metres_without_their_network_are_refused_and_it_says_what_to_do() {
        let text =
            r#"<fcd-export><timestep time="0"><vehicle id="a" x="1502.3" y="77.1"/></timestep></fcd-export>"#;
        let error = found(text, Coordinates::Degrees).unwrap_err().to_string();
        assert!(error.contains("--net"), "{error}");
    }
}
