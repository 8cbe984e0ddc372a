import { expect, test } from 'vitest';
import { jamTails, tailOf } from '../src/map/jams';
import { RoadLines } from '../src/map/roads';
import { event } from './sample';

const LINE = [
  [24.94, 60.17],
  [24.95, 60.17],
  [24.95, 60.18],
];

test('a jam grows at its tail, against the driving direction', () => {
  const jam = event({ type: 'jam', geometry: { type: 'LineString', coordinates: LINE }, measures: { length_m: 1234 } });
  expect(tailOf(jam)?.at).toEqual([24.94, 60.17]);
  expect(tailOf(jam)?.growsDeg).toBeCloseTo(270, 1);
  const [tail] = jamTails([jam], (metres) => `${metres} m`).features;
  expect(tail?.properties).toMatchObject({ length: '1234 m' });
});

test('a first point that hardly moves does not turn the chevron', () => {
  const coordinates = [
    [24.94, 60.17],
    [24.94, 60.170001],
    [24.95, 60.17],
  ];
  const jam = event({ type: 'jam', geometry: { type: 'MultiLineString', coordinates: [coordinates, LINE] } });
  expect(tailOf(jam)?.growsDeg).toBeCloseTo(270, 0);
});

test('road states are drawn in driving direction, and roads that are not known are left out', () => {
  const lines = new RoadLines({
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', id: '7.0', properties: { oneway: 'no' }, geometry: { type: 'LineString', coordinates: LINE } },
      {
        type: 'Feature',
        id: '8.0',
        properties: { oneway: 'yes' },
        geometry: { type: 'LineString', coordinates: LINE },
      },
    ],
  });
  const drawn = lines.drawn([
    { roadId: '7.0', forward: false, ratio: 0.2 },
    { roadId: '8.0', forward: true, ratio: 0.6 },
    { roadId: '9.9', forward: true, ratio: 0.1 },
  ]);
  expect(drawn.features.map(({ properties }) => properties)).toEqual([
    { ratio: 0.2, both: true },
    { ratio: 0.6, both: false },
  ]);
  expect(drawn.features[0]?.geometry.coordinates).toEqual([...LINE].reverse());
});
