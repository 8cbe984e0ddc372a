// The simulation over REST: what runs, changes of it, incidents, and the score.

import { change, getJson } from '../api';
import { asList, asRecord, isNumber, isRecord, time } from '../model';

export interface Incident {
  id: string;
  kind: string;
  state: string;
}

export interface Simulation {
  running: boolean;
  title: string;
  /** What can be changed, by name. */
  values: Record<string, number>;
  incidents: Incident[];
}

export interface Tally {
  happened: number;
  found: number;
  missed: number;
  falseAlarms: number;
  medianDelayS: number | null;
  longestDelayS: number | null;
}

export interface Outcome {
  id: string;
  kind: string;
  /** Epoch milliseconds. */
  began: number;
  ended: number | null;
  event: string | null;
  delayS: number | null;
}

export interface Score {
  since: number;
  accidents: Tally;
  jams: Tally;
  outcomes: Outcome[];
  falseAlarms: string[];
}

/** An incident to be staged at a point of the map. */
export interface Order {
  kind: string;
  place: { lat: number; lon: number };
  duration_s?: number;
}

export async function getSimulation(): Promise<Simulation> {
  return simulation(await getJson('/simulation'));
}

/** Changes what is named; answers with the simulation as it is then. */
export async function tune(values: Record<string, number>): Promise<Simulation> {
  return simulation(await change('PATCH', '/simulation', values));
}

/** Stages an incident; answers with its id. */
export async function stage(order: Order): Promise<string> {
  const incident = await change('POST', '/simulation/incidents', order);
  return isRecord(incident) ? String(incident.id) : '';
}

export async function clear(id: string): Promise<void> {
  await change('DELETE', `/simulation/incidents/${encodeURIComponent(id)}`, null);
}

export async function getScore(): Promise<Score> {
  const score = asRecord(await getJson('/simulation/score'));
  return {
    since: time(score.since) ?? 0,
    accidents: tally(score.accidents),
    jams: tally(score.jams),
    outcomes: asList(score.outcomes).map(outcome),
    falseAlarms: asList(score.false_alarms).map(String),
  };
}

function simulation(value: unknown): Simulation {
  const { running, title, incidents, ...rest } = asRecord(value);
  const values = Object.entries(rest).filter((entry): entry is [string, number] => isNumber(entry[1]));
  return {
    running: running === true,
    title: typeof title === 'string' ? title : '',
    values: Object.fromEntries(values),
    incidents: asList(incidents).map((entry) => {
      const { id, kind, state } = asRecord(entry);
      return { id: String(id), kind: String(kind), state: String(state) };
    }),
  };
}

function tally(value: unknown): Tally {
  const { happened, found, missed, false_alarms, median_delay_s, longest_delay_s } = asRecord(value);
  return {
    happened: Number(happened),
    found: Number(found),
    missed: Number(missed),
    falseAlarms: Number(false_alarms),
    medianDelayS: isNumber(median_delay_s) ? median_delay_s : null,
    longestDelayS: isNumber(longest_delay_s) ? longest_delay_s : null,
  };
}

function outcome(value: unknown): Outcome {
  const { id, kind, began, ended, event, delay_s } = asRecord(value);
  return {
    id: String(id),
    kind: String(kind),
    began: time(began) ?? 0,
    ended: time(ended),
    event: typeof event === 'string' ? event : null,
    delayS: isNumber(delay_s) ? delay_s : null,
  };
}
