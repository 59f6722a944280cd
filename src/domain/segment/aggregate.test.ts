import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { historyUntil } from "../user/history-until.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import { compileCondition } from "./compile-condition.ts";
import { conditionSchema } from "./conditions/all.ts";
import { addDecimals, compareDecimals, decimalOf, decimalText, numberOf, parseDecimal, subtractDecimals } from "./decimal.ts";
import { fileMatch } from "./tallies.ts";

const order = (id: number, time: number, properties: UserEvent["properties"]): UserEvent => ({
  id: `e${id}`,
  type: "track",
  event: "Order",
  ...(properties && { properties }),
  time,
  receivedAt: time,
  index: 0,
  key: "client",
});
const aggregate = (more: object) =>
  compileCondition(conditionSchema.parse({ type: "aggregate", event: "Order", path: "properties.total", ...more }), {
    path: "c",
    inJourney: false,
    timezone: "UTC",
  });
const play = (more: object, totals: readonly (readonly [time: number, total: unknown])[]) => {
  const condition = aggregate(more);
  const history = new MemoryHistory();
  const add = (id: number, time: number, total: unknown): void => {
    const event = order(id, time, { total: total as number }); // any JSON: what clients send
    history.append(event);
    for (const tally of condition.tallies) fileMatch(tally, event, { history, past: false });
  };
  for (const [id, [time, total]] of totals.entries()) add(id, time, total);
  const ask = (now: number, past: MemoryHistory | ReturnType<typeof historyUntil> = history) =>
    condition.evaluate({ state: newUser("w", "u:1", 0), history: past, now, since: "ever" });
  return { history, ask, add };
};
const ask = (more: object, ...totals: readonly unknown[]): boolean =>
  play(
    more,
    totals.map((total, index) => [index + 1, total] as const),
  ).ask(100).value;

describe("decimals", () => {
  it("are exact where binary fractions are not", () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(compareDecimals(addDecimals(decimalOf(0.1), decimalOf(0.2)), decimalOf(0.3))).toBe(0);
    expect(numberOf(subtractDecimals(decimalOf(1e21), decimalOf(1e-7)))).toBe(1e21);
  });
  it("read what they print, and any finite number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const decimal = decimalOf(number);
        expect(numberOf(decimal)).toBe(number === 0 ? 0 : number);
        expect(parseDecimal(decimalText(decimal))).toEqual(decimal);
      }),
    );
  });
});

