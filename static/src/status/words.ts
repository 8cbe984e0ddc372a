// The state of the live feed, in words and as a level. Pure, so that every state is tested.

import * as format from '../format';
import { t } from '../i18n';
import type { FeedState } from '../live/feed';

export type Level = 'good' | 'warning' | 'bad';

/** No traffic for so long is worth a word. */
const QUIET_MS = 5_000;
/** Lost for so long it is no longer a hiccup. */
const BAD_MS = 8_000;

/** What the status line says. `pictureAt` is when the last traffic picture came, local time; `nodeName` names a node. */
export function statusOf(
  state: FeedState,
  pictureAt: number | null,
  now: number,
  nodeName: (node: string) => string,
): { level: Level; text: string; shortText: string } {
  switch (state.kind) {
    case 'connecting':
      return { level: 'warning', text: t('status.connecting'), shortText: t('status.connecting') };
    case 'live': {
      if (state.missing.length > 0) {
        const text = t('status.missing', { nodes: state.missing.map(nodeName).join(', ') });
        return { level: 'warning', text, shortText: text };
      }
      const quietMs = now - Math.max(pictureAt ?? 0, state.since);
      if (quietMs >= QUIET_MS) {
        const text = t('status.quiet', { time: format.span(quietMs) });
        return { level: quietMs >= 3 * QUIET_MS ? 'bad' : 'warning', text, shortText: text };
      }
      return { level: 'good', text: t('status.live'), shortText: t('status.live') };
    }
    case 'lost': {
      const reason = t(`reason.${state.reason}`);
      const what =
        pictureAt === null
          ? t('status.lostEarly', { reason })
          : t('status.lost', { reason, time: format.clock(pictureAt) });
      const seconds = Math.ceil((state.retryAt - now) / 1000);
      const next = seconds > 0 ? t('status.retryIn', { n: seconds }) : t('status.retryNow');
      return { level: now - state.since >= BAD_MS ? 'bad' : 'warning', text: `${what} ${next}`, shortText: what };
    }
  }
}
