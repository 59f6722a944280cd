/** Made-up answers of the management API for tests of the pages alone, with what real data seldom has: long names, hostile mail, every status. */
import type { LoggedEvent, Rejection, TimelineView, UserSummary } from "../../src/api/management.ts";
import { ago, dates } from "./fixture-clock.ts";

const people = [
  "Ada Lovelace",
  "Grace Hopper",
  "Katherine Johnson",
  "Edsger Dijkstra",
  "Barbara Liskov",
  "Alan Turing",
  "Margaret Hamilton",
  "Donald Knuth",
  "Radia Perlman",
  "Tim Berners-Lee",
];
export const users: readonly UserSummary[] = Array.from({ length: 120 }, (_, n) => {
  const name = people[n % people.length] ?? "";
  const anonymous = n % 7 === 3;
  return {
    id: anonymous ? `3f0c5c1e-77d1-4b7a-9a55-${String(n).padStart(12, "0")}` : `user-${n}`,
    anonymous,
    email: anonymous ? null : `${name.toLowerCase().replace(/[^a-z]+/g, ".")}.${n}@example.com`,
    phone: n % 3 === 0 ? "+49 170 1234567" : null,
    name: anonymous ? null : name,
    createdAt: ago(60 * 24 * 12 + n * 60),
    lastSeenAt: ago(n * n * 3),
  };
});

const reason = "401 invalid_api_key: the key is not known";
export const providers = [
  { key: "mail", channel: "email", type: "resend", default: true, webhookUrl: "https://tern.example.com/hooks/demo/mail", paused: null },
  {
    key: "texts",
    channel: "sms",
    type: "twilio",
    default: true,
    webhookUrl: "https://tern.example.com/hooks/demo/texts",
    paused: { since: ago(12), reason },
  },
  { key: "kept", channel: "push", type: "outbox", default: true, webhookUrl: "https://tern.example.com/hooks/demo/kept", paused: null },
];
export const providerTypes = [
  { type: "resend", title: "Resend", webhook: true },
  { type: "twilio", title: "Twilio", webhook: true },
  { type: "outbox", title: "Outbox", webhook: false },
];
const streamTrouble = {
  kind: "stream-failing",
  subject: "warehouse",
  detail: "31 attempts in a row failed; 812 items wait",
  since: ago(90),
};
export const alerts = [{ kind: "provider-paused", subject: "texts", detail: reason, since: ago(12) }, streamTrouble];

export const user = {
  id: "user-0",
  anonymous: false,
  attributes: {
    name: "Ada Lovelace",
    email: "ada.lovelace.0@example.com",
    plan: "pro",
    address: { city: "London", country: "UK" },
    ordersTotal: 3,
  },
  tags: ["hesitant", "newsletter"],
  segments: [
    { key: "paying-customers", since: ago(4000) },
    { key: "everyone", since: ago(9000) },
    { key: "looked-at-shoes", since: ago(90) },
  ],
  suppressions: { "email:old@example.com": { reason: "bounced: no such mailbox", since: ago(4000) } },
  subscriptions: {
    "topic:offers": { state: "opted-in", since: ago(900) },
    "topic:offers@sms": { state: "opted-out", since: ago(300) },
    "channel:push": { state: "opted-out", since: ago(300) },
  },
  anonymousIds: ["3f0c5c1e-77d1-4b7a-9a55-000000000001"],
  createdAt: ago(17_000),
  lastSeenAt: ago(3),
  nextDue: ago(-45),
  runs: [
    {
      id: "r1",
      journey: "abandoned-cart",
      version: 2,
      key: "c-1029",
      enteredAt: ago(15),
      stepEnteredAt: ago(15),
      position: { at: "wait", step: "give-time", since: ago(15), due: ago(-45) },
    },
  ],
};