describe("aggregates", () => {
  it("a sum is exact: 0.1 and 0.2 are 0.3", () => {
    expect(ask({ function: "sum", operator: "equals", value: 0.3 }, 0.1, "0.2")).toBe(true);
    expect(ask({ function: "average", operator: "equals", value: 0.15 }, 0.1, 0.2)).toBe(true);
  });

  it("the sum and the number of different values of nothing are 0; average, smallest and largest are absent", () => {
    for (const of of ["sum", "distinct"]) {
      expect(ask({ function: of, operator: "at-most", value: 0 })).toBe(true);
      expect(ask({ function: of, operator: "not-equals", value: 0 })).toBe(false);
    }
    for (const of of ["average", "min", "max"])
      for (const operator of ["equals", "at-most", "less-than", "at-least", "greater-than", "not-equals"])
        expect(ask({ function: of, operator, value: 5 }), `${of} ${operator}`).toBe(operator === "not-equals");
  });

  it("what is no number does not count: text, true, null, and numeric text that is not canonical", () => {
    expect(ask({ function: "sum", operator: "equals", value: 5 }, 5, "five", true, null, "05", [1])).toBe(true);
    expect(ask({ function: "average", operator: "equals", value: 5 }, 5, "five")).toBe(true);
    expect(ask({ function: "max", operator: "at-most", value: 5 }, 5, "9.0")).toBe(true);
  });

  it('different values: a number equals its canonical text, true is not "true"', () => {
    expect(ask({ function: "distinct", operator: "exactly", value: 3 }, 5, "5", true, "true", null, "")).toBe(true);
  });

  it("a path through a list means all of its elements", () => {
    const items = { items: [{ price: 1 }, { price: 2.5 }] };
    const condition = aggregate({ function: "sum", path: "properties.items.price", operator: "equals", value: 3.5 });
    const history = new MemoryHistory();
    const event = order(1, 1, items);
    for (const tally of condition.tallies) fileMatch(tally, event, { history, past: false });
    expect(condition.evaluate({ state: newUser("w", "u:1", 0), history, now: 2, since: "ever" }).value).toBe(true);
  });

  it("a sum in a window flips when what leaves takes it below, not before", () => {
    const { ask: at } = play({ function: "sum", operator: "at-least", value: 10, within: "PT1S" }, [
      [100, 5],
      [200, 1],
      [300, 6],
      [400, 3],
    ]);
    expect(at(500)).toMatchObject({ value: true, nextChange: 1200, because: { value: 15 } });
    expect(at(1199).value).toBe(true);
    expect(at(1200)).toMatchObject({ value: false });
    expect(at(1200).nextChange).toBeUndefined();
  });

  it("what leaves may raise a sum with negative values, and an average either way", () => {
    const sum = play({ function: "sum", operator: "at-least", value: 5, within: "PT1S" }, [
      [100, -10],
      [200, 5],
    ]);
    expect(sum.ask(300)).toMatchObject({ value: false, nextChange: 1100 });
    expect(sum.ask(1100)).toMatchObject({ value: true, nextChange: 1200 });
    const average = play({ function: "average", operator: "greater-than", value: 3, within: "PT1S" }, [
      [100, 1],
      [200, 5],
    ]);
    expect(average.ask(300)).toMatchObject({ value: false, nextChange: 1100 });
  });

  it("with more in the window than are looked at, it asks to be asked again before any flip", () => {
    const { ask: at } = play(
      { function: "sum", operator: "at-least", value: 100, within: "PT10S" },
      Array.from({ length: 300 }, (_, index) => [index + 1, 1] as const),
    );
    let now = 400;
    for (let hops = 0; hops < 10; hops++) {
      const { value, nextChange } = at(now);
      if (!value) break;
      now = nextChange ?? Number.NaN;
    }
    // The 201st of 300 leaves at 201 + 10,000 ms: 99 are left.
    expect(now).toBe(10_201);
  });

  it("kept totals equal a rescan over thousands of events, late ones too, for several windows at once", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(2_000), fc.integer({ min: -500, max: 2_000 }))),
        (stream) => {
          const windows = ["PT1S", "PT30S", undefined];
          const played = windows.map((within) =>
            play({ function: "sum", operator: "at-least", value: 150.01, ...(within && { within }) }, []),
          );
          const all: { time: number; cents: number }[] = [];
          let now = 10_000;
          for (const [id, [step, late, cents]] of [...stream.take(300)].entries()) {
            now += step;
            const time = late < 1_500 ? now : now - late * 10;
            all.push({ time, cents });
            for (const [index, { add, ask: at }] of played.entries()) {
              add(id, time, cents / 100);
              const length = [1_000, 30_000, Number.POSITIVE_INFINITY][index] ?? 0;
              const sum = all.filter((one) => now < one.time + length).reduce((total, one) => total + one.cents, 0);
              expect(at(now).because?.value).toBe(sum / 100);
            }
          }
        },
      ),
      { numRuns: 5 },
    );
  });

  it("asks a history that ends in the past without disturbing what is kept", () => {
    for (const of of ["sum", "distinct"]) {
      const played = play({ function: of, operator: "at-least", value: 3, within: "PT1S" }, [
        [100, 1],
        [200, 2],
        [300, 1],
        [1_150, 4],
      ]);
      expect(played.ask(1_150).because?.value).toBe(of === "sum" ? 7 : 3);
      expect(played.ask(250, historyUntil(played.history, 250)).because?.value).toBe(of === "sum" ? 3 : 2);
      expect(played.ask(1_160).because?.value).toBe(of === "sum" ? 7 : 3);
    }
  });
});
