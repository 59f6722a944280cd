import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import type { Catalog } from "../../domain/catalog/catalog.ts";
import { type UserEvent } from "../../domain/event/event.ts";
import { decide } from "../../domain/user/decide.ts";
import type { Fact } from "../../domain/user/facts.ts";
import { keepingOf } from "../../domain/user/keeping.ts";
import { handOver } from "../../domain/user/merge.ts";
import { newUser } from "../../domain/user/new-user.ts";
import type { Stimulus } from "../../domain/user/stimulus.ts";
import { catalogOf, DAY, identify, journey, START, track } from "../../domain/user/user-kit.test-suite.ts";
import { layOut } from "./layout.ts";
import { type PruneCursor, pruneHistory } from "./prune-history.ts";
import { SqliteHistory } from "./sqlite-history.ts";
import { numberOf } from "./sql-port.ts";

/** A user over SQLite whose history may be pruned. */
class PrunedUser {
  readonly sql = nodeSql(new DatabaseSync(":memory:"));
  readonly catalog: Catalog;
  state = newUser("w", "u:u", START);
  readonly facts: Fact[] = [];
  nextDue: number | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    layOut(this.sql);
  }

  do(stimulus: Stimulus, now: number): readonly Fact[] {
    const decision = decide(this.state, stimulus, { now, catalog: this.catalog, history: new SqliteHistory(this.sql) });
    this.state = decision.state;
    this.nextDue = decision.nextDue;
    this.facts.push(...decision.facts);
    return decision.facts;
  }

  event(event: UserEvent, now = event.receivedAt): readonly Fact[] {
    return this.do({ type: "event", event }, now);
  }

  /** A whole pass, `budget` rows and lists at a time; answers how many rows went. */
  prune(now: number, budget = 500): number {
    const keeping = keepingOf(this.state, this.catalog, now);
    if (keeping === undefined) return 0;
    let removed = 0;
    for (let cursor: PruneCursor | undefined, more = true; more;) {
      const page = pruneHistory(this.sql, keeping, { cursor, budget });
      removed += page.removed;
      const lowWater = Math.max(this.state.meta.lowWater ?? page.lowWater ?? 0, page.lowWater ?? 0);
      if (page.lowWater !== undefined) this.state = { ...this.state, meta: { ...this.state.meta, lowWater } };
      cursor = page.next;
      more = cursor !== undefined;
    }
    return removed;
  }

  count(table: "events" | "matches"): number {
    return numberOf(this.sql.run(`SELECT count(*) AS n FROM ${table}`)[0] ?? {}, "n");
  }

  names(): readonly string[] {
    return new SqliteHistory(this.sql).byName("*", {}, 1_000).map(({ event }) => event ?? "");
  }
}

const segment = (key: string, condition: object): object => ({ key, condition });
const counting = (event: string, more: object = {}): object => ({ type: "event", event, ...more });
const at = (day: number): number => START + day * DAY;

describe("Pruning: history is pruned only when no definition of the catalog can need it", () => {
  it("what nobody asks for goes after 90 days, and not a moment earlier", () => {
    const user = new PrunedUser(catalogOf());
    user.event(track("A", at(0)));
    user.event(track("A", at(1)));
    expect(user.prune(at(90))).toBe(0);
    expect(user.prune(at(90) + 1)).toBe(1);
    expect(user.prune(at(200))).toBe(1);
    expect([user.count("events"), user.count("matches")]).toEqual([0, 0]);
  });

  it("a workspace may keep it longer, never shorter", () => {
    const user = new PrunedUser(catalogOf({ rules: { history: { keep: "P200D" } } }));
    user.event(track("A", at(0)));
    expect(user.prune(at(199))).toBe(0);
    expect(user.prune(at(201))).toBe(1);
    expect(() => catalogOf({ rules: { history: { keep: "P89D" } } })).toThrow("history is kept for 90 days at least");
  });

  it("a condition without window needs everything of its name, one with a window as much as that, others nothing", () => {
    const user = new PrunedUser(
      catalogOf({
        segments: [
          segment("ever", counting("Ever")),
          segment("filtered", counting("Filtered", { where: [{ path: "properties.n", operator: "equals", value: 1 }] })),
          segment("year", { type: "not", condition: counting("Year", { within: "P365D" }) }),
          segment("week", counting("Week", { within: "P7D" })),
          segment("after", counting("After", { after: new Date(at(50)).toISOString() })),
        ],
      }),
    );
    for (const day of [0, 100])
      for (const name of ["Ever", "Filtered", "Year", "Week", "After", "Other"]) user.event(track(name, at(day), { properties: { n: 1 } }));
    user.prune(at(300));
    expect(user.names().toSorted()).toEqual(["After", "Ever", "Ever", "Filtered", "Filtered", "Year", "Year"]);
    user.prune(at(400));
    expect(user.names().toSorted()).toEqual(["After", "Ever", "Ever", "Filtered", "Filtered", "Year"]);
  });

  it("a live run keeps everything since its entry, an open goal what it counts", () => {
    const goal = { key: "bought", name: "Bought", condition: counting("Bought", { count: { operator: "at-least", value: 2 } }) };
    const longWait = { wait: { type: "wait", for: "P200D", next: "end" }, end: { type: "exit" } };
    const user = new PrunedUser(catalogOf({ journeys: [{ definition: journey({ goals: [goal], steps: longWait }) }] }));
    for (const [day, name] of [
      [0, "Bought"],
      [0, "Other"],
      [10, "Go"],
      [11, "Bought"],
      [12, "Other"],
    ] as const)
      user.event(track(name, at(day)));
    user.prune(at(150));
    expect(user.names().toSorted()).toEqual(["Bought", "Go", "Other"]);
    user.do({ type: "tick" }, at(211));
    expect(Object.keys(user.state.runs)).toEqual([]);
    user.prune(at(350));
    expect(user.names()).toEqual(["Bought"]);
    user.event(track("Bought", at(360)));
    expect(user.facts.filter(({ kind }) => kind === "goal")).toHaveLength(1);
  });

  it("never within the days of dedupe: what came not long ago stays, however old it says it is", () => {
    const user = new PrunedUser(catalogOf());
    const imported = track("A", at(-400), { receivedAt: at(0) });
    user.event(imported);
    expect(user.prune(at(80))).toBe(0);
    expect(user.event(imported, at(81))).toEqual([]);
    expect(user.prune(at(91))).toBe(1);
  });

  it("the matches of a definition that is gone go, whoever it counted", () => {
    const filtered = segment("s", counting("A", { where: [{ path: "properties.n", operator: "equals", value: 1 }] }));
    const user = new PrunedUser(catalogOf({ segments: [filtered] }));
    user.event(track("A", at(0), { properties: { n: 1 } }));
    expect(user.count("matches")).toBe(2);
    const after = new PrunedUser(catalogOf({ version: 2 }));
    const keeping = keepingOf(user.state, after.catalog, at(1));
    expect(keeping && pruneHistory(user.sql, keeping, { cursor: undefined, budget: 10 }).removed).toBe(1);
    expect([user.count("events"), user.count("matches")]).toEqual([1, 1]);
  });
});

