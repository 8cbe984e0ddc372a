// What does not work just now, for the notices over the map; and trying again until it does.

import { ApiError } from './api';
import { Backoff } from './live/backoff';
import { Watched } from './signal';

/** What can fail to load. Each has words of its own for what still works. */
export type Part = 'live' | 'basemap' | 'roads' | 'zones' | 'history';

export interface Problem {
  part: Part;
  /** What went wrong; null if there was no answer at all. */
  detail: string | null;
  /** When the next try is, epoch milliseconds. */
  retryAt: number;
}

export class Problems {
  readonly list = new Watched<readonly Problem[]>([]);

  report(problem: Problem): void {
    this.list.set([...this.list.get().filter(({ part }) => part !== problem.part), problem]);
  }

  clear(part: Part): void {
    const rest = this.list.get().filter((problem) => problem.part !== part);
    if (rest.length < this.list.get().length) this.list.set(rest);
  }

  /** Runs `attempt` until it succeeds, with growing pauses of at most half a minute; reports what stands in the way. */
  async insist<T>(part: Part, attempt: () => Promise<T>): Promise<T> {
    const backoff = new Backoff(1_000, 30_000);
    for (;;) {
      try {
        const result = await attempt();
        this.clear(part);
        return result;
      } catch (error) {
        const pause = backoff.next();
        const answered = error instanceof ApiError && error.status !== null;
        this.report({ part, detail: answered ? error.message : null, retryAt: Date.now() + pause });
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}
