import fc from "fast-check";
import type { Message } from "../message/message.ts";
import type { GroupMembership } from "../user/state.ts";
import { iso, optional, time } from "./condition-arbitraries.test-suite.ts";

/** Messages of templates m and n, of steps s and t of runs r and q, and the statuses they came to, in any order. */
export const someMessages = fc
  .array(
    fc.record({
      template: fc.constantFrom("m", "n"),
      run: fc.constantFrom("r", "q"),
      step: fc.constantFrom("s", "t"),
      reached: fc.dictionary(fc.constantFrom("sent", "delivered", "opened", "clicked", "skipped", "bounced"), time, {
        noNullPrototype: true,
        maxKeys: 3,
      }),
    }),
    { maxLength: 4 },
  )
  .map((made) =>
    made.map(({ template, run, step, reached }, id): Message => ({
      id: `m${id}`,
      channel: "email",
      template,
      run: { id: run, journey: "j", version: 1, step },
      status: "queued",
      createdAt: 1,
      attempts: 1,
      reached,
    })),
  );

const groupAt = (type: string, id: string): fc.Arbitrary<GroupMembership> =>
  fc
    .record({ left: fc.boolean(), role: fc.constantFrom("boss", "clerk"), plan: fc.constantFrom("pro", "free"), renewal: time.map(iso) })
    .map(({ left, role, plan, renewal }) => ({
      type,
      id,
      ...(left ? { left: true as const } : {}),
      order: [1, 1, 0] as const,
      relationship: { role },
      written: {},
      attributes: { plan, renewal, id: "another", relationship: "none" },
      version: 1,
    }));
const word = optional(fc.constantFrom("opted-in" as const, "opted-out" as const));
/** What a user is beside events and attributes. */
export const someUser = fc.record({
  tags: fc.subarray(["vip"]),
  samplingId: fc.constantFrom("u:1", "u:2", "u:3"),
  groups: fc.tuple(groupAt("account", "g1"), groupAt("account", "g2"), groupAt("team", "g1")),
  subscriptions: fc.record({
    "topic:news": word,
    "topic:offers": word,
    "topic:offers@email": word,
    "channel:email": word,
    "channel:push": word,
  }),
  /** By channel, or by one address of a channel. */
  suppressions: fc.dictionary(
    fc.constantFrom("*", "email", "sms", "push", "email:a@x.org", "push:t1"),
    fc.constant({ reason: "bounced", at: 1 }),
    { noNullPrototype: true, maxKeys: 2 },
  ),
  email: optional(fc.constantFrom("a@x.org", "b@x.org")),
  devices: fc.subarray(["t1", "t2"]),
  removed: fc.subarray(["t1", "t2"]),
});
export type SomeUser = typeof someUser extends fc.Arbitrary<infer User> ? User : never;