describe("Identity of events: what is older than the object's low-water mark is refused as too-old", () => {
  const pruned = (): PrunedUser => {
    const user = new PrunedUser(catalogOf({ segments: [segment("ever", counting("Ever"))] }));
    user.event(track("Ever", at(0), { id: "kept" }));
    user.event(track("Other", at(1), { id: "gone" }));
    user.prune(at(100));
    return user;
  };

  it("the timeline tells of it, once, and nothing else has changed", () => {
    const user = pruned();
    const before = user.state;
    const again = track("Other", at(1), { id: "gone", receivedAt: at(100) });
    expect(user.event(again, at(100))).toEqual([{ kind: "event-refused", at: at(100), event: "Other", reason: "too-old" }]);
    expect(user.state).toBe(before);
    expect(user.event(again, at(101))).toEqual([]);
    expect(new SqliteHistory(user.sql).known("gone")).toEqual({ time: at(1), refused: true });
    expect(new SqliteHistory(user.sql).event("gone")).toBeUndefined();
  });

  it("what is known still is a repetition, and what is not that old is taken", () => {
    const user = pruned();
    expect(user.event(track("Ever", at(0), { id: "kept" }), at(100))).toEqual([]);
    user.event(track("Other", at(50), { id: "late", receivedAt: at(100) }));
    expect(user.names()).toEqual(["Other", "Ever"]);
    expect(user.facts.filter(({ kind }) => kind === "event-refused")).toEqual([]);
  });

  it("a user nothing was pruned of takes an event of any age", () => {
    const user = new PrunedUser(catalogOf());
    user.event(track("A", at(-3_000), { receivedAt: at(0) }));
    user.prune(at(1));
    user.event(track("A", at(-3_001), { receivedAt: at(2) }));
    expect(user.names()).toHaveLength(2);
  });

  it("at a merge the later mark of both holds: what the source had pruned, its target does not know either", () => {
    const source = pruned();
    const target = new PrunedUser(source.catalog);
    target.event(track("Other", at(99)));
    const { profile } = source.state;
    const carried = handOver(source.state);
    target.do({ type: "import", merge: "a:x>u:u", from: "a:x", profile, events: [], carried }, at(100));
    expect(target.state.meta.lowWater).toBe(source.state.meta.lowWater);
    expect(target.event(track("Other", at(1), { id: "gone", receivedAt: at(100) }))).toMatchObject([{ kind: "event-refused" }]);
  });

  it("what is kept of a refused event goes when it was refused long ago", () => {
    const user = pruned();
    user.event(track("Other", at(2), { receivedAt: at(100) }));
    user.prune(at(189));
    expect(user.count("events")).toBe(2);
    user.prune(at(191));
    expect(user.count("events")).toBe(1);
  });
});

