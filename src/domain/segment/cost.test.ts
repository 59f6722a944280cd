import { describe, expect, it } from "vitest";
import { nameIndex } from "../catalog/name-index.ts";
import { historyName, type UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import { compileCondition } from "./compile-condition.ts";
import { conditionSchema, conditionTypes } from "./conditions/all.ts";
import { CountingHistory } from "./counting-history.test-suite.ts";
import { fileMatch } from "./tallies.ts";

const MINUTE = 60_000;
const few = [{ path: "properties.n", operator: "less-than", value: 5 }];
const aggregate = (more: object): object => ({ type: "aggregate", event: "A", path: "properties.v", ...more });

/** Of each type that looks at history, what it may be asked. */
const conditions: Readonly<Record<string, readonly object[]>> = {
  event: [
    { type: "event", event: "A", within: "PT1H", count: { operator: "at-least", value: 3 } },
    { type: "event", event: "A", where: few, count: { operator: "exactly", value: 20 }, within: "P7D" },
    { type: "event", event: "A*", where: few },
  ],
  page: [{ type: "page", event: "P", within: "PT1H" }],
  screen: [{ type: "screen", where: few, within: "PT1H" }],
  "last-event": [{ type: "last-event", event: "A", where: few, has: few }],
  sequence: [
    { type: "sequence", steps: [{ event: "A", where: few }, { event: "B", within: "PT1H" }, { event: "A" }] },
    {
      type: "sequence",
      steps: [
        { event: "A", within: "PT3H" },
        { event: "A", within: "PT1M" },
      ],
    },
  ],
  aggregate: [
    aggregate({ function: "sum", operator: "at-least", value: 30, within: "PT1H" }),
    aggregate({ function: "sum", operator: "at-least", value: 1e9 }),
    aggregate({ function: "average", operator: "greater-than", value: 2, within: "PT3H" }),
    aggregate({ function: "max", operator: "equals", value: 9, within: "PT1H" }),
    aggregate({ function: "min", operator: "less-than", value: 3 }),
    aggregate({ function: "distinct", operator: "at-least", value: 5, within: "P7D" }),
  ],
  attribute: [{ type: "attribute", path: "plan", operator: "equals", value: "pro", for: "PT1H" }],
};
/** Types that look at the user as it is now, or at messages as `event` looks at events. */
const withoutHistory = [
  "and",
  "or",
  "not",
  "everyone",
  "segment",
  "tag",
  "message",
  "subscription",
  "reachable",
  "group",
  "random",
  "trigger",
];

const eventAt = (index: number): UserEvent => {
  const kinds = ["track", "track", "track", "page", "screen", "identify"] as const;
  const type = kinds[index % kinds.length] ?? "track";
  const common = { id: `e${index}`, time: index * MINUTE, receivedAt: index * MINUTE, index: 0, key: "client" as const };
  if (type === "identify") return { ...common, type, traits: { plan: index % 4 === 1 ? "pro" : "free" } };
  const properties = { n: index % 7, v: index % 10 };
  return type === "track"
    ? { ...common, type, event: index % 3 === 2 ? "B" : "A", properties }
    : { ...common, type, name: "P", properties };
};

/** The most rows an event and the question after it read and wrote, over the last hundred of so many events. */
const costOf = (condition: object, past: number): { readonly read: number; readonly written: number } => {
  const compiled = compileCondition(conditionSchema.parse(condition), { path: "c", inJourney: false, timezone: "UTC" });
  const tallies = nameIndex(compiled.tallies.map((tally) => [tally.name, tally] as const));
  const history = new CountingHistory(new MemoryHistory());
  const plan = { plan: { value: "pro", order: [1, 1, 0] as const } };
  const state = { ...newUser("w", "u:1", 0), profile: { ...newUser("w", "u:1", 0).profile, attributes: plan } };
  const most = { read: 0, written: 0 };
  for (let index = 0; index < past + 100; index++) {
    const [read, written] = [history.rowsRead, history.matchesAdded];
    const event = eventAt(index);
    history.append(event);
    for (const tally of tallies.find(historyName(event))) fileMatch(tally, event, { history, past: false });
    compiled.evaluate({ state, history, now: event.time, since: "ever" });
    if (index < past) continue;
    most.read = Math.max(most.read, history.rowsRead - read);
    most.written = Math.max(most.written, history.matchesAdded - written);
  }
  return most;
};

describe("what an event costs does not grow with what came before it, for any condition", () => {
  it("names every condition there is", () => {
    expect([...Object.keys(conditions), ...withoutHistory].toSorted()).toEqual(conditionTypes.map(({ type }) => type).toSorted());
  });

  it.each(Object.values(conditions).flat())("%j", (condition) => {
    const [short, long] = [costOf(condition, 1_000), costOf(condition, 10_000)];
    expect(long.read).toBeLessThanOrEqual(short.read);
    expect(long.written).toBeLessThanOrEqual(short.written);
    // From ten on, what is in a window fills up first; no question ever reads more than this.
    expect(Math.max(costOf(condition, 10).read, long.read)).toBeLessThanOrEqual(80);
    expect(long.written).toBeLessThanOrEqual(8);
  });
});
