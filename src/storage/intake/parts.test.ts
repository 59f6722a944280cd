import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventsMessage } from "../../api/queue-codec.ts";
import { maxPartItems, packParts } from "./parts.ts";

const event = (index: number, padding: string) => {
  const text = JSON.stringify({ id: `m${index}`, index, padding });
  return { text, bytes: Buffer.byteLength(text) };
};
const header = () => {
  let next = 0;
  return { workspace: "ws", shard: 2, receivedAt: 7, newId: () => `row${(next += 1)}` };
};

describe("packParts", () => {
  it("writes each part as the JSON of an EventsMessage", () => {
    const [part] = packParts([event(0, ""), event(1, "ü")], header());
    expect(part).toMatchObject({ id: "row1", workspace: "ws", receivedAt: 7 });
    expect(parseEventsMessage(part?.body)).toEqual({
      intake: "row1",
      shard: 2,
      workspace: "ws",
      items: [
        { id: "m0", index: 0, padding: "" },
        { id: "m1", index: 1, padding: "ü" },
      ],
    });
  });

  it("packs at most 100 items", () => {
    const parts = packParts(
      Array.from({ length: 201 }, (_, i) => event(i, "")),
      header(),
    );
    expect(parts.map((part) => parseEventsMessage(part.body).items.length)).toEqual([100, 100, 1]);
  });

  it("never passes the queue's 128,000 bytes, counts bytes exactly, and loses or reorders nothing", () => {
    const padding = fc
      .tuple(fc.constantFrom("x", "ü", "€", "😀", '"'), fc.integer({ min: 0, max: 9_000 }))
      .map(([letter, times]) => letter.repeat(times));
    fc.assert(
      fc.property(fc.array(padding, { maxLength: 150 }), (paddings) => {
        const events = paddings.map((text, index) => event(index, text));
        const parts = packParts(events, header());
        for (const part of parts) {
          expect(part.bytes).toBe(Buffer.byteLength(part.body));
          expect(part.bytes).toBeLessThanOrEqual(127_900);
          expect(parseEventsMessage(part.body).items.length).toBeLessThanOrEqual(maxPartItems);
        }
        expect(parts.flatMap((part) => parseEventsMessage(part.body).items.map((item) => item.index))).toEqual(
          events.map((_, index) => index),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("makes nothing of nothing", () => {
    expect(packParts([], header())).toEqual([]);
  });
});

describe("parseEventsMessage", () => {
  it("takes the text of a message and the message alike, and nothing else", () => {
    const message = { intake: "i", shard: 0, workspace: "w", items: [] };
    expect(parseEventsMessage(JSON.stringify(message))).toEqual(message);
    expect(parseEventsMessage(message)).toEqual(message);
    for (const other of [null, 1, "{}", "[]", { items: 1 }]) expect(() => parseEventsMessage(other)).toThrow();
  });
});
