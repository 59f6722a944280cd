import fc from "fast-check";
import { expect } from "vitest";
import { compareOrder, historyName, orderOf, type UserEvent } from "../event/event.ts";
import { type History, type HistoryRange, matchOf, type TallyMatch } from "./history.ts";

/** One rule that every implementation of History keeps. `history` is empty at first. */
export interface HistoryCase {
  readonly name: string;
  readonly run: (history: History) => void;
}

const track = (id: string, name: string, time: number, more: Partial<UserEvent> = {}): UserEvent => ({
  id,
  type: "track",
  event: name,
  userId: "u1",
  time,
  receivedAt: time,
  index: 0,
  key: "client",
  ...more,
});
const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);
const compare = (a: UserEvent, b: UserEvent): number => compareOrder(orderOf(a), orderOf(b)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** What must hold of the SQLite history and the one in memory alike. */
export const historyCases: readonly HistoryCase[] = [
  {
    name: "an event is kept once, whatever comes under its id later",
    run: (history) => {
      const first = track("e1", "A", 10, { properties: { n: 1, nested: { list: [1, "x", null] } } });
      expect(history.append(first)).toBe(true);
      expect(history.append(track("e1", "B", 20))).toBe(false);
      expect(history.has("e1")).toBe(true);
      expect(history.has("e2")).toBe(false);
      expect(history.event("e1")).toEqual(first);
      expect(history.event("e2")).toBeUndefined();
      expect(history.byName("track:B", {}, 10)).toEqual([]);
    },
  },
  {
    name: "events come newest first: by time, arrival, index, then id",
    run: (history) => {
      for (const event of [
        track("b", "A", 5, { receivedAt: 9, index: 1 }),
        track("a", "A", 5, { receivedAt: 9, index: 1 }),
        track("c", "A", 5, { receivedAt: 9, index: 0 }),
        track("d", "A", 5, { receivedAt: 8, index: 7 }),
        track("e", "A", 4, { receivedAt: 99 }),
      ])
        history.append(event);
      expect(ids(history.byName("track:A", {}, 10))).toEqual(["b", "a", "c", "d", "e"]);
    },
  },
  {
    name: "an exact name is neither a prefix nor a pattern, and case counts",
    run: (history) => {
      for (const [index, name] of ["Order", "Order Completed", "order", "Or%er", "Or_er", "Örder", "O*der", ""].entries())
        history.append(track(`e${index}`, name, index));
      for (const [index, name] of ["Order", "Order Completed", "order", "Or%er", "Or_er", "Örder", "O*der", ""].entries())
        expect(ids(history.byName(`track:${name}`, {}, 10))).toEqual([`e${index}`]);
      history.append({ id: "page", type: "page", name: "Order", time: 50, receivedAt: 50, index: 0, key: "client" });
      history.append({ id: "identify", type: "identify", traits: { a: 1 }, time: 51, receivedAt: 51, index: 0, key: "client" });
      expect(ids(history.byName("track:Order", {}, 10))).toEqual(["e0"]);
      expect(ids(history.byName("page:Order", {}, 10))).toEqual(["page"]);
      expect(ids(history.byName("identify:", {}, 10))).toEqual(["identify"]);
    },
  },
  {
    name: "a trailing * takes every name that begins so, in one order",
    run: (history) => {
      for (const [index, name] of ["Order Completed", "Product", "Order", "order", "Or%", "Orde\u{10ffff}z"].entries())
        history.append(track(`e${index}`, name, index));
      expect(ids(history.byName("track:Order*", {}, 10))).toEqual(["e2", "e0"]);
      expect(ids(history.byName("track:Or%*", {}, 10))).toEqual(["e4"]);
      expect(ids(history.byName("track:Orde*", {}, 10))).toEqual(["e5", "e2", "e0"]);
      expect(ids(history.byName("track:*", {}, 3))).toEqual(["e5", "e4", "e3"]);
    },
  },
  {
    name: "ranges exclude `after` and include `upTo`; a limit takes the newest",
    run: (history) => {
      for (const time of [10, 20, 30, 40]) history.append(track(`e${time}`, "A", time));
      expect(ids(history.byName("track:A", { after: 10, upTo: 30 }, 10))).toEqual(["e30", "e20"]);
      expect(ids(history.byName("track:A", { after: 40 }, 10))).toEqual([]);
      expect(ids(history.byName("track:A", { upTo: 9 }, 10))).toEqual([]);
      expect(ids(history.byName("track:A", {}, 2))).toEqual(["e40", "e30"]);
      expect(history.byName("track:A", {}, 0)).toEqual([]);
    },
  },
  {
    name: "pages go on exactly before the last event of the page before, also among equal times",
    run: (history) => {
      const events = Array.from({ length: 7 }, (_, index) => track(`e${index}`, "A", index < 5 ? 10 : 20));
      for (const event of events) history.append(event);
      for (const name of ["track:A", "track:*"]) {
        const seen: string[] = [];
        let before: TallyMatch | undefined;
        for (;;) {
          const page = history.byName(name, {}, 2, before);
          seen.push(...ids(page));
          const last = page.at(-1);
          if (last === undefined) break;
          before = matchOf(last);
        }
        expect(seen).toEqual(["e6", "e5", "e4", "e3", "e2", "e1", "e0"]);
      }
    },
  },
  {
    name: "a match is counted once, in its own tally and under its own key",
    run: (history) => {
      const [first, second] = [track("e1", "A", 10), track("e2", "A", 20)];
      for (const event of [first, second]) history.append(event);
      history.addMatch("t1", null, matchOf(second));
      history.addMatch("t1", null, matchOf(first));
      history.addMatch("t1", null, matchOf(first));
      history.addMatch("t2", "k", matchOf(first));
      history.addMatch("t2", "k'\"|", matchOf(second));
      expect(history.matches("t1", null, {}, 10)).toEqual([matchOf(second), matchOf(first)]);
      expect(history.firstMatches("t1", null, {}, 10)).toEqual([matchOf(first), matchOf(second)]);
      expect(history.firstMatches("t1", null, { after: 10 }, 1)).toEqual([matchOf(second)]);
      expect(history.matches("t2", "k", {}, 10)).toEqual([matchOf(first)]);
      expect(history.matches("t2", "k'\"|", {}, 10)).toEqual([matchOf(second)]);
      expect(history.matches("t2", "other", {}, 10)).toEqual([]);
      expect(history.matches("t3", null, {}, 10)).toEqual([]);
    },
  },
  {
    name: "matches go on strictly before and strictly after another, carry a value, and may be taken out",
    run: (history) => {
      const made = Array.from({ length: 6 }, (_, index): TallyMatch => ({
        order: [index < 4 ? 10 : 20, 1, 0],
        id: `e${index}`,
        ...(index % 2 === 0 && { value: `[${index}]` }),
      }));
      for (const match of made) history.addMatch("t", "k", match);
      const at = (index: number): TallyMatch => made[index] as TallyMatch; // in range
      expect(history.matches("t", "k", { olderThan: at(3) }, 2)).toEqual([at(2), at(1)]);
      expect(history.matches("t", "k", { after: 10, olderThan: at(5) }, 9)).toEqual([at(4)]);
      expect(history.matches("t", "k", { olderThan: at(0) }, 9)).toEqual([]);
      expect(history.firstMatches("t", "k", { newerThan: at(2) }, 2)).toEqual([at(3), at(4)]);
      expect(history.firstMatches("t", "k", { upTo: 10, newerThan: at(2) }, 9)).toEqual([at(3)]);
      expect(history.firstMatches("t", "k", { newerThan: at(5) }, 9)).toEqual([]);
      expect(history.firstMatches("t", "k", {}, 0)).toEqual([]);
      history.removeMatch("t", "k", at(4));
      history.removeMatch("t", "k", at(4));
      history.removeMatch("t", "other", at(3));
      expect(history.matches("t", "k", {}, 9)).toEqual([at(5), at(3), at(2), at(1), at(0)]);
      history.addMatch("t", "k", at(4));
      expect(history.matches("t", "k", {}, 2)).toEqual([at(5), at(4)]);
    },
  },
  {
    name: "figures are kept by tally and key, the newest one",
    run: (history) => {
      expect(history.figure("t", null)).toBeUndefined();
      history.keepFigure("t", null, "1");
      history.keepFigure("t", null, "2");
      history.keepFigure("t", "k", "3");
      expect([history.figure("t", null), history.figure("t", "k"), history.figure("tk", null)]).toEqual(["2", "3", undefined]);
    },
  },
  {
    name: "any look at any history equals a scan of all of it",
    run: (history) => {
      const kept: UserEvent[] = [];
      const time = fc.integer({ min: 0, max: 12 });
      const look = fc.record({
        after: fc.option(time, { nil: undefined }),
        upTo: fc.option(time, { nil: undefined }),
        limit: fc.integer({ min: 0, max: 6 }),
        name: fc.constantFrom("A", "AB", "B"),
      });
      const step = fc.record({ name: fc.constantFrom("A", "AB", "B"), time, arrival: time, index: fc.integer({ min: 0, max: 2 }), look });
      fc.assert(
        fc.property(step, (made) => {
          const event = track(`e${kept.length}`, made.name, made.time, { receivedAt: made.arrival, index: made.index });
          kept.push(event);
          expect(history.append(event)).toBe(true);
          history.addMatch(`all-${made.name}`, null, matchOf(event));
          expectScan(history, kept, made.look);
        }),
        { numRuns: 100, endOnFailure: true },
      );
    },
  },
];

const expectScan = (
  history: History,
  kept: readonly UserEvent[],
  look: { readonly after: number | undefined; readonly upTo: number | undefined; readonly limit: number; readonly name: string },
): void => {
  const range: HistoryRange = {
    ...(look.after !== undefined && { after: look.after }),
    ...(look.upTo !== undefined && { upTo: look.upTo }),
  };
  const inRange = kept
    .filter((event) => event.time > (look.after ?? -1) && event.time <= (look.upTo ?? Number.POSITIVE_INFINITY))
    .toSorted(compare);
  const exact = inRange.filter((event) => historyName(event) === `track:${look.name}`);
  const prefixed = inRange.filter((event) => historyName(event).startsWith(`track:${look.name}`));
  expect(history.byName(`track:${look.name}`, range, look.limit)).toEqual(exact.toReversed().slice(0, look.limit));
  expect(history.byName(`track:${look.name}*`, range, look.limit)).toEqual(prefixed.toReversed().slice(0, look.limit));
  expect(history.named(`track:${look.name}`, range, look.limit)).toEqual(exact.toReversed().slice(0, look.limit).map(matchOf));
  expect(history.matches(`all-${look.name}`, null, range, look.limit)).toEqual(exact.toReversed().slice(0, look.limit).map(matchOf));
  expect(history.firstMatches(`all-${look.name}`, null, range, look.limit)).toEqual(exact.slice(0, look.limit).map(matchOf));
};
