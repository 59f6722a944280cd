import fc from "fast-check";
import type { UserEvent } from "../event/event.ts";
import { DAY, journey, MINUTE, sendJourney } from "./user-kit.test-suite.ts";

/** Definitions that events of `anyEvents` move about: counts and windows, nesting, keyed and interval journeys, exits, goals, loops, stays of all kinds. */
export const livelySegments = [
  { key: "buyers", condition: { type: "event", event: "Order", count: { operator: "at-least", value: 2 }, within: "P1D" } },
  { key: "pro", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } },
  {
    key: "lapsed",
    condition: {
      type: "and",
      conditions: [
        { type: "segment", segment: "pro" },
        { type: "not", condition: { type: "event", event: "Order" } },
      ],
    },
  },
].map((segment) => ({ name: segment.key, kind: "dynamic", ...segment }));

export const livelyJourneys = [
  sendJourney({
    key: "cart",
    trigger: { type: "event", event: "Cart", key: "properties.cart" },
    exit: { type: "event", event: "Order" },
    goals: [{ key: "g", name: "G", condition: { type: "event", event: "Order" }, within: "P1D" }],
  }),
  sendJourney({ key: "pro", trigger: { type: "segment", segment: "pro", change: "enter" }, frequency: { type: "interval", every: "P1D" } }),
  journey({
    key: "loop",
    trigger: { type: "event", event: "Order" },
    exit: { type: "segment", segment: "buyers" },
    start: "tag",
    steps: { tag: { type: "tag", add: ["x"], next: "wait" }, wait: { type: "wait", for: "PT1H", next: "tag" } },
  }),
  journey({
    key: "stays",
    trigger: { type: "event", event: "Cart" },
    start: "until",
    steps: {
      until: {
        type: "wait-until",
        paths: [{ condition: { type: "event", event: "Order" }, next: "collect" }],
        within: "PT2H",
        otherwise: "half",
        restartOn: "Other",
      },
      collect: { type: "digest", event: "Cart", within: "PT30M", next: "half" },
      half: {
        type: "split",
        paths: [
          { percent: 50, next: "morning" },
          { percent: 50, next: "hold" },
        ],
      },
      morning: { type: "wait", until: { time: "09:00" }, next: "hold" },
      hold: { type: "holdout", percent: 30, next: "mail" },
      mail: { type: "send", channel: "email", template: "hello", next: "seen" },
      seen: { type: "message-status", of: "mail", paths: [{ status: "clicked", next: "done" }], within: "P1D", otherwise: "done" },
      done: { type: "exit" },
    },
  }),
];

const event = fc.record({
  name: fc.constantFrom("Cart", "Order", "Other", "identify"),
  time: fc.integer({ min: 0, max: 2 * DAY }),
  lag: fc.constantFrom(0, 0, MINUTE, 4 * DAY),
  cart: fc.constantFrom("a", "b", 1),
  plan: fc.constantFrom("pro", "free", null, ""),
});

/** Up to 12 events of one user over two days from `start` (ms), some told days late. Ids "p0", "p1", …; `index` is the place in the list. */
export const anyEvents = (start: number, userId = "u"): fc.Arbitrary<readonly UserEvent[]> =>
  fc.array(event, { maxLength: 12 }).map((list) =>
    list.map(({ name, time, lag, cart, plan }, index): UserEvent => {
      const common = { id: `p${index}`, userId, time: start + time, receivedAt: start + time + lag, index, key: "client" as const };
      return name === "identify"
        ? { ...common, type: "identify", traits: { plan, email: "a@b.c" } }
        : { ...common, type: "track", event: name, properties: { cart } };
    }),
  );

/** Whether this order, had it been known by then, ends the "cart" run of that key that the event started. */
export const endsCartRun = (order: UserEvent, cart: UserEvent): boolean =>
  order.event === "Order" && order.time > cart.time && String(order.properties?.["cart"]) === String(cart.properties?.["cart"]);
