// The keyboard: one place where keys become what they do.

export interface KeyActions {
  next(): void;
  previous(): void;
  close(): void;
  search(): void;
  help(): void;
  live(): void;
  history(): void;
  statistics(): void;
  zones(): void;
  simulator(): void;
}

export function listenToKeys(actions: KeyActions): void {
  const plain: Record<string, () => void> = {
    j: actions.next,
    k: actions.previous,
    '/': actions.search,
    '?': actions.help,
    l: actions.live,
    h: actions.history,
    s: actions.statistics,
    z: actions.zones,
    m: actions.simulator,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest('dialog')) return;
    const typing = target?.matches('input, textarea, select') ?? false;
    if (event.key === 'Escape') {
      if (typing) target?.blur();
      else actions.close();
      return;
    }
    const action = typing ? undefined : plain[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
