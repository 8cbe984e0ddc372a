//! GPX tracks: where receivers were.

use std::io::{self, BufRead};

use model::{LatLon, Timestamp, VehicleId};
use quick_xml::events::{BytesStart, Event};

use super::dates::Span;
use super::found::{Finds, Found};
use super::report::{Sample, message, vehicle_id};
use super::xml::{Pieces, broken, number};

/// Most points of a file. Tracks may lie beside one another in time, so all are in memory.
const MOST_POINTS: usize = 2_000_000;

/// The tracks of a file, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    vehicles: Vec<VehicleId>,
    /// Vehicle by number, and what it did.
    points: Vec<(u32, Sample)>,
    /// Points without place or time.
    unusable: u64,
    span: Span,
}

/// A point that is being read.
#[derive(Debug, Default)]
struct Point {
    position: Option<LatLon>,
    time: Option<Timestamp>,
    speed_mps: Option<f64>,
    heading_deg: Option<f64>,
}

impl Tracks {
    /// Reads all tracks. Each is a vehicle, called by its `<name>` or `gpx-1`, `gpx-2`, …
    pub fn read(input: impl BufRead) -> io::Result<Self> {
        let mut pieces = Pieces::new(input);
        let (mut tracks, mut path, mut text) = (Self::default(), Vec::new(), String::new());
        let (mut point, mut number_of_track) = (None::<Point>, 0_u32);
        loop {
            match pieces.next()? {
                Event::Eof => break,
                Event::Start(element) => {
                    let name = local(element.name().as_ref()).to_owned();
                    match name.as_str() {
                        "trk" => {
                            number_of_track += 1;
                            tracks.begin_track(&format!("gpx-{number_of_track}"));
                        }
                        "trkpt" => point = Some(Point::at(&element)),
                        _ => {}
                    }
                    text.clear();
                    path.push(name);
                    if path.len() > 64 {
                        return Err(broken("elements lie more than 64 deep"));
                    }
                }
                // A point without anything inside has no time.
                Event::Empty(element) if local(element.name().as_ref()) == "trkpt" => tracks.unusable += 1,
                Event::Text(words) => text.push_str(&words.xml10_content()),
                Event::CData(words) => text.push_str(&words.xml10_content()),
                Event::End(_) => {
                    let name = path.pop().unwrap_or_default();
                    match (name.as_str(), &mut point) {
                        ("trkpt", _) => tracks.add(point.take().unwrap_or_default())?,
                        (_, Some(point)) => point.learn(&name, text.trim()),
                        ("name", None) if path.last().is_some_and(|parent| parent == "trk") => {
                            tracks.name_track(text.trim());
                        }
                        _ => {}
                    }
                    text.clear();
                }
                _ => {}
            }
        }
        tracks.points.sort_by_key(|(_, sample)| sample.ts_ms);
        Ok(tracks)
    }

    /// From the first point to the last, ms.
    pub fn length_ms(&self) -> i64 {
        self.span.length_ms()
    }

    /// Hands over all points, the first of them dated `begin`.
    pub fn tell(self, begin: Timestamp, finds: &Finds) {
        let first_ms = self.points.first().map_or(0, |(_, sample)| sample.ts_ms);
        if self.unusable > 0 {
            let at = format!("{} points without place or time", self.unusable);
            let _ = finds.put(Found::Unreadable { at });
        }
        for (vehicle, mut sample) in self.points {
            sample.ts_ms = begin.as_ms() + sample.ts_ms - first_ms;
            let Some(vehicle) = self.vehicles.get(vehicle as usize) else { continue };
            if finds.put(Found::Message(message(vehicle, &sample))).is_err() {
                return;
            }
        }
    }

    fn begin_track(&mut self, name: &str) {
        self.vehicles.extend(vehicle_id(name));
    }

    /// Gives the track that is being read its own name, if no other track has it.
    fn name_track(&mut self, name: &str) {
        let Some(id) = vehicle_id(name).filter(|id| !self.vehicles.contains(id)) else { return };
        if let Some(last) = self.vehicles.last_mut() {
            *last = id;
        }
    }

