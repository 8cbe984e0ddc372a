// Keeps a session going: opens one, and another one after a growing pause whenever it ends.

import { Watched } from '../signal';
import { Backoff } from './backoff';
import { type EndReason, openSession, type Session, type SessionListener, type SessionTarget } from './session';

export type FeedState =
  | { kind: 'connecting' }
  | { kind: 'live'; since: number; missing: string[] }
  | { kind: 'lost'; reason: EndReason; since: number; retryAt: number };

type FeedListener = Pick<SessionListener, 'items' | 'notified'>;

/** A session that stood this long was a good one: the next pause is short again. */
const STEADY_MS = 10_000;

export class Feed {
  readonly state = new Watched<FeedState>({ kind: 'connecting' });
  readonly #backoff: Backoff;
  #session: Session | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #lostSince: number | null = null;
  #liveSince = 0;

  constructor(
    readonly target: SessionTarget,
    readonly listener: FeedListener,
    readonly open: typeof openSession = openSession,
    backoff = new Backoff(),
  ) {
    this.#backoff = backoff;
  }

  /** Opens a session, instead of the one there is or the pause there is. */
  connect(): void {
    clearTimeout(this.#retry);
    this.#session?.close();
    if (this.#lostSince === null) this.state.set({ kind: 'connecting' });
    this.#session = this.open(this.target, {
      online: () => this.#online(),
      ended: (reason) => this.#ended(reason),
      missing: (node, isMissing) => this.#missing(node, isMissing),
      items: (node, items) => this.listener.items(node, items),
      notified: (notification) => this.listener.notified(notification),
    });
  }

  /** Tries now if it was waiting to. */
  hurry(): void {
    if (this.state.get().kind !== 'lost') return;
    this.#backoff.reset();
    this.connect();
  }

  #online(): void {
    this.#lostSince = null;
    this.#liveSince = Date.now();
    this.state.set({ kind: 'live', since: this.#liveSince, missing: [] });
  }

  #missing(node: string, isMissing: boolean): void {
    const state = this.state.get();
    if (state.kind !== 'live' || state.missing.includes(node) === isMissing) return;
    const others = state.missing.filter((name) => name !== node);
    this.state.set({ ...state, missing: isMissing ? [...others, node] : others });
  }

  #ended(reason: EndReason): void {
    this.#session = null;
    const now = Date.now();
    if (this.state.get().kind === 'live' && now - this.#liveSince >= STEADY_MS) this.#backoff.reset();
    this.#lostSince ??= now;
    const pause = this.#backoff.next();
    this.state.set({ kind: 'lost', reason, since: this.#lostSince, retryAt: now + pause });
    this.#retry = setTimeout(() => this.connect(), pause);
  }
}
