import { describe, expect, it } from "vitest";
import { compileCatalog } from "../catalog/compile.ts";
import type { UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import { adoptTallies } from "./adoption.ts";
import { CountingHistory } from "./counting-history.test-suite.ts";
import { segmentSchema } from "./segment.ts";
import { recordMatches } from "./tallies.ts";

const HOUR = 3_600_000;
const catalogOf = (steps: readonly object[]) =>
  compileCatalog({
    workspace: "w",
    version: 1,
    timezone: "UTC",
    name: "W",
    segments: [segmentSchema.parse({ key: "s", name: "S", kind: "dynamic", condition: { type: "sequence", steps } })],
    journeys: [],
    templates: [],
    providers: [],
  });
let number = 0;
const at = (event: string, hour: number, more: Partial<UserEvent> = {}): UserEvent => ({
  id: `e${number++}`,
  type: "track",
  event,
  time: hour * HOUR,
  receivedAt: hour * HOUR,
  index: 0,
  key: "client",
  ...more,
});

/** A history that the events reach in the order given; `ask` tells what the sequence says at an hour. */
const play = (steps: readonly object[], events: readonly UserEvent[]) => {
  const catalog = catalogOf(steps);
  const history = new CountingHistory(new MemoryHistory());
  for (const event of events) if (history.append(event)) recordMatches(event, { catalog, history });
  const condition = catalog.segments.get("s")?.condition;
  if (condition === undefined) throw new Error("expected the segment");
  const state = newUser("w", "u:1", 0);
  return { catalog, history, ask: (hour: number) => condition.evaluate({ state, history, now: hour * HOUR, since: "ever" }) };
};
const viewedThenBought = [{ event: "Viewed" }, { event: "Bought", within: "PT2H" }];

describe("a sequence is events in the total order, each strictly after the one before and less than its `within` later", () => {
  it.each<[string, readonly UserEvent[], boolean]>([
    ["in order", [at("Viewed", 1), at("Bought", 2)], true],
    ["the other way round", [at("Bought", 1), at("Viewed", 2)], false],
    ["a moment before the time is over", [at("Viewed", 1), at("Bought", 3, { time: 3 * HOUR - 1 })], true],
    ["when the time is over", [at("Viewed", 1), at("Bought", 3)], false],
    ["a second try in time", [at("Viewed", 1), at("Viewed", 8), at("Bought", 9)], true],
    ["at the same instant, by arrival", [at("Viewed", 1, { receivedAt: HOUR + 5 }), at("Bought", 1, { receivedAt: HOUR + 9 })], true],
    [
      "at the same instant, the other way round",
      [at("Viewed", 1, { receivedAt: HOUR + 9 }), at("Bought", 1, { receivedAt: HOUR + 5 })],
      false,
    ],
    ["other events between", [at("Viewed", 1), at("Left", 2), at("Bought", 2)], true],
  ])("%s: %#", (_, events, expected) => expect(play(viewedThenBought, events).ask(24).value).toBe(expected));

  it("pages and screens are steps too, by name or by what they say", () => {
    const { event: _none, ...rest } = at("", 1);
    const page: UserEvent = { ...rest, type: "page", properties: { path: "/pricing" } };
    const steps = [
      { type: "page", where: [{ path: "properties.path", operator: "starts-with", value: "/pric" }] },
      { type: "event", event: "Bought" },
    ];
    expect(play(steps, [page, at("Bought", 2)]).ask(3).value).toBe(true);
    expect(play(steps, [{ ...page, properties: {} }, at("Bought", 2)]).ask(3).value).toBe(false);
    expect(() => play([{ event: "A" }, { where: [] }], [])).toThrow("say which event");
  });

  it("one event is never two steps", () => {
    const twice = [{ event: "Viewed" }, { event: "Viewed" }];
    expect(play(twice, [at("Viewed", 1)]).ask(2).value).toBe(false);
    expect(play(twice, [at("Viewed", 1), at("Viewed", 1)]).ask(2).value).toBe(true);
  });

  it("a late event takes its place: what came after it in time completes the sequence", () => {
    const three = [...viewedThenBought, { event: "Praised", within: "P1D" }];
    const late = at("Viewed", 1, { receivedAt: 40 * HOUR });
    const { ask } = play(three, [at("Bought", 2), at("Praised", 20), late]);
    expect(ask(41).value).toBe(true);
    expect(play(three, [at("Bought", 4), at("Praised", 20), late]).ask(41).value).toBe(false);
  });

  it("`within` of the first step: how long ago the sequence may have begun, flipping at that very instant", () => {
    const recent = [{ event: "Viewed", within: "PT10H" }, { event: "Bought" }];
    const { ask } = play(recent, [at("Viewed", 1), at("Viewed", 3), at("Bought", 5)]);
    expect(ask(6)).toMatchObject({ value: true, nextChange: 13 * HOUR });
    expect(ask(13)).toMatchObject({ value: false });
    expect(ask(13).nextChange).toBeUndefined();
  });

  it("a past counted afterwards gives the same, in whatever order it is counted", () => {
    const three = [...viewedThenBought, { event: "Praised", within: "P1D" }];
    const { catalog } = play(three, []);
    const history = new MemoryHistory();
    for (const event of [at("Praised", 20), at("Bought", 2), at("Viewed", 1)]) history.append(event);
    const state = adoptTallies(newUser("w", "u:1", 0), { catalog, history });
    const evaluate = () => catalog.segments.get("s")?.condition.evaluate({ state, history, now: 30 * HOUR, since: "ever" });
    expect(evaluate()?.value).toBe(true);
    adoptTallies({ ...state, meta: { ...state.meta, tallies: {} } }, { catalog, history });
    expect(evaluate()?.value).toBe(true);
  });

  it("files each event under each prefix at most once, however many late events come", () => {
    const pairs = [{ event: "A" }, { event: "B" }];
    const bs = Array.from({ length: 500 }, (_, index) => at("B", index + 1));
    const as = Array.from({ length: 500 }, (_, index) => at("A", 500 - index, { receivedAt: 1000 * HOUR }));
    const { history, ask } = play(pairs, [...bs, ...as]);
    expect(ask(1001).value).toBe(true);
    // Each B matches, and completes once; each A is filed once.
    expect(history.matchesAdded).toBeLessThanOrEqual(3 * 500);
  });
});
