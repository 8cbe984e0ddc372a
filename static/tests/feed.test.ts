import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Backoff } from '../src/live/backoff';
import { Feed } from '../src/live/feed';
import type { Session, SessionListener } from '../src/live/session';

const TARGET = { bosh: '/http-bind', domain: 'live.d', pubsub: 'pubsub.d', nodes: [] };

/** A feed over sessions that do what the test says. */
function feedOf() {
  const sessions: (SessionListener & { closed: boolean })[] = [];
  const open = (_: unknown, listener: SessionListener): Session => {
    const session = { ...listener, closed: false };
    sessions.push(session);
    const close = (): void => {
      session.closed = true;
    };
    return { close };
  };
  const feed = new Feed(TARGET, { items: () => {}, notified: () => {} }, open, new Backoff(500, 10_000, () => 1));
  const last = () => sessions.at(-1) as SessionListener & { closed: boolean };
  return { feed, sessions, last };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a lost session is followed by another after a pause that grows to ten seconds and no further', () => {
  const { feed, sessions, last } = feedOf();
  feed.connect();
  expect(feed.state.get().kind).toBe('connecting');
  const pauses: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    last().ended('unreachable');
    const state = feed.state.get();
    if (state.kind !== 'lost') throw new Error('not lost');
    pauses.push(state.retryAt - Date.now());
    const before = sessions.length;
    vi.advanceTimersByTime(state.retryAt - Date.now() - 1);
    expect(sessions).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(sessions).toHaveLength(before + 1);
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('it remembers since when it is lost until it is live again', () => {
  const { feed, last } = feedOf();
  feed.connect();
  const since = Date.now();
  last().ended('cut');
  vi.advanceTimersByTime(500);
  last().ended('unreachable');
  expect(feed.state.get()).toMatchObject({ kind: 'lost', reason: 'unreachable', since });
  vi.advanceTimersByTime(1000);
  last().online();
  expect(feed.state.get().kind).toBe('live');
});

test('after a session that stood, the first pause is short again; after a hiccup it is not', () => {
  const { feed, last } = feedOf();
  const pause = (): number => {
    const state = feed.state.get();
    return state.kind === 'lost' ? state.retryAt - Date.now() : Number.NaN;
  };
  feed.connect();
  last().ended('cut');
  vi.advanceTimersByTime(500);
  last().online();
  vi.advanceTimersByTime(1000);
  last().ended('cut');
  expect(pause()).toBe(1000);
  vi.advanceTimersByTime(1000);
  last().online();
  vi.advanceTimersByTime(10_000);
  last().ended('cut');
  expect(pause()).toBe(500);
});

test('hurrying tries at once, but only when there is something to hurry', () => {
  const { feed, sessions, last } = feedOf();
  feed.connect();
  last().online();
  feed.hurry();
  expect(sessions).toHaveLength(1);
  last().ended('cut');
  feed.hurry();
  expect(sessions).toHaveLength(2);
  vi.advanceTimersByTime(20_000);
  expect(sessions).toHaveLength(2);
});

test('nodes that are not there yet are named, and no longer once they are', () => {
  const { feed, last } = feedOf();
  feed.connect();
  last().online();
  last().missing('a', true);
  last().missing('b', true);
  last().missing('a', false);
  expect(feed.state.get()).toMatchObject({ kind: 'live', missing: ['b'] });
});
