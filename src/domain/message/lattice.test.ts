import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFinal, mergeStatus } from "./lattice.ts";
import { messageStatuses, type MessageStatus } from "./message.ts";

const status = fc.constantFrom(...messageStatuses);

describe("mergeStatus", () => {
  it("ends alike whatever the sequence and however often reports repeat: late or repeated webhooks never move one back", () => {
    fc.assert(
      fc.property(
        fc
          .array(status, { minLength: 1 })
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length }))),
        ([list, shuffled]) => {
          const fold = (reports: readonly MessageStatus[]): MessageStatus => reports.reduce(mergeStatus);
          expect(fold(shuffled)).toBe(fold(list));
        },
      ),
    );
  });

  it("never leaves a final status for an open one", () => {
    fc.assert(
      fc.property(status, status, (a, b) => {
        expect(isFinal(mergeStatus(a, b))).toBe(isFinal(a) || isFinal(b));
      }),
    );
  });

  it("learns from a late acceptance what became of an uncertain message", () => {
    expect(mergeStatus("uncertain", "sent")).toBe("sent");
    expect(mergeStatus("delivered", "sent")).toBe("delivered");
    expect(mergeStatus("delivered", "bounced")).toBe("bounced");
  });
});
