import { expect, it } from "vitest";
import type { QuotaRequest } from "../../src/storage/object/quota-counts.ts";
import { quotaAsker } from "./quota.ts";

const over = { kind: "over", until: 9, reason: "quota: 2 messages a day" } as const;
/** A quota of so many messages; what was asked of it, and what was given back. */
const quotaOf = (room: number) => {
  const asked: (readonly [string, number, number])[] = [];
  const back: number[] = [];
  let left = room;
  const ask = quotaAsker({
    count: async (workspace, { held, passing }: QuotaRequest) => {
      asked.push([workspace, held, passing]);
      await Promise.resolve();
      const granted = Math.min(held, Math.max(0, left));
      left -= granted;
      return { granted, at: 5, over };
    },
    uncount: (_workspace, messages, at) => Promise.resolve(void back.push(messages, at)),
  });
  return { ask, asked, back };
};

it("who asks while an answer is on its way is asked for together with the others, by workspace", async () => {
  const { ask, asked } = quotaOf(3);
  const one = ask("a", { day: 3 }, false);
  const rest = [ask("a", { day: 3 }, false), ask("a", { day: 3 }, true), ask("a", { day: 3 }, false), ask("a", { day: 3 }, false)];
  const other = ask("b", { day: 3 }, true);
  const words = (await Promise.all([one, ...rest])).map(({ word }) => word.kind);
  expect(words).toEqual(["counted", "counted", "counted", "counted", "over"]);
  expect((await other).word.kind).toBe("counted");
  expect(asked).toEqual([
    ["a", 1, 0],
    ["b", 0, 1],
    ["a", 3, 1],
  ]);
});

it("gives back what was counted, at its instant, and nothing of what was not", async () => {
  const { ask, back } = quotaOf(1);
  const [counted, refused] = [await ask("a", { day: 1 }, false), await ask("a", { day: 1 }, false)];
  await refused.giveBack();
  expect(back).toEqual([]);
  await counted.giveBack();
  expect(back).toEqual([1, 5]);
});

it("where nobody can be asked the askers hear of it, and the next is asked for again", async () => {
  let isDown = true;
  const ask = quotaAsker({
    count: () => (isDown ? Promise.reject(new Error("down")) : Promise.resolve({ granted: 1, at: 0, over })),
    uncount: () => Promise.resolve(),
  });
  const both = await Promise.allSettled([ask("a", {}, false), ask("a", {}, false)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isDown = false;
  expect((await ask("a", {}, false)).word.kind).toBe("counted");
});
