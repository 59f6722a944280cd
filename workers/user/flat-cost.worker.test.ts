import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { countObjectRows } from "../../test/support/count-object-rows.ts";
import { identify, newWorkspace, track, user, userStub } from "../../test/support/workspace.ts";

/** Two journeys and two segments ask about "Seen", the others about events of their own. */
const definitions = (count: number) => {
  const eventOf = (n: number): string => (n < 2 ? "Seen" : `Event ${n}`);
  const numbers = Array.from({ length: count }, (_, n) => n);
  return {
    segments: numbers.map((n) => ({
      key: `s${n}`,
      name: "S",
      kind: "dynamic",
      condition: {
        type: "and",
        conditions: [
          { type: "event", event: eventOf(n), within: "P7D", count: { operator: "at-least", value: 3 } },
          {
            type: "event",
            event: eventOf(n),
            where: [{ path: "properties.price", operator: "at-least", value: 10 }],
            count: { operator: "at-least", value: 5 },
          },
        ],
      },
    })),
    journeys: numbers.map((n) => ({
      key: `j${n}`,
      name: "J",
      trigger: { type: "event", event: eventOf(n) },
      frequency: { type: "once" },
      exit: { type: "event", event: `Order ${n}` },
      goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: `Order ${n}` } }],
      start: "wait",
      steps: { wait: { type: "wait", for: "P30D", next: "done" }, done: { type: "exit" } },
    })),
  };
};

const past = 1_000;

/** Rows of one event that two segments and two journeys ask about, by a user with so much behind it. */
const rowsOf = async (given: { readonly definitions: number; readonly past: number }, asleep: boolean) => {
  const workspace = await newWorkspace(definitions(given.definitions));
  const object = user(workspace, "u:1");
  const seen = (index = 0) => track("1", "Seen", { index, properties: { price: 12 } });
  await object.apply({ catalog: 1, events: [identify("1", { plan: "pro" }), ...Array.from({ length: 10 }, (_, n) => seen(n))] });
  for (let n = 0; n < given.past; n += past) {
    const events = Array.from({ length: Math.min(past, given.past - n) }, (_, index) =>
      index % 10 === 0 ? seen(index) : track("1", `Past ${index % 50}`, { index }),
    );
    await object.apply({ catalog: 1, events, confirmed: 1_000_000 });
  }
  await object.apply({ catalog: 1, events: [seen()], confirmed: 1_000_000 });
  if (asleep) await evictDurableObject(userStub(workspace, "u:1"));
  return countObjectRows(workspace, "u:1", () => object.apply({ catalog: 1, events: [seen()] }));
};

describe("What an event costs stays the same", { timeout: 120_000 }, () => {
  it("from 10 to 1,000 definitions: rows read and written per event are constant", async () => {
    const [few, many] = [await rowsOf({ definitions: 10, past: 10 }, false), await rowsOf({ definitions: 1_000, past: 10 }, false)];
    expect(many).toEqual(few);
    expect(few.written).toBeLessThanOrEqual(4);
  });

  it("from 10 to 20,000 past events: rows read and written per event are constant", async () => {
    const [few, many] = [await rowsOf({ definitions: 10, past: 10 }, false), await rowsOf({ definitions: 10, past: 20_000 }, false)];
    expect(many).toEqual(few);
  });

  it("also for an object that has just been woken: it reads its state and as much history as the questions ask for", async () => {
    const [few, many] = [await rowsOf({ definitions: 10, past: 100 }, true), await rowsOf({ definitions: 10, past: 20_000 }, true)];
    expect(many.written).toBe(few.written);
    expect(many.read).toBeLessThanOrEqual(few.read + 2);
    expect(many.read).toBeLessThan(100);
  });
});
