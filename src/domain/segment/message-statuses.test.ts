import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, MessageStatus } from "../message/message.ts";
import { cameTo, endings, progress, statusEvents } from "./message-statuses.ts";

const message = (reached: Readonly<Partial<Record<MessageStatus, number>>>): Message => ({
  id: "m",
  channel: "email",
  template: "t",
  status: "queued",
  createdAt: 1,
  attempts: 1,
  reached,
});
const told = (before: Message | undefined, after: Message) => statusEvents(before, after).map(({ event, time }) => [event, time]);

describe("a message counts once for each status, when it first came to it or to a later one", () => {
  it("a click says that the message was opened and delivered, though nobody saw that", () => {
    expect(told(message({ sent: 1 }), message({ sent: 1, clicked: 5 }))).toEqual([
      ["delivered", 5],
      ["opened", 5],
      ["clicked", 5],
    ]);
    expect(told(message({ sent: 1, clicked: 5 }), message({ sent: 1, clicked: 5, opened: 9 }))).toEqual([]);
  });

  it("what stands aside says nothing of how far it came", () => {
    expect(told(undefined, message({ bounced: 4 }))).toEqual([["bounced", 4]]);
    expect(cameTo(message({ complained: 4 }), "opened")).toBeUndefined();
  });

  it("one step after the other tells the same statuses as all at once", () => {
    const statuses = fc.shuffledSubarray([...progress, ...endings]);
    fc.assert(
      fc.property(statuses, (sequence) => {
        let now = message({});
        const found: unknown[] = [];
        for (const [index, status] of sequence.entries()) {
          const next = message({ ...now.reached, [status]: index + 1 });
          found.push(...told(now, next));
          now = next;
        }
        const sort = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).toSorted();
        expect(sort(found)).toEqual(sort(told(undefined, now)));
      }),
    );
  });
});
