import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogFor } from "./catalog-cache.ts";
import { withStandIns } from "../src/simulate/definitions.ts";
import { scriptSchema } from "../src/simulate/script.ts";
import { simulate } from "../src/simulate/simulate.ts";
import type { TraceItem } from "../src/simulate/trace.ts";
import { playInObjects, takeOver } from "../test/support/scripted-objects.ts";
import { newWorkspace } from "../test/support/workspace.ts";
import { commitCatalog } from "../src/storage/control/catalogs.ts";

const DAY = 86_400_000;
/** Days ahead: the platform's own alarms never come by themselves, as it knows the real time. */
const start = new Date((Math.floor(Date.now() / DAY) + 3) * DAY).toISOString();

const template = (key: string, channel: "email" | "sms", content: object) => ({
  key,
  channel,
  name: key,
  defaultLocale: "en",
  locales: { en: content },
});
const templates = [template("hello", "email", { subject: "Hello", html: "<p>Hello</p>" }), template("text", "sms", { body: "Hello" })];
const providers = [
  { key: "mail", channel: "email" as const, type: "outbox", default: true, resendUncertain: false },
  { key: "texts", channel: "sms" as const, type: "outbox", default: true, resendUncertain: false },
];
const mail = (more: object = {}) => ({ type: "send", channel: "email", template: "hello", topic: "news", next: "end", ...more });
const end = { type: "exit" };
const journey = (key: string, event: string, steps: object, more: object = {}) => ({
  key,
  name: key,
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: Object.keys(steps)[0],
  steps,
  ...more,
});
const segment = (key: string, condition: object) => ({ key, name: key, kind: "dynamic", condition });
const did = (event: string, more: object = {}) => ({ type: "event", event, ...more });
const plan = (value: string) => ({ type: "attribute", path: "plan", operator: "equals", value });

/** One of each condition that users of the scripts below can move. */
const segments = [
  segment("pro", plan("pro")),
  segment("long-pro", { ...plan("pro"), for: "PT6H" }),
  segment("busy", did("A", { count: { operator: "at-least", value: 2 }, within: "P1D" })),
  segment("quiet", { type: "and", conditions: [{ type: "everyone" }, { type: "not", condition: did("A", { within: "PT12H" }) }] }),
  segment("either", {
    type: "or",
    conditions: [
      { type: "tag", tag: "x" },
      { type: "segment", segment: "busy" },
    ],
  }),
  segment("newest", { type: "last-event", event: "A", has: [{ path: "properties.n", operator: "at-least", value: 3 }] }),
  segment("spent", { type: "aggregate", event: "A", function: "sum", path: "properties.n", operator: "at-least", value: 5, within: "P1D" }),
  segment("followed", { type: "sequence", steps: [{ event: "A" }, { event: "B", within: "P1D" }] }),
  segment("opened", { type: "message", template: "hello", status: "opened" }),
  segment("subscribed", { type: "subscription", topic: "news", state: "opted-in" }),
  segment("mailable", { type: "reachable", channel: "email" }),
  segment("half", { type: "random", percent: 50, salt: "s" }),
  segment("seen", { type: "page", event: "Home", within: "P1D" }),
  { key: "hand", name: "Hand", kind: "manual" },
];