const days = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
const iso = (day: number): string => new Date(at(day)).toISOString();
const window = fc.constantFrom("P1D", "P30D", "P89D", "P95D", "P120D", "P200D");
const anyCounting = fc
  .record({
    event: fc.constantFrom("A", "B", "A*", "AB"),
    n: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    count: fc.record({ operator: fc.constantFrom("at-least", "exactly", "at-most", "less-than"), value: fc.integer({ min: 0, max: 3 }) }),
    period: fc.oneof(
      fc.constant({}),
      window.map((within) => ({ within })),
      days(300).map((day) => ({ after: iso(day) })),
      days(300).map((day) => ({ before: iso(day) })),
      fc.tuple(days(300), days(300)).map(([a, b]) => ({ between: [iso(a), iso(b)] })),
    ),
  })
  .map(({ event, n, count, period }) =>
    counting(event, { count, ...period, ...(n !== undefined && { where: [{ path: "properties.n", operator: "equals", value: n }] }) }),
  );
const optionalWindow = fc.option(window, { nil: undefined }).map((within) => (within === undefined ? {} : { within }));
const anyName = fc.constantFrom("A", "B", "A*");
const anyAggregate = fc
  .record({
    event: anyName,
    function: fc.constantFrom("sum", "average", "min", "max", "distinct"),
    operator: fc.constantFrom("at-least", "less-than", "equals"),
    value: fc.integer({ min: 0, max: 5 }),
    period: optionalWindow,
  })
  .map(({ period, ...fields }) => ({ type: "aggregate", path: "properties.n", ...fields, ...period }));
const anySequence = fc
  .array(
    fc.tuple(anyName, optionalWindow).map(([event, period]) => ({ event, ...period })),
    { minLength: 2, maxLength: 3 },
  )
  .map((steps) => ({ type: "sequence", steps }));
const anyLast = fc
  .tuple(anyName, fc.integer({ min: 1, max: 2 }))
  .map(([event, n]) => ({ type: "last-event", event, has: [{ path: "properties.n", operator: "equals", value: n }] }));
const anyCondition = fc.oneof(
  { weight: 4, arbitrary: anyCounting },
  { weight: 2, arbitrary: anyAggregate },
  { weight: 2, arbitrary: anySequence },
  { weight: 1, arbitrary: anyLast },
  { weight: 1, arbitrary: anyCounting.map((condition) => ({ type: "not", condition })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anyCounting, anyCounting, fc.constantFrom("and", "or"))
      .map(([first, second, type]) => ({ type, conditions: [first, second] })),
  },
  { weight: 1, arbitrary: window.map((held) => ({ type: "attribute", path: "plan", operator: "equals", value: "pro", for: held })) },
);
const anyEvents = (from: number, to: number) =>
  fc.array(
    fc.record({
      day: fc.integer({ min: from, max: to }),
      late: fc.oneof(fc.constant(0), days(120)),
      name: fc.constantFrom("A", "AB", "B", "Go", "plan"),
      n: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 20 },
  );

describe("Pruning never changes the truth of any published condition at any later instant", () => {
  it("whatever is asked, whatever comes, and however often it is pruned", () => {
    fc.assert(
      fc.property(
        fc.record({
          conditions: fc.array(anyCondition, { minLength: 1, maxLength: 5 }),
          exit: anyCondition,
          goal: anyCondition,
          wait: fc.integer({ min: 1, max: 250 }),
          before: anyEvents(0, 300),
          after: anyEvents(300, 500),
          passes: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 3 }),
          budget: fc.integer({ min: 1, max: 20 }),
        }),
        ({ conditions, exit, goal, wait, before, after, passes, budget }) => {
          const catalog = catalogOf({
            segments: conditions.map((condition, index) => segment(`s${index}`, condition)),
            journeys: [
              {
                definition: journey({
                  exit,
                  goals: [{ key: "g", name: "G", condition: goal, within: "P100D" }],
                  steps: { wait: { type: "wait", for: `P${wait}D`, next: "end" }, end: { type: "exit" } },
                }),
              },
            ],
          });
          const [whole, pruned] = [new PrunedUser(catalog), new PrunedUser(catalog)];
          const moments = [
            ...[...before, ...after].map((one, index) => ({ ...one, index })),
            ...passes.map((day, index) => ({ day, pass: index })),
          ].toSorted((a, b) => a.day - b.day);
          for (const moment of moments) {
            const now = at(moment.day);
            for (const user of [whole, pruned]) user.do({ type: "tick" }, now);
            if ("pass" in moment) pruned.prune(now, budget);
            else {
              const time = at(moment.day - moment.late);
              const fields = { id: `e${moment.index}`, receivedAt: now, index: moment.index, properties: { n: moment.n } };
              const event =
                moment.name === "plan"
                  ? identify({ plan: moment.n === 1 ? "pro" : "free" }, time, fields)
                  : track(moment.name, time, fields);
              // What is too old for one is not for the other to have.
              if (time < (pruned.state.meta.lowWater ?? time)) continue;
              for (const user of [whole, pruned]) user.event(event, now);
            }
            expect(pruned.state.memberships).toEqual(whole.state.memberships);
            expect(pruned.facts).toEqual(whole.facts);
            expect(pruned.nextDue).toBe(whole.nextDue);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
