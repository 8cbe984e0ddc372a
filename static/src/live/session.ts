// One XMPP session over BOSH: anonymous login, subscriptions, items. It ends at the first sign of trouble; whoever
// wants to go on opens another one, and everything is read anew.

import { $iq, Strophe } from 'strophe.js';
import { errorCondition, type Item, type Notification, NS, readItems, readNotification } from './stanzas';

// The library's own log would tell every failed request twice; what matters of it is told by `ended`.
Strophe.setLogLevel(Strophe.LogLevel.FATAL);

/** Why a session ended. */
export type EndReason = 'unreachable' | 'refused' | 'cut' | 'silent';

export interface SessionTarget {
  bosh: string;
  domain: string;
  pubsub: string;
  /** Nodes to follow, and whether they keep items that are to be read first. */
  nodes: { name: string; keepsItems: boolean }[];
}

export interface SessionListener {
  online(): void;
  /** A node's items as they stand; told once a session before any notification of it, and again if it is made anew. */
  items(node: string, items: Item[]): void;
  notified(notification: Notification): void;
  /** A node cannot be followed yet (true), or can now (false). */
  missing(node: string, isMissing: boolean): void;
  ended(reason: EndReason): void;
}

export interface Session {
  /** Ends it without a word to the listener. */
  close(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 10_000;
const MISSING_NODE_RETRY_MS = 3_000;
/** The long poll's wait. With traffic once a second it seldom gets old. */
const BOSH_WAIT_S = 20;
/** Silence after which the server is asked whether it is still there. */
const SILENCE_MS = 8_000;
/** HTTP answers that mean the other side is not well; 0 is no answer at all. */
const BAD_STATUSES = [0, 400, 403, 404, 405, 413, 429, 500, 502, 503, 504];

export function openSession(target: SessionTarget, listener: SessionListener): Session {
  const connection = new Strophe.Connection(target.bosh);
  // No second tries of single requests: a session that lost one is given up at once and made anew.
  connection.maxRetries = 0;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let heardAt = Date.now();
  let online = false;
  let over = false;

  const later = (run: () => void, ms: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!over) run();
    }, ms);
    timers.add(timer);
  };

  const close = (): void => {
    if (over) return;
    over = true;
    for (const timer of timers) clearTimeout(timer);
    connection.disconnect();
  };

  const end = (reason: EndReason): void => {
    if (over) return;
    close();
    listener.ended(reason);
  };

  const request = (stanza: ReturnType<typeof $iq>, done: (answer: Element) => void, failed: (why: string) => void) => {
    connection.sendIQ(
      stanza,
      (answer: Element) => !over && done(answer),
      (error: Element | null) => !over && failed(error ? errorCondition(error) : 'timeout'),
      REQUEST_TIMEOUT_MS,
    );
  };

  const follow = (node: SessionTarget['nodes'][number]): void => {
    const failed = (why: string): void => {
      if (why === 'timeout') return end('silent');
      listener.missing(node.name, true);
      later(() => follow(node), MISSING_NODE_RETRY_MS);
    };
    const subscribe = $iq({ type: 'set', to: target.pubsub })
      .c('pubsub', { xmlns: NS.pubsub })
      .c('subscribe', { node: node.name, jid: connection.jid });
    const read = (): void => {
      if (!node.keepsItems) return listener.missing(node.name, false);
      const items = $iq({ type: 'get', to: target.pubsub })
        .c('pubsub', { xmlns: NS.pubsub })
        .c('items', { node: node.name });
      const done = (answer: Element): void => {
        listener.missing(node.name, false);
        listener.items(node.name, readItems(answer));
      };
      request(items, done, failed);
    };
    request(subscribe, read, failed);
  };

  const watchSilence = (): void => {
    const silentMs = Date.now() - heardAt;
    if (silentMs < SILENCE_MS) return later(watchSilence, SILENCE_MS - silentMs);
    const ping = $iq({ type: 'get', to: target.domain }).c('ping', { xmlns: NS.ping });
    request(
      ping,
      () => later(watchSilence, SILENCE_MS),
      (why) => (why === 'timeout' ? end('silent') : later(watchSilence, SILENCE_MS)),
    );
  };

  const message = (stanza: Element): boolean => {
    heardAt = Date.now();
    const notification = stanza.getAttribute('from') === target.pubsub ? readNotification(stanza) : null;
    if (notification && !over) {
      listener.notified(notification);
      const node = target.nodes.find(({ name }) => name === notification.node);
      if (notification.emptied === 'deleted' && node) later(() => follow(node), MISSING_NODE_RETRY_MS);
    }
    return true;
  };

  const status = (code: number): void => {
    if (over) return;
    switch (code) {
      case Strophe.Status.CONNECTED:
        online = true;
        heardAt = Date.now();
        connection.addHandler(message, null, 'message', null);
        listener.online();
        for (const node of target.nodes) follow(node);
        later(watchSilence, SILENCE_MS);
        break;
      case Strophe.Status.AUTHFAIL:
        end('refused');
        break;
      case Strophe.Status.CONNFAIL:
      case Strophe.Status.CONNTIMEOUT:
      case Strophe.Status.ERROR:
      case Strophe.Status.DISCONNECTED:
        end(online ? 'cut' : 'unreachable');
        break;
    }
  };

  for (const code of BAD_STATUSES) {
    connection.addProtocolErrorHandler('HTTP', code, () => setTimeout(() => end(online ? 'cut' : 'unreachable')));
  }
  later(() => !online && end('unreachable'), CONNECT_TIMEOUT_MS);
  connection.connect(target.domain, '', status, BOSH_WAIT_S, 1);
  return { close };
}
