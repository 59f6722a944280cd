import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { anyHappenings, anyStep, type Happening } from "./any-journey.test-suite.ts";
import type { Decision } from "./decide.ts";
import { mergeIdOf } from "./identity.ts";
import { handOver } from "./merge.ts";
import type { Carried, Stimulus } from "./stimulus.ts";
import { catalogOf, DAY, HOUR, identify, MINUTE, START, TestUser, track } from "./user-kit.test-suite.ts";

const orderWithin = (within: string) => ({ type: "event", event: "Order", within, since: "ever" });
const visited = { key: "visited", kind: "dynamic", condition: { type: "event", event: "A", within: "PT20M" } };
const segments = [
  { key: "pro", kind: "dynamic", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } },
  visited,
  { key: "lapsed", kind: "dynamic", condition: { type: "not", condition: { type: "segment", segment: "visited" } } },
  { key: "soon", kind: "dynamic", condition: { type: "attribute", path: "ends", operator: "within-next", value: "PT1H" } },
  { key: "hand", name: "By hand", kind: "manual" },
];

/** All that time alone may move: exits, goals, intervals, dates, waits. */
const anyTimed = (name: string, steps: fc.Arbitrary<readonly object[]>): fc.Arbitrary<object> =>
  fc
    .record({
      trigger: fc.constantFrom<object>(
        { type: "event", event: "Cart" },
        { type: "event", event: "Cart", key: "properties.cart" },
        { type: "segment", segment: "visited", change: "enter" },
        { type: "segment", segment: "lapsed", change: "enter" },
        { type: "segment", segment: "soon", change: "leave" },
        { type: "attribute", path: "plan" },
        { type: "date", attribute: "ends", offset: "-PT1H" },
        { type: "date", attribute: "ends", at: "09:00", repeat: "monthly" },
        { type: "message", journey: name === "one" ? "other" : "one", status: "sent" },
      ),
      exit: fc.constantFrom(undefined, { type: "event", event: "Order" }, orderWithin("PT20M"), {
        type: "not",
        condition: orderWithin("PT2H"),
      }),
      goals: fc.constantFrom(
        undefined,
        [{ key: "g", name: "G", condition: { type: "not", condition: orderWithin("PT20M") }, within: "PT1H" }],
        [{ key: "g", name: "G", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro", for: "PT30M" } }],
      ),
      frequency: fc.constantFrom<object>(
        { type: "every-time" },
        { type: "every-time", oneAtATime: true, limit: { count: 2, per: "PT2H" } },
        { type: "interval", every: "PT30M" },
        { type: "once" },
      ),
      steps,
    })
    .map(({ steps: list, ...fields }) => ({
      key: name,
      name,
      start: "s0",
      ...fields,
      steps: Object.fromEntries(list.map((step, index) => [`s${index}`, step])),
    }));

const journeyOf = (name: string) => anyTimed(name, fc.array(anyStep, { minLength: 6, maxLength: 6 }));

const rules = { caps: [{ count: 2, per: "PT1H" }], quietHours: { from: "09:00", to: "09:30", zone: "user" } };
const zones = ["Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "nowhere"];

/** What else may happen, by number: a publication, another zone, an alarm that comes late, a merge on its way. */
const anyMore = fc.array(fc.nat({ max: 9 }), { minLength: 25, maxLength: 25 });

/** One life, with what is asked of every decision in it. */
class Life {
  readonly user: TestUser;
  readonly sent = new Set<string>();
  #version = 1;
  status: "live" | "paused" = "live";
  #moved = false;
  #source: TestUser | undefined;
  alarms = 0;
  checked: Decision | undefined;
  /** What went wrong at a claim. */
  readonly wrong: string[] = [];
  readonly #versions: readonly (readonly object[])[];

  constructor(versions: readonly (readonly object[])[]) {
    this.#versions = versions;
    this.user = new TestUser(this.#catalog());
    this.user.event(identify({ email: "a@b.c", ends: "2026-01-05T09:20:00Z", timezone: "UTC" }, START));
    check(this);
  }

  #catalog(): Catalog {
    const [first = [], second = []] = this.#versions;
    return catalogOf({
      version: this.#version,
      rules,
      segments,
      journeys: (this.#moved ? second : first).map((definition) => ({
        definition,
        status: this.status,
        version: this.#moved ? 2 : 1,
        ...(this.#moved && { moveTo: 2 }),
      })),
      ...(this.#moved && { pinned: first.map((definition) => ({ version: 1, definition })) }),
    });
  }

  go(happening: Happening, more: number): void {
    this.sleep(this.user.now + happening.after, more === 0 ? 7 * MINUTE : 0);
    this.happen(happening);
    check(this);
    this.also(more);
    check(this);
  }

  /** Every alarm up to then, each so much too late. */
  sleep(until: number, lateMs: number): void {
    for (let due = this.user.nextDue; due !== undefined && due + lateMs <= until && this.alarms < 300; due = this.user.nextDue) {
      this.alarms++;
      this.user.tick(Math.max(due + lateMs, this.user.now));
      check(this);
    }
    this.user.now = Math.max(this.user.now, until);
  }

  happen(happening: Happening): void {
    const life = this.user;
    switch (happening.kind) {
      case "event": {
        const { name, cart, lag } = happening;
        return void life.event(track(name, life.now - lag, { receivedAt: life.now, properties: { cart } }));
      }
      case "identify":
        return void life.event(identify({ plan: happening.plan, ends: new Date(life.now + 90 * MINUTE).toISOString() }, life.now));
      case "claim":
        return this.claim(happening.outcome);
      case "report": {
        const message = life.messages.at(-1);
        return message === undefined ? undefined : void life.do({ type: "reported", message, status: happening.status });
      }
      case "answer": {
        const [ask] = Object.values(life.state.asks);
        return ask && void life.do({ type: "answered", ask: ask.id, answer: { kind: "failed", reason: "no" } });
      }
      case "pause":
        this.status = this.status === "live" ? "paused" : "live";
        return this.renew();
    }
  }

  also(more: number): void {
    if (more === 1) this.user.event(identify({ timezone: zones[this.alarms % zones.length] ?? "UTC" }, this.user.now));
    if (more === 2 && !this.#moved) {
      this.#moved = true;
      this.renew();
    }
    if (more === 3) this.beginMerge();
    if (more === 4) this.endMerge();
  }

  /** Another user under the same journeys stops here; what it was about comes later, when the merge ends. */
  beginMerge(): void {
    if (this.#source !== undefined) return;
    const source = new TestUser(this.user.catalog, "a:x", this.user.now);
    source.event(identify({ plan: "pro", ends: new Date(source.now + 30 * MINUTE).toISOString() }, source.now));
    for (const name of ["Cart", "A", "Order", "Cart"]) source.event(track(name, source.now, { properties: { cart: "1" } }));
    source.do({ type: "freeze", merge: mergeIdOf("a:x", "u:u"), target: "u:u" });
    this.#source = source;
  }

  endMerge(): void {
    const source = this.#source;
    if (source === undefined) return;
    const carried: Carried = handOver(source.state, source.history);
    const merge = mergeIdOf("a:x", "u:u");
    const { profile } = source.state;
    this.user.do({ type: "import", merge, from: "a:x", profile, events: source.history.all(), carried } satisfies Stimulus);
  }

  renew(): void {
    this.#version++;
    this.user.catalog = this.#catalog();
    this.user.do({ type: "refresh", silent: this.#version % 2 === 0 });
  }

  claim(outcome: "accepted" | "rejected" | "uncertain"): void {
    const message = Object.values(this.user.state.open).find(({ status }) => status === "queued");
    if (message === undefined) return;
    const { claim } = this.user.claim(message.id);
    check(this);
    if (claim.kind !== "send") return;
    if (!this.user.runs.some(({ id }) => id === message.run?.id)) this.wrong.push(`sent after its run: ${message.id}`);
    if (this.sent.has(message.id)) this.wrong.push(`sent twice: ${message.id}`);
    if (outcome === "accepted") this.sent.add(message.id);
    const settled = outcome === "accepted" ? { kind: outcome } : { kind: outcome, detail: "no" };
    this.user.do({ type: "settled", message: message.id, attempt: claim.attempt, outcome: settled });
  }
}

/** Asked of every decision. */
const check = (life: Life): void => {
  const { user } = life;
  const decision = user.decisions.at(-1);
  if (decision === life.checked) return;
  life.checked = decision;
  if (decision?.nextDue !== undefined) expect(decision.nextDue, "an alarm for what is over").toBeGreaterThan(user.now);
  for (const run of user.runs) if (life.status === "live") expect(run.position.at).not.toBe("step");
  expect(JSON.stringify(user.state).length).toBeLessThan(1_000_000);
  expect(life.wrong).toEqual([]);
};

describe("whatever time alone may move, and whatever happens", () => {
  it("every alarm is for an instant to come, no message is sent twice or after its run, and nothing grows without end", () => {
    let alarms = 0;
    let sent = 0;
    fc.assert(
      fc.property(
        fc.tuple(journeyOf("one"), journeyOf("other")),
        fc.tuple(journeyOf("one"), journeyOf("other")),
        anyHappenings,
        anyMore,
        (before, after, happenings, more) => {
          const life = new Life([before, after]);
          for (const [index, happening] of happenings.entries()) life.go(happening, more[index] ?? 9);
          life.sleep(life.user.now + DAY + HOUR, 0);
          alarms += life.alarms;
          sent += life.sent.size;
        },
      ),
      { numRuns: 200 },
    );
    expect(alarms).toBeGreaterThan(500);
    expect(sent).toBeGreaterThan(5);
  }, 120_000);
});
