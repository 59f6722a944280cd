import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyHappenings, anyJourney, type Happening } from "./any-journey.test-suite.ts";
import type { Decision } from "./decide.ts";
import type { AskAnswer, OpenAsk } from "./state.ts";
import { catalogOf, HOUR, identify, START, TestUser, track } from "./user-kit.test-suite.ts";
import type { Catalog } from "../catalog/catalog.ts";

const segments = [
  { key: "pro", name: "Pro", kind: "dynamic", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } },
];
const byHand = { key: "hand", name: "By hand", kind: "manual" };

/** Alarms of one life: a cycle of minutes would ring for ever. */
const MAX_ALARMS = 150;

/** One life under a journey at random, with what is checked after every stimulus. */
class Life {
  readonly user: TestUser;
  readonly #live: Catalog;
  readonly #paused: Catalog;
  #version = 1;
  isPaused = false;
  #alarms = 0;
  readonly sent: { readonly run: string | undefined; readonly facts: number }[] = [];

  constructor(journeys: readonly object[]) {
    const catalog = (version: number, status: "live" | "paused") =>
      catalogOf({ version, segments: [...segments, byHand], journeys: journeys.map((definition) => ({ status, definition })) });
    this.#live = catalog(1, "live");
    this.#paused = catalog(1, "paused");
    this.user = new TestUser(this.#live);
    this.user.event(identify({ email: "a@b.c", ends: "2026-01-05T11:00:00Z" }, START));
  }

  go(happening: Happening): void {
    this.sleep(this.user.now + happening.after);
    this.happen(happening);
    check(this);
  }

  sleep(until: number): void {
    for (let due = this.user.nextDue; due !== undefined && due <= until && this.#alarms < MAX_ALARMS; due = this.user.nextDue) {
      this.#alarms++;
      this.user.tick(Math.max(due, this.user.now));
      check(this);
    }
    if (this.#alarms < MAX_ALARMS) this.user.now = Math.max(this.user.now, until);
  }

  happen(happening: Happening): void {
    const { user } = this;
    switch (happening.kind) {
      case "event": {
        const { name, cart, lag } = happening;
        return void user.event(track(name, user.now - lag, { receivedAt: user.now, properties: { cart, at: "2026-01-05T10:00:00Z" } }));
      }
      case "identify":
        return void user.event(identify({ plan: happening.plan }, user.now));
      case "claim":
        return this.claim(happening.outcome);
      case "report": {
        const [message] = user.messages.slice(-1);
        if (message !== undefined) user.do({ type: "reported", message, status: happening.status });
        return;
      }
      case "answer": {
        const [ask] = Object.values(user.state.asks);
        if (ask !== undefined)
          user.do({ type: "answered", ask: ask.id, answer: happening.works ? answerTo(ask) : { kind: "failed", reason: "no" } });
        return;
      }
      case "pause":
        this.isPaused = !this.isPaused;
        this.#version++;
        return this.renew();
    }
  }

  renew(): void {
    const catalog = this.isPaused ? this.#paused : this.#live;
    this.user.catalog = { ...catalog, document: { ...catalog.document, version: this.#version } };
    this.user.do({ type: "refresh", silent: false });
  }

  claim(outcome: "accepted" | "rejected" | "uncertain"): void {
    const message = Object.values(this.user.state.open).find(({ status }) => status === "queued");
    if (message === undefined) return;
    const { claim } = this.user.claim(message.id);
    if (claim.kind !== "send") return;
    this.sent.push({ run: message.run?.id, facts: this.user.facts.length });
    const settled = outcome === "accepted" ? { kind: outcome } : { kind: outcome, detail: "no" };
    this.user.do({ type: "settled", message: message.id, attempt: claim.attempt, outcome: settled });
  }
}

/** After every stimulus. */
const check = ({ user, isPaused }: Life): void => {
  for (const run of user.runs) {
    if (!isPaused) expect(run.position.at, `run at ${run.position.step}`).not.toBe("step");
    // What it stays for is still to come: nothing waits for ever for what is over.
    if (run.position.at === "send") expect(Object.keys(user.state.open)).toContain(run.position.message);
    if (run.position.at === "ask") expect(Object.keys(user.state.asks)).toContain(run.position.ask);
    if ("due" in run.position && run.position.due !== undefined && !isPaused) expect(user.nextDue).toBeLessThanOrEqual(run.position.due);
  }
  const decision = user.decisions.at(-1);
  if (decision === undefined) return;
  checkLimits(decision);
  // An alarm for what is over already would ring again and again.
  if (decision.nextDue !== undefined) expect(decision.nextDue).toBeGreaterThan(user.now);
};

/** At one instant at most 100 steps of a run and 1,000 of all. */
const checkLimits = ({ facts }: Decision): void => {
  const byRun = new Map<string, number>();
  const byInstant = new Map<number, number>();
  for (const fact of facts) {
    if (fact.kind !== "step-entered") continue;
    const run = `${fact.at}|${fact.run}`;
    byRun.set(run, (byRun.get(run) ?? 0) + 1);
    byInstant.set(fact.at, (byInstant.get(fact.at) ?? 0) + 1);
  }
  // An instant may be decided twice: as a timer's, then with the stimulus at hand.
  for (const steps of byRun.values()) expect(steps).toBeLessThanOrEqual(200);
  for (const steps of byInstant.values()) expect(steps).toBeLessThanOrEqual(2_000);
};

const answerTo = ({ wish }: OpenAsk): AskAnswer =>
  wish.kind === "webhook"
    ? { kind: "webhook", status: 200, body: { ok: true } }
    : wish.kind === "throttle"
      ? { kind: "throttle", admitted: true }
      : { kind: "winner" };

describe("whatever the journey and whatever happens", () => {
  it("runs always end or wait, step limits hold, ids are unique, and no message goes out after the exit", () => {
    let steps = 0;
    let sent = 0;
    fc.assert(
      fc.property(anyJourney("any"), anyJourney("other"), anyHappenings, (first, second, happenings) => {
        const life = new Life([first, second]);
        for (const happening of happenings) life.go(happening);
        life.sleep(life.user.now + 2 * HOUR);
        const { user } = life;
        steps += user.steps.length;
        sent += life.sent.length;
        const started = user.facts.flatMap((fact) => (fact.kind === "run-started" ? [fact.run] : []));
        expect(new Set(started).size).toBe(started.length);
        expect(started.length).toBe(user.endings.length + user.runs.length);
        const queued = user.facts.flatMap((fact) =>
          fact.kind === "message" && fact.status === "queued" && fact.attempts === 0 ? [`${fact.message}|${fact.at}`] : [],
        );
        expect(new Set(queued).size).toBe(queued.length);
        for (const { run, facts } of life.sent)
          expect(user.facts.slice(0, facts).some((fact) => fact.kind === "run-ended" && fact.run === run)).toBe(false);
      }),
      { numRuns: 400 },
    );
    expect(steps).toBeGreaterThan(1_000);
    expect(sent).toBeGreaterThan(25);
  }, 60_000);
});