/** One of each trigger, frequency and step. */
const journeys = [
  journey(
    "reminds",
    "A",
    {
      pause: { type: "wait", for: "PT1H", next: "mail" },
      mail: mail({ next: "look" }),
      look: {
        type: "message-status",
        of: "mail",
        paths: [
          { status: "clicked", next: "end" },
          { status: "opened", next: "tag" },
        ],
        within: "PT6H",
        otherwise: "text",
      },
      tag: { type: "tag", add: ["x"], next: "end" },
      text: { type: "send", channel: "sms", template: "text", topic: "news", next: "end" },
      end,
    },
    {
      exit: did("B"),
      goals: [{ key: "g", name: "G", condition: did("B"), within: "P1D" }],
      trigger: { type: "event", event: "A", key: "properties.k" },
    },
  ),
  journey(
    "joins",
    "",
    {
      update: { type: "update", set: { "state.from": "joins" }, increment: { joined: 1 }, next: "mail" },
      mail: mail({ onFailure: "exit" }),
      end,
    },
    { trigger: { type: "segment", segment: "pro", change: "enter" }, frequency: { type: "interval", every: "P1D" } },
  ),
  journey("leaves", "", { end }, { trigger: { type: "segment", segment: "busy", change: "leave" } }),
  journey(
    "changes",
    "",
    { say: { type: "event", event: "C", properties: { by: "changes" }, next: "end" }, end },
    { trigger: { type: "attribute", path: "plan", to: "free" } },
  ),
  journey("dates", "", { end }, { trigger: { type: "date", attribute: "due", offset: "-PT1H" } }),
  journey("homes", "", { end }, { trigger: { type: "page", event: "Home" }, frequency: { type: "once" } }),
  journey("opens", "", { end }, { trigger: { type: "message", template: "hello", status: "opened" } }),
  journey(
    "called",
    "",
    {
      branch: {
        type: "branch",
        paths: [{ condition: { type: "trigger", path: "properties.n", operator: "greater-than", value: 2 }, next: "hook" }],
        otherwise: "end",
      },
      hook: { type: "webhook", url: "https://example.com/", save: { answer: "ok" }, onFailure: "exit", next: "end" },
      end,
    },
    { trigger: { type: "api" } },
  ),
  journey("waits", "B", {
    until: {
      type: "wait-until",
      paths: [
        { condition: { type: "segment", segment: "either" }, next: "in" },
        { condition: did("C"), next: "end" },
      ],
      within: "PT18H",
      otherwise: "end",
    },
    in: { type: "segment", add: ["hand"], next: "clock" },
    clock: { type: "wait", until: { time: "09:00", zone: "user" }, next: "end" },
    end,
  }),
  journey("splits", "C", {
    hold: { type: "holdout", percent: 50, next: "split" },
    split: {
      type: "split",
      paths: [
        { percent: 50, next: "one" },
        { percent: 50, next: "start" },
      ],
    },
    one: { type: "throttle", count: 1, per: "PT1H", scope: "workspace", next: "mail" },
    start: { type: "enter", journey: "called", properties: { n: 5 }, next: "mail" },
    mail: mail(),
    end,
  }),
  journey(
    "collects",
    "B",
    {
      digest: { type: "digest", event: "A", within: "PT2H", next: "own" },
      own: { type: "throttle", count: 1, per: "P1D", next: "mail" },
      mail: mail({ window: "day" }),
      end,
    },
    { frequency: { type: "every-time", oneAtATime: true } },
  ),
];
const topics = [{ key: "news", name: "News", channels: ["email", "sms"], default: "opted-in" }];
const rules = {
  caps: [{ channel: "email", count: 3, per: "P1D" }],
  quietHours: { from: "21:00", to: "07:00", channels: ["sms"] },
  windows: { day: { from: "08:00", to: "20:00" } },
};

/** The definitions above, published. */
const published = async () => {
  const workspace = await newWorkspace({ segments, journeys, templates, providers });
  const { document } = await catalogFor(env, workspace, 1);
  const whole = withStandIns({ ...document, version: 2, topics: topics as never, rules: rules as never }); // as their schemas let them through
  if (!(await commitCatalog(env.DB, whole, { now: 0, statements: [] }))) throw new Error("expected the catalog to be stored");
  return { workspace, document: whole };
};

/** What both can tell: content is not in an object's timeline, nor is what an identify set. */
const comparable = (trace: readonly TraceItem[]) =>
  trace
    .filter(({ type, run }) => type !== "attribute-set" || run !== undefined)
    .map(({ subject: _subject, body: _body, html: _html, ...item }) => item);

const compare = async (items: readonly object[], until: string) => {
  const { workspace, document } = await published();
  const script = scriptSchema.parse({ start, script: items, until });
  const expected = simulate(script, document);
  const actual = await playInObjects(workspace, script, document);
  for (const [key, trace] of actual) {
    const own = expected.trace.filter(({ userId }) => userId === key.slice(2));
    expect(comparable(trace)).toEqual(comparable(own));
  }
  return expected;
};

const who = fc.constantFrom("ada", "bob");
const track = (event: string) =>
  fc.record({
    type: fc.constant("track"),
    event: fc.constant(event),
    userId: who,
    properties: fc.record({ n: fc.integer({ min: 0, max: 4 }), k: fc.constantFrom("a", "b") }),
  });