const journey = { journey: "abandoned-cart", version: 2, run: "r1" };
export const timeline: readonly TimelineView[] = [
  {
    at: ago(3),
    type: "event",
    event: { id: "e9", type: "page", name: "Cart", userId: "user-0", properties: { path: "/cart" }, time: ago(3), receivedAt: ago(3) },
  },
  { at: ago(15), type: "fact", number: 14, fact: { kind: "waiting", at: ago(15), ...journey, step: "give-time", until: ago(-45) } },
  {
    at: ago(15),
    type: "fact",
    number: 13,
    fact: {
      kind: "run-started",
      at: ago(15),
      ...journey,
      key: "c-1029",
      because: { clause: "event “Product Added” where properties.price is at least 20", value: 49.9 },
    },
  },
  {
    at: ago(15),
    type: "event",
    event: {
      id: "e8",
      type: "track",
      event: "Product Added",
      userId: "user-0",
      properties: { cart_id: "c-1029", sku: "SHOE-42", price: 49.9, name: "Trail shoe" },
      time: ago(15),
      receivedAt: ago(15),
    },
  },
  {
    at: ago(90),
    type: "fact",
    number: 12,
    fact: {
      kind: "segment-entered",
      at: ago(90),
      segment: "looked-at-shoes",
      because: { clause: "event “Product Viewed” at least 3 times in 7 days", value: 3 },
    },
  },
  {
    at: ago(1500),
    type: "fact",
    number: 11,
    fact: { kind: "goal", at: ago(1500), journey: "welcome", version: 1, run: "r0", goal: "first-order" },
  },
  {
    at: ago(1501),
    type: "fact",
    number: 10,
    fact: {
      kind: "run-ended",
      at: ago(1501),
      journey: "welcome",
      version: 1,
      run: "r0",
      step: "nudge",
      reason: "exited",
      because: { clause: "event “Order Completed”" },
    },
  },
  {
    at: ago(1501),
    type: "event",
    event: {
      id: "e7",
      type: "track",
      event: "Order Completed",
      userId: "user-0",
      properties: { total: 89 },
      time: ago(1501),
      receivedAt: ago(1501),
    },
  },
  {
    at: ago(2900),
    type: "fact",
    number: 9,
    fact: {
      kind: "message",
      at: ago(2900),
      message: "m1",
      createdAt: ago(2901),
      status: "sent",
      channel: "email",
      template: "welcome",
      subject: "Welcome aboard, Ada",
      attempts: 1,
    },
  },
  { at: ago(2901), type: "fact", number: 8, fact: { kind: "tag-added", at: ago(2901), tag: "newsletter" } },
  {
    at: ago(2902),
    type: "event",
    event: {
      id: "e1",
      type: "identify",
      userId: "user-0",
      traits: { email: "ada.lovelace.0@example.com", plan: "pro" },
      time: ago(2902),
      receivedAt: ago(2902),
    },
  },
];

export const segments = [
  { key: "everyone", name: "Everyone", kind: "dynamic", condition: { type: "everyone" }, members: 10_001, ...dates },
  {
    key: "looked-at-shoes",
    name: "Looked at shoes",
    kind: "dynamic",
    condition: {
      type: "event",
      event: "Product Viewed",
      where: [{ path: "properties.category", operator: "equals", value: "shoes" }],
      count: { operator: "at-least", value: 3 },
      within: "P7D",
    },
    members: 12,
    ...dates,
  },
  {
    key: "paying-customers",
    name: "Paying customers",
    kind: "dynamic",
    condition: {
      type: "and",
      conditions: [
        { type: "event", event: "Order Completed" },
        { type: "not", condition: { type: "tag", tag: "staff" } },
      ],
    },
    members: 31,
    ...dates,
  },
];

export const rejections: readonly Rejection[] = [
  {
    id: "rejected-0",
    at: ago(3),
    code: "missing",
    field: "event",
    message: "event, the name of what happened, is missing",
    sample: '{"type":"track","userId":"user-0"}',
  },
];

const names = ["Product Viewed", "Product Added", "Order Completed", "Search"];
export const events: readonly LoggedEvent[] = Array.from({ length: 40 }, (_, n) => {
  const time = ago(n / 9);
  const type = n % 5 === 4 ? "page" : "track";
  const name = type === "page" ? "Home" : (names[n % names.length] ?? "");
  return {
    id: `e${n}`,
    user: `user-${n % 9}`,
    anonymous: n % 6 === 2,
    type,
    name,
    time,
    body: {
      id: `e${n}`,
      type,
      userId: `user-${n % 9}`,
      ...(type === "track" ? { event: name } : { name }),
      properties: { price: 10 + n },
      time,
      receivedAt: time,
    },
  };
});

export const keys = [
  { id: "k1", kind: "write", name: "Shop (browser)", prefix: "wk_3hT9", scopes: ["ingest"], createdAt: ago(9000), expiresAt: null },
  {
    id: "k2",
    kind: "api",
    name: "Back end",
    prefix: "ak_Zp41",
    scopes: ["read", "write", "send"],
    createdAt: ago(9000),
    expiresAt: ago(-90_000),
  },
];
export const workspace = {
  id: "w1",
  name: "Corner shop",
  timezone: "Europe/Berlin",
  dataCenter: "local",
  catalogVersion: 7,
  createdAt: ago(9000),
};
