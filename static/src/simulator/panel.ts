// The simulator: what runs, what can be changed of it, incidents to stage and to clear, and the score.

import { signInHint } from '../account/hint';
import type { Session } from '../account/session';
import { ApiError } from '../api';
import { isKey, language, t } from '../i18n';
import { h, setText } from '../ui/dom';
import type { ViewState } from '../ui/state';
import { clear, getScore, getSimulation, type Incident, type Score, type Simulation, stage, tune } from './client';
import { Dials } from './dials';
import { scoreboard } from './scoreboard';

/** Incidents that can be staged with a click. */
export const KINDS = ['crash', 'breakdown', 'lane_closure', 'roadworks'] as const;
export type Kind = (typeof KINDS)[number];

/** How often all is asked for while it is looked at. */
const REFRESH_MS = 2_000;

export interface StagingActions {
  signIn(): void;
  /** The next click on the map is the place of this; null: no more. */
  arm(kind: Kind | null): void;
  open(event: string): void;
}

export class SimulatorPanel {
  readonly element = h('aside', { class: 'panel simulator', 'data-height': 'half' });
  readonly #title = h('h2');
  readonly #what = h('p', { class: 'quiet' });
  readonly #message = h('p', { class: 'message', role: 'status' });
  readonly #dials: Dials;
  readonly #stageTitle = h('h3');
  readonly #stage = h('div', { class: 'staging' });
  readonly #hint = h('p', { class: 'quiet hint' });
  readonly #incidentsTitle = h('h3');
  readonly #incidents = h('ul', { class: 'outcomes' });
  readonly #scoreTitle = h('h3');
  readonly #score = h('div');
  #simulation: Simulation | null = null;
  #found: Score | null = null;
  #armed: Kind | null = null;
  #askedAt = 0;
  #asking = false;

  constructor(
    readonly state: ViewState,
    readonly session: Session,
    readonly actions: StagingActions,
  ) {
    this.#dials = new Dials((values) => this.#do(async () => this.#take(await tune(values))));
    for (const kind of KINDS) {
      const press = (): void => this.#arm(this.#armed === kind ? null : kind);
      this.#stage.append(h('button', { type: 'button', class: 'stage-button', 'data-kind': kind, onclick: press }));
    }
    this.element.append(
      h('header', { class: 'list-head' }, this.#title, this.#what, this.#message),
      h(
        'div',
        { class: 'list-body' },
        signInHint(session, actions.signIn),
        this.#stageTitle,
        this.#stage,
        this.#hint,
        this.#scoreTitle,
        this.#score,
        this.#incidentsTitle,
        this.#incidents,
        this.#dials.element,
      ),
    );
    language.watch(() => this.#paint());
    session.mayChange.watch((may) => {
      if (!may) this.#arm(null);
      this.#paint();
    });
    state.view.watch((view) => {
      this.element.hidden = view !== 'simulator';
      if (view === 'simulator') void this.#ask();
      else this.#arm(null);
    });
  }

  tick(now: number): void {
    if (!this.element.hidden && now - this.#askedAt >= REFRESH_MS - 100) void this.#ask();
  }

  /** A place was chosen on the map. */
  async stageAt(kind: Kind, place: { lat: number; lon: number }): Promise<void> {
    this.#arm(null);
    await this.#do(async () => {
      await stage({ kind, place });
      setText(this.#message, t('sim.staged', { kind: t(`incident.${kind}`) }));
      this.#take(await getSimulation());
    });
  }

  /** Lets go of what was to be staged; false if there was nothing. */
  disarm(): boolean {
    const was = this.#armed !== null;
    this.#arm(null);
    return was;
  }

  #arm(kind: Kind | null): void {
    if (this.#armed === kind) return;
    this.#armed = kind;
    this.actions.arm(kind);
    this.#paint();
  }

  /** Does what was asked for, and says what was wrong with it. */
  async #do(what: () => Promise<void>): Promise<void> {
    try {
      setText(this.#message, '');
      await what();
    } catch (error) {
      setText(this.#message, error instanceof ApiError ? error.message : String(error));
    }
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#askedAt = Date.now();
    try {
      const [simulation, score] = await Promise.all([getSimulation(), getScore()]);
      this.#found = score;
      this.#take(simulation);
    } catch (error) {
      // Without a simulation there is nothing to show; anything else is said.
      this.#simulation = null;
      this.#found = null;
      const none = error instanceof ApiError && error.status === 404;
      setText(this.#message, none ? '' : error instanceof Error ? error.message : String(error));
      this.#paint();
    } finally {
      this.#asking = false;
    }
  }

  #take(simulation: Simulation): void {
    this.#simulation = simulation;
    this.#paint();
  }

  #paint(): void {
    const simulation = this.#simulation;
    const running = simulation?.running ?? false;
    const may = running && this.session.mayChange.get();
    setText(this.#title, t('rail.simulator'));
    this.element.setAttribute('aria-label', t('rail.simulator'));
    const what = simulation ? `${simulation.title}${running ? '' : ` – ${t('sim.stopped')}`}` : t('sim.none');
    setText(this.#what, what);
    setText(this.#stageTitle, t('sim.stage'));
    setText(this.#hint, this.#armed ? t('sim.click', { kind: t(`incident.${this.#armed}`) }) : '');
    setText(this.#scoreTitle, t('score.title'));
    setText(this.#incidentsTitle, t('sim.incidents'));
    for (const button of this.#stage.querySelectorAll('button')) {
      const kind = KINDS.find((known) => known === button.dataset.kind) ?? 'crash';
      setText(button, t(`incident.${kind}`));
      button.disabled = !may;
      button.setAttribute('aria-pressed', String(kind === this.#armed));
    }
    this.#dials.show(simulation?.values ?? {}, may);
    this.#incidents.replaceChildren(...(simulation?.incidents ?? []).map((incident) => this.#incident(incident)));
    this.#incidentsTitle.hidden = this.#incidents.childElementCount === 0;
    this.#scoreTitle.hidden = this.#found === null;
    const focused = this.#score.contains(document.activeElement);
    if (this.#found && !focused) this.#score.replaceChildren(scoreboard(this.#found, Date.now(), this.actions.open));
    if (!this.#found) this.#score.replaceChildren();
  }

  #incident({ id, kind, state }: Incident): HTMLElement {
    const key = `incident.${kind}`;
    const words = isKey(key) ? t(key) : kind;
    const end = (): void => {
      void this.#do(async () => {
        await clear(id);
        this.#take(await getSimulation());
      });
    };
    const clearing = h(
      'button',
      { type: 'button', class: 'text-button', 'aria-label': `${t('sim.clear')}: ${words} ${id}`, onclick: end },
      t('sim.clear'),
    );
    return h(
      'li',
      {},
      h('span', {}, `${words} · ${t(state === 'present' ? 'sim.present' : 'sim.planned')}`),
      this.session.mayChange.get() ? clearing : null,
    );
  }
}
