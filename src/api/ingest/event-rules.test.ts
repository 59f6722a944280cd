import { describe, expect, it } from "vitest";
import { readItems } from "./batch.ts";
import { enforceRules, type EventRules } from "./event-rules.ts";

const read = (...items: unknown[]) => readItems(items, { receivedAt: 1, key: "client", ip: undefined, newId: () => "x" });
const bought = (properties: unknown, event = "Bought") => ({ type: "track", userId: "u", event, properties });
const rules = (enforce: "block" | "warn"): EventRules => new Map([["Bought", { enforce, properties: { price: "number", sku: "text" } }]]);

describe("rules about events", () => {
  it("block: an item with a property of another kind is refused by name, the others are kept", () => {
    const judged = enforceRules(
      read(bought({ price: "3" }), bought({ price: 3, more: [] }), {}, bought({ price: "3" }, "Other")),
      rules("block"),
    );
    expect(judged.accepted.map(({ event }) => event.index)).toEqual([1, 3]);
    expect(judged.rejected).toMatchObject([
      { index: 0, code: "schema", field: "properties.price", message: expect.stringContaining("number") },
      { index: 2, code: "missing" },
    ]);
  });

  it("warn: the item is kept and noted; what is absent is not of another kind", () => {
    const judged = enforceRules(read(bought({ price: true }), bought({ price: null, sku: "" }), bought(undefined)), rules("warn"));
    expect(judged.accepted).toHaveLength(3);
    expect(judged.rejected).toEqual([]);
    expect(judged.warned).toMatchObject([{ index: 0, code: "schema-warning", field: "properties.price" }]);
  });

  it("without rules nothing is looked at", () => {
    const verdicts = read(bought({ price: "3" }));
    expect(enforceRules(verdicts, new Map()).accepted).toBe(verdicts.accepted);
  });
});