/** Any line of a script that is about a user. */
const anyItem = fc.oneof(
  { arbitrary: track("A"), weight: 4 },
  { arbitrary: track("B"), weight: 2 },
  track("C"),
  fc.record({
    type: fc.constant("identify"),
    userId: who,
    traits: fc.record(
      {
        plan: fc.constantFrom("pro", "free", null),
        email: fc.constantFrom("a@b.c", null),
        phone: fc.constant("+1"),
        timezone: fc.constantFrom("Europe/Berlin", "America/New_York"),
        due: fc.constant(start),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ type: fc.constant("page"), userId: who, name: fc.constant("Home") }),
  fc.record({
    type: fc.constant("message-status"),
    userId: who,
    step: fc.constant("mail"),
    status: fc.constantFrom("opened", "clicked", "bounced", "failed"),
  }),
  fc.record({
    type: fc.constant("enter"),
    userId: who,
    journey: fc.constantFrom("called", "splits"),
    properties: fc.record({ n: fc.integer({ min: 0, max: 4 }) }),
  }),
  fc.record({ type: fc.constant("webhook-answer"), userId: who, status: fc.constantFrom(200, 404), body: fc.constant({ ok: true }) }),
  fc.record({
    type: fc.constant("subscription"),
    userId: who,
    topic: fc.constant("news"),
    state: fc.constantFrom("opted-in", "opted-out"),
  }),
  fc.record({ type: fc.constant("tags"), userId: who, add: fc.constantFrom(["x"], []), remove: fc.constantFrom(["x"], []) }),
);
/** Definitions that change under way: a segment that means something else, a journey whose runs stay or move. */
const anyPublication = fc.oneof(
  fc.constantFrom("pro", "free").map((value) => ({ type: "publish", segment: segment("pro", plan(value)) })),
  fc
    .constantFrom("stay", "move")
    .chain((inFlight) =>
      fc
        .constantFrom("PT30M", "PT3H")
        .map((length) => ({
          type: "publish",
          inFlight,
          journey: journey("waits", "B", {
            until: { type: "wait-until", paths: [{ condition: did("C"), next: "end" }], within: length, otherwise: "clock" },
            clock: { type: "wait", for: length, next: "end" },
            end,
          }),
        })),
    ),
);
const anyScript = fc.array(
  fc
    .record({ minute: fc.integer({ min: 0, max: 2 * 24 * 60 }), item: fc.oneof({ arbitrary: anyItem, weight: 12 }, anyPublication) })
    .map(({ minute, item }) => ({ at: `PT${minute}M`, ...item })),
  { minLength: 1, maxLength: 12 },
);

beforeEach(() => takeOver());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a script gives the same trace in the simulator and in the real object", { timeout: 240_000 }, () => {
  it("over each trigger, step and condition, by hand", async () => {
    const a = (at: string, n: number, userId = "ada") => ({ at, type: "track", userId, event: "A", properties: { n, k: "a" } });
    const { trace } = await compare(
      [
        {
          at: "PT0S",
          type: "identify",
          userId: "ada",
          traits: {
            email: "ada@example.com",
            phone: "+1",
            plan: "pro",
            timezone: "Europe/Berlin",
            due: new Date(Date.parse(start) + DAY).toISOString(),
          },
        },
        { at: "PT0S", type: "identify", userId: "bob", traits: { email: "bob@example.com" } },
        a("PT1M", 3),
        a("PT2M", 2, "bob"),
        { at: "PT2M", type: "page", userId: "ada", name: "Home" },
        { at: "PT1H30M", type: "message-status", userId: "ada", journey: "reminds", step: "mail", status: "opened" },
        { at: "PT3H", type: "track", userId: "bob", event: "B" },
        a("PT3H10M", 1, "bob"),
        { at: "PT4H", type: "enter", userId: "ada", journey: "called", properties: { n: 4 } },
        { at: "PT4H", type: "enter", userId: "bob", journey: "called", properties: { n: 1 } },
        { at: "PT5H", type: "identify", userId: "ada", traits: { plan: "free" } },
        { at: "PT5H", type: "track", userId: "bob", event: "C" },
        { at: "PT6H", type: "pause", journey: "waits" },
        { at: "PT7H", type: "tags", userId: "bob", add: ["x"] },
        { at: "PT9H", type: "resume", journey: "waits" },
        { at: "PT10H", type: "subscription", userId: "bob", topic: "news", state: "opted-out" },
        { at: "PT11H", type: "track", userId: "bob", event: "C" },
        { at: "P1D", type: "stop", journey: "reminds" },
        a("P1DT1H", 1),
      ],
      "P4D",
    );
    expect(new Set(trace.map(({ type }) => type)).size).toBeGreaterThan(9);
    expect(new Set(trace.flatMap(({ type, journey: key }) => (type === "run-started" ? [key] : []))).size).toBeGreaterThan(6);
  });

  it("whatever happens", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(anyScript, async (items) => {
        await compare(JSON.parse(JSON.stringify(items)) as readonly object[], "P4D"); // plain objects, as a request brings them
        compared += 1;
      }),
      { numRuns: 15 },
    );
    expect(compared).toBeGreaterThanOrEqual(15);
  });
});
