import fc from "fast-check";
import { DAY, HOUR, MINUTE } from "./user-kit.test-suite.ts";

/** Steps of a random journey are called s0, s1, …: any of them may lead to any, cycles that take no time included. */
const KEYS = 6;
const key = fc.nat({ max: KEYS - 1 }).map((index) => `s${index}`);
const next = fc.option(key, { nil: undefined });

const condition = fc.oneof(
  fc.constantFrom("A", "B").map((event) => ({ type: "event", event })),
  fc
    .constantFrom("A", "B")
    .map((event) => ({ type: "event", event, since: "ever", count: { operator: "at-least", value: 2 }, within: "PT1H" })),
  fc.constant({ type: "attribute", path: "plan", operator: "equals", value: "pro" }),
  fc.constant({ type: "attribute", path: "plan", operator: "equals", value: "pro", for: "PT30M" }),
  fc.constant({ type: "tag", tag: "x" }),
  fc.constant({ type: "not", condition: { type: "segment", segment: "pro" } }),
  fc.constant({ type: "not", condition: { type: "event", event: "B", since: "step", within: "PT20M" } }),
  fc.constant({ type: "everyone" }),
);
const paths = fc.array(fc.record({ condition, next: key }), { minLength: 1, maxLength: 3 });
const length = fc.constantFrom("PT1M", "PT10M", "PT1H", "P1D");

const until = fc.oneof(
  fc.constantFrom("09:00", "23:59").map((time) => ({ time })),
  fc.record({
    attribute: fc.constant("ends"),
    offset: fc.constantFrom("-PT1H", "PT0S", "P1M"),
    past: fc.constantFrom("continue", "skip-next", "exit"),
  }),
  fc.record({ trigger: fc.constant("properties.at"), past: fc.constantFrom("continue", "skip-next", "exit") }),
);

/** One step of each type there is. */
export const anyStep: fc.Arbitrary<object> = fc.oneof(
  fc.record({ type: fc.constant("wait"), for: length, next }),
  fc.record({ type: fc.constant("wait"), until, next }),
  fc.record({
    type: fc.constant("wait-until"),
    paths,
    within: fc.option(length, { nil: undefined }),
    otherwise: next,
    restartOn: fc.constantFrom(undefined, "A", "Cart"),
  }),
  fc.record({ type: fc.constant("branch"), paths, otherwise: next }),
  fc.tuple(key, key).map(([a, b]) => ({
    type: "split",
    paths: [
      { percent: 40, next: a },
      { percent: 60, next: b },
    ],
  })),
  fc.record({ type: fc.constant("holdout"), percent: fc.constantFrom(1, 50, 100), next }),
  fc.record({ type: fc.constant("digest"), event: fc.constantFrom("A", "Cart", "*"), within: length, next }),
  fc.record({ type: fc.constant("tag"), add: fc.constantFrom(["x"], ["y"]), next }),
  fc.record({ type: fc.constant("tag"), remove: fc.constant(["x"]), next }),
  fc.record({
    type: fc.constant("update"),
    set: fc.constantFrom({ plan: "pro" }, { plan: "free" }, { ends: "2026-01-05T12:00:00Z" }),
    next,
  }),
  fc.record({ type: fc.constant("event"), event: fc.constantFrom("A", "B", "Other"), next }),
  fc.record({ type: fc.constant("segment"), add: fc.constant(["hand"]), next }),
  fc.record({ type: fc.constant("enter"), journey: fc.constantFrom("any", "other"), next }),
  fc.record({ type: fc.constant("webhook"), url: fc.constant("https://example.com/"), next }),
  fc.record({
    type: fc.constant("throttle"),
    count: fc.constantFrom(1, 3),
    per: fc.constant("PT1H"),
    scope: fc.constantFrom("user", "workspace"),
    next,
  }),
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("send"),
      channel: fc.constant("email"),
      template: fc.constant("hello"),
      bestTime: fc.constantFrom(undefined, undefined, undefined, { within: "PT6H", otherwise: "08:30" }),
      onFailure: fc.constantFrom("continue", "exit"),
      next,
    }),
  },
  fc.record({
    type: fc.constant("message-status"),
    of: key,
    paths: key.map((to) => [
      { status: "clicked", next: to },
      { status: "delivered", next: "s0" },
    ]),
    within: fc.option(length, { nil: undefined }),
    otherwise: next,
  }),
  fc.record({ type: fc.constant("exit") }),
);

/** A journey of steps at random, and now and then an exit and a key. */
export const anyJourney = (name: string): fc.Arbitrary<object> =>
  fc
    .record({
      trigger: fc.constantFrom<object>(
        { type: "event", event: "Cart" },
        { type: "event", event: "Cart", key: "properties.cart" },
        { type: "event", event: "A" },
        { type: "segment", segment: "pro", change: "enter" },
      ),
      exit: fc.constantFrom(undefined, { type: "event", event: "Order" }),
      frequency: fc.constantFrom({ type: "every-time" }, { type: "every-time", oneAtATime: true }),
      steps: fc.array(anyStep, { minLength: KEYS, maxLength: KEYS }),
    })
    .map(({ steps, ...fields }) => ({
      key: name,
      name,
      start: "s0",
      ...fields,
      steps: Object.fromEntries(steps.map((step, index) => [`s${index}`, step])),
    }));

/** What may happen to one user next, and how much later (ms). */
export type Happening = { readonly after: number } & (
  | { readonly kind: "event"; readonly name: string; readonly cart: string; readonly lag: number }
  | { readonly kind: "identify"; readonly plan: string | null }
  | { readonly kind: "claim"; readonly outcome: "accepted" | "rejected" | "uncertain" }
  | { readonly kind: "report"; readonly status: "delivered" | "opened" | "clicked" | "bounced" }
  | { readonly kind: "answer"; readonly works: boolean }
  | { readonly kind: "pause" }
);

export const anyHappenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom(0, 0, 1, MINUTE, 20 * MINUTE, 2 * HOUR),
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc.record({
            kind: fc.constant("event" as const),
            name: fc.constantFrom("Cart", "A", "B", "Order"),
            cart: fc.constantFrom("1", "2"),
            lag: fc.constantFrom(0, 0, MINUTE, 4 * DAY),
          }),
        },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant("identify" as const), plan: fc.constantFrom("pro", "free", null) }) },
        {
          weight: 3,
          arbitrary: fc.record({
            kind: fc.constant("claim" as const),
            outcome: fc.constantFrom("accepted" as const, "accepted" as const, "rejected" as const, "uncertain" as const),
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({
            kind: fc.constant("report" as const),
            status: fc.constantFrom("delivered" as const, "opened" as const, "clicked" as const, "bounced" as const),
          }),
        },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant("answer" as const), works: fc.boolean() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("pause" as const) }) },
      ),
    )
    .map(([after, happening]): Happening => ({ after, ...happening })),
  { minLength: 4, maxLength: 25 },
);
