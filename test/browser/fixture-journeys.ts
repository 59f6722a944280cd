/** Made-up journeys in every status, one with its definition and figures. */
import type { JourneySummary } from "../../src/api/journey-view.ts";
import type { Statistics } from "../../src/api/management.ts";
import { dates } from "./fixture-clock.ts";

const counts = (started: number, live: number) => ({ counts: { started, live, ended: started - live } });
export const journeys: readonly JourneySummary[] = [
  {
    key: "abandoned-cart",
    name: "Abandoned cart",
    description: "Reminds those who left something in the cart, unless they order.",
    status: "live",
    version: 2,
    changed: true,
    ...dates,
    ...counts(12_480, 731),
  },
  {
    key: "welcome",
    name: "Welcome",
    description: "Three mails in the first week.",
    status: "paused",
    version: 1,
    changed: false,
    ...dates,
    ...counts(1200, 88),
  },
  {
    key: "win-back",
    name: "Win back those who have not been here for a very long time, with a long name",
    status: "draft",
    version: 0,
    changed: true,
    ...dates,
    ...counts(0, 0),
  },
  { key: "summer", name: "Summer sale", status: "stopped", version: 5, changed: false, ...dates, ...counts(154_210, 0) },
];

export const journeyDefinition = {
  ...journeys[0],
  trigger: {
    type: "event",
    event: "Product Added",
    where: [{ path: "properties.price", operator: "at-least", value: 20 }],
    key: "properties.cart_id",
  },
  audience: { type: "not", condition: { type: "tag", tag: "staff" } },
  frequency: { type: "every-time" },
  exit: { type: "event", event: "Order Completed" },
  goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: "Order Completed" }, within: "P7D" }],
  start: "give-time",
  steps: {
    "give-time": { type: "wait", for: "PT1H", next: "remind" },
    remind: { type: "send", channel: "email", template: "cart-reminder", topic: "offers", next: "which" },
    which: {
      type: "branch",
      paths: [
        { name: "Paying customers", condition: { type: "segment", segment: "paying-customers" }, next: "vip" },
        { condition: { type: "attribute", path: "country", operator: "equals", value: "DE" }, next: "sms" },
      ],
      otherwise: "nudge",
    },
    vip: { type: "send", channel: "webhook", template: "tell-sales", next: "done" },
    sms: { type: "send", channel: "sms", template: "cart-sms", next: "nudge" },
    nudge: { type: "tag", add: ["hesitant"], next: "day" },
    day: { type: "wait", until: { time: "09:00", zone: "user" }, next: "done" },
    done: { type: "exit" },
  },
};

const step = (entered: number, waiting: number, messages: Record<string, number> = {}) => ({
  entered,
  waiting,
  left: entered - waiting,
  messages,
  paths: {},
  ended: {},
  links: [],
});
export const statistics: Statistics = {
  journey: "abandoned-cart",
  version: null,
  started: 12_480,
  live: 731,
  refused: { "live-run": 210, "exit-already-true": 44 },
  ended: { "exit-step": 6120, exited: 5489, stopped: 140 },
  goals: {
    ordered: {
      runs: 12_480,
      reached: 5730,
      rate: 5730 / 12_480,
      byPath: {},
      byVariant: {},
      holdout: { runs: 0, reached: 0, rate: null },
      treated: { runs: 0, reached: 0, rate: null },
      lift: null,
      interval: null,
    },
  },
  steps: {
    "give-time": step(12_480, 402),
    remind: step(7004, 3, { queued: 7004, sent: 6870, skipped: 121, failed: 10 }),
    which: step(7001, 0),
    vip: step(1800, 1, { sent: 1799 }),
    sms: step(900, 0, { sent: 880, skipped: 20 }),
    nudge: step(5200, 0),
    day: step(5200, 325),
    done: step(6120, 0),
  },
};
