// Who is signed in, and what they may do.

import { change, getJson, refused } from '../api';
import { asRecord } from '../model';
import { Watched } from '../signal';

export type Role = 'viewer' | 'operator' | 'admin';
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export interface Who {
  account: string;
  role: Role;
}

export class Session {
  /** Null: nobody is. */
  readonly who = new Watched<Who | null>(null);
  /** Whether zones, the simulation and events may be changed. */
  readonly mayChange = new Watched(false);
  /** Whether one must be signed in to see anything. */
  readonly closed = new Watched(false);

  constructor() {
    // It has ended, or the role is another one by now.
    refused.listen(() => void this.ask().catch(() => undefined));
    this.who.watch((who) => this.mayChange.set(who !== null && who.role !== 'viewer'));
  }

  async ask(): Promise<void> {
    this.#take(await getJson('/session'));
  }

  async signIn(account: string, password: string): Promise<void> {
    this.#take(await change('POST', '/session', { account, password }));
  }

  async signOut(): Promise<void> {
    await change('DELETE', '/session', null);
    this.who.set(null);
  }

  async changePassword(current: string, fresh: string): Promise<void> {
    await change('PUT', '/account/password', { current, new: fresh });
  }

  #take(value: unknown): void {
    const { account, role, reading } = asRecord(value);
    const known = ROLES.find((name) => name === role);
    this.closed.set(reading === 'signed_in');
    this.who.set(typeof account === 'string' && known ? { account, role: known } : null);
  }
}