    fn add(&mut self, point: Point) -> io::Result<()> {
        let (Some(position), Some(time), Some(vehicle)) =
            (point.position, point.time, self.vehicles.len().checked_sub(1))
        else {
            self.unusable += 1;
            return Ok(());
        };
        if self.points.len() == MOST_POINTS {
            return Err(broken(format!("more than {MOST_POINTS} points: split the file")));
        }
        self.span.add(time.as_ms());
        let Point { speed_mps, heading_deg, .. } = point;
        let sample =
            Sample { ts_ms: time.as_ms(), position, speed_mps, heading_deg, accel_mps2: None, kind: None };
        self.points.push((u32::try_from(vehicle).unwrap_or(u32::MAX), sample));
        Ok(())
    }
}

impl Point {
    fn at(element: &BytesStart<'_>) -> Self {
        let place = number(element, "lat").zip(number(element, "lon"));
        Self { position: place.and_then(|(lat, lon)| LatLon::checked(lat, lon)), ..Self::default() }
    }

    /// `speed` (m/s) and `course` are of GPX 1.0 and of the extensions that receivers write.
    fn learn(&mut self, name: &str, text: &str) {
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        match name {
            "time" => self.time = Timestamp::parse_rfc3339(text),
            "speed" => self.speed_mps = number(),
            "course" => self.heading_deg = number(),
            _ => {}
        }
    }
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    const TWO_TRACKS: &str = r#"<?xml version="1.0"?>
<gpx version="1.1" creator="x" xmlns:e="urn:e"><metadata><name>A day</name><time>2026-09-29T04:00:00Z</time></metadata>
<wpt lat="1" lon="2"><name>home</name></wpt>
<trk><name>Bus 7</name><trkseg>
<trkpt lat="60.1700" lon="24.9400"><ele>3</ele><time>2026-09-29T04:53:15Z</time><extensions><e:speed>12.5</e:speed><e:course>90</e:course></extensions></trkpt>
<trkpt lat="60.1701" lon="24.9402"><time>2026-09-29T04:53:17.500Z</time></trkpt>
<trkpt lat="60.1701" lon="24.9402"/>
</trkseg></trk>
<trk><trkseg><trkpt lat="60.2" lon="24.9"><time>2026-09-29T04:53:16+00:00</time></trkpt><trkpt lat="99" lon="0"><time>2026-09-29T04:53:16Z</time></trkpt></trkseg></trk></gpx>"#;

    #[test]
    fn tracks_side_by_side_are_played_in_the_order_of_time() {
        let tracks = Tracks::read(TWO_TRACKS.as_bytes()).unwrap();
        assert_eq!(tracks.length_ms(), 2_500);
        let (tx, mut rx) = mpsc::channel(10);
        tracks.tell(Timestamp::from_ms_clamped(1_000_000), &Finds(tx));
        let mut told = Vec::new();
        while let Ok(found) = rx.try_recv() {
            told.push(match found {
                Found::Message(message) => format!(
                    "{} {} {}",
                    message.topic,
                    message.received_ms,
                    String::from_utf8(message.payload).unwrap()
                ),
                other => format!("{other:?}"),
            });
        }
        assert_eq!(
            told,
            [
                "Unreadable { at: \"2 points without place or time\" }",
                "vigiroute/v1/vehicles/Bus:207/position 1000000 {\"ts\":1000000,\"lat\":60.1700000,\"lon\":24.9400000,\"speed\":12.50,\"heading\":90.0}",
                "vigiroute/v1/vehicles/gpx-2/position 1001000 {\"ts\":1001000,\"lat\":60.2000000,\"lon\":24.9000000}",
                "vigiroute/v1/vehicles/Bus:207/position 1002500 {\"ts\":1002500,\"lat\":60.1701000,\"lon\":24.9402000}",
            ]
        );
    }
}
