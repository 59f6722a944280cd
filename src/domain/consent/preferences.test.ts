import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesFor, preferencesOf } from "./preferences.ts";
import { standingIn, subscriptionKey } from "./standing.ts";
import { topicSchema, type TopicDefinition } from "./topic.ts";

const channels = ["email", "sms", "push", "webhook"] as const;
const topics: fc.Arbitrary<readonly TopicDefinition[]> = fc
  .array(
    fc.record({
      channels: fc.uniqueArray(fc.constantFrom(...channels), { minLength: 1 }),
      default: fc.constantFrom("opted-in", "opted-out"),
    }),
    { maxLength: 4 },
  )
  .map((list) => list.map((one, index) => topicSchema.parse({ key: `t${index}`, name: "T", ...one })));
const keys = [0, 1, 2, 3]
  .flatMap((index) => [`topic:t${index}`, ...channels.map((one) => `topic:t${index}@${one}`)])
  .concat(channels.map((one) => `channel:${one}`));
const said = fc.dictionary(
  fc.constantFrom(...keys),
  fc.record({ state: fc.constantFrom("opted-in" as const, "opted-out" as const), order: fc.constant([0, 0, 0] as const) }),
);

describe("preferences", () => {
  it("after the changes exactly what was wanted is on, whatever was said before; nothing is said twice", () => {
    fc.assert(
      fc.property(topics, said, fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), (all, before, coins) => {
        const preferences = preferencesOf(all);
        const wanted = new Set(
          preferences.filter((_one, index) => coins[index] === true).map(({ topic, channel }) => `${topic}@${channel}`),
        );
        const isWanted = ({ topic, channel }: (typeof preferences)[number]) => wanted.has(`${topic}@${channel}`);
        const after = { ...before };
        for (const { topic, channel, state } of changesFor(all, before, isWanted)) {
          after[subscriptionKey(topic, channel) ?? ""] = { state, order: [0, 0, 0] };
          // Nothing that is not wanted is open at any moment.
          for (const one of preferences) {
            const byDefault = all.find(({ key }) => key === one.topic)?.default;
            if (!isWanted(one) && standingIn(before, one, byDefault) === "opted-out")
              expect(standingIn(after, one, byDefault)).toBe("opted-out");
          }
        }
        for (const one of preferences)
          expect(standingIn(after, one, all.find(({ key }) => key === one.topic)?.default)).toBe(isWanted(one) ? "opted-in" : "opted-out");
        expect(changesFor(all, after, isWanted)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
