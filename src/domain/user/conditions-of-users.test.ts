import { describe, expect, it } from "vitest";
import { readyMadeSegments } from "../segment/ready-made.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const segment = (key: string, condition: object) => ({ key, condition });
const userIn = (...segments: readonly object[]) => new TestUser(catalogOf({ segments, topics }));
const topics = [
  { key: "news", name: "News", channels: ["email"], default: "opted-in" },
  { key: "offers", name: "Offers", channels: ["email", "sms"], default: "opted-out" },
];
let calls = 0;
const subscription = (user: TestUser, state: "opted-in" | "opted-out", more: object) =>
  user.do({ type: "subscription", id: `s${++calls}`, state, ...more });

describe("consent, suppressions, devices and groups move memberships at once", () => {
  it("an opt-out of the channel, of the topic or of the topic on the channel outranks every opt-in", () => {
    const asks = { type: "subscription", topic: "news", channel: "email", state: "opted-in" };
    for (const covered of [{ channel: "email" }, { topic: "news" }, { topic: "news", channel: "email" }] as const) {
      const user = userIn(segment("in", asks));
      subscription(user, "opted-in", { topic: "news" });
      expect(user.segments).toEqual(["in"]);
      subscription(user, "opted-out", covered);
      expect(user.segments).toEqual([]);
      subscription(user, "opted-in", covered);
      expect(user.segments).toEqual(["in"]);
    }
  });

  it("who said nothing is what the topic says by default", () => {
    const user = userIn(
      segment("news", { type: "subscription", topic: "news", state: "opted-in" }),
      segment("offers", { type: "subscription", topic: "offers", state: "opted-in" }),
      segment("no-offers", { type: "subscription", topic: "offers", channel: "sms", state: "opted-out" }),
    );
    user.event(track("A", START));
    expect(user.segments).toEqual(["news", "no-offers"]);
    subscription(user, "opted-in", { topic: "offers", channel: "sms" });
    expect(user.segments).toEqual(["news"]);
    subscription(user, "opted-in", { topic: "offers" });
    expect(user.segments).toEqual(["news", "offers"]);
  });

  it("the ready-made segments know who is reachable and who unsubscribed", () => {
    const user = userIn(...readyMadeSegments);
    const reached = () => user.segments.filter((key) => key.startsWith("reachable") || key === "unsubscribed");
    user.event(identify({ email: "a@x.org", phone: "+49301234" }, START));
    expect(reached()).toEqual(["reachable-by-email", "reachable-by-sms"]);
    user.do({ type: "devices", id: "d1", add: [{ token: "t1", platform: "ios" }], remove: [] });
    expect(reached()).toEqual(["reachable-by-email", "reachable-by-push", "reachable-by-sms"]);
    user.do({ type: "suppress", channel: "email", reason: "bounced" });
    user.do({ type: "devices", id: "d2", add: [], remove: ["t1"] });
    expect(reached()).toEqual(["reachable-by-sms"]);
    user.do({ type: "unsuppress", channel: "email" });
    subscription(user, "opted-out", { channel: "sms" });
    expect(reached()).toEqual(["reachable-by-email", "unsubscribed"]);
    user.event(identify({ email: null }, START + 1));
    expect(reached()).toEqual(["unsubscribed"]);
  });

  it("a suppression ends a run whose exit asks for it", () => {
    const exit = { type: "not", condition: { type: "reachable", channel: "sms" } };
    const user = new TestUser(catalogOf({ journeys: [{ definition: journey({ exit }) }] }));
    user.event(identify({ phone: "+49301234" }, START));
    user.event(track("Go", START));
    user.do({ type: "suppress", channel: "*", reason: "asked to" });
    expect(user.endings).toEqual(["exited"]);
  });

  it("a group's attributes, the membership's own and its id are asked, of any group not left", () => {
    const user = userIn(
      segment("pro", { type: "group", groupType: "account", path: "plan", operator: "equals", value: "pro" }),
      segment("boss", { type: "group", path: "relationship.role", operator: "equals", value: "boss" }),
      segment("acme", { type: "group", path: "id", operator: "equals", value: "acme" }),
      segment("renews", { type: "group", path: "renewal", operator: "within-next", value: "P3D" }),
    );
    const told = { type: "group", groupType: "account", group: "acme" } as const;
    user.do({ ...told, id: "g1", membership: { state: "joined", relationship: { role: "boss" } } });
    expect(user.segments).toEqual(["acme", "boss"]);
    const renewal = new Date(START + 5 * DAY).toISOString();
    user.do({ ...told, id: "g2", attributes: { values: { plan: "pro", renewal }, version: 1 } });
    expect(user.segments).toEqual(["acme", "boss", "pro"]);
    user.sleep(START + 2 * DAY);
    expect(user.segments).toEqual(["acme", "boss", "pro", "renews"]);
    user.sleep(START + 5 * DAY);
    expect(user.segments).toEqual(["acme", "boss", "pro"]);
    user.do({ ...told, id: "g3", membership: { state: "left" } });
    expect(user.segments).toEqual([]);
  });

  it("an anniversary is asked in the zone of the newest call, also when that changes", () => {
    const user = userIn(segment("birthday", { type: "attribute", path: "born", operator: "anniversary" }));
    user.event(identify({ born: "1990-01-06" }, START));
    expect(user.segments).toEqual([]);
    // It is the 5th in UTC, and the 6th on Kiritimati already.
    user.event(track("A", START + 3 * HOUR, { context: { timezone: "Pacific/Kiritimati" } }));
    expect(user.segments).toEqual(["birthday"]);
  });
});

describe("how long an attribute has held", () => {
  it("is told by calls and steps as by identify: what another write broke begins anew", () => {
    const user = userIn(segment("settled", { type: "attribute", path: "plan", operator: "equals", value: "pro", for: "P7D" }));
    user.event(identify({ plan: "pro" }, START));
    user.do({ type: "attributes", id: "a1", set: { plan: "free" } }, START + DAY);
    user.do({ type: "attributes", id: "a2", set: { plan: "pro" } }, START + 2 * DAY);
    user.sleep(START + 9 * DAY - 1);
    expect(user.segments).toEqual([]);
    user.sleep(START + 9 * DAY);
    expect(user.segments).toEqual(["settled"]);
  });
});

describe("conditions on messages", () => {
  const segments = [
    segment("got", { type: "message", template: "hello", status: "sent" }),
    segment("clicked-twice", { type: "message", template: "hello", status: "opened", count: { operator: "at-least", value: 2 } }),
    segment("lately", { type: "message", template: "hello", status: "sent", within: "P1D" }),
  ];
  const reach = (user: TestUser, message: string | undefined, status: "opened" | "clicked") =>
    user.do({ type: "reported", message: message ?? "", status });

  it("count messages of a template by the status each first came to, and leave their window by themselves", () => {
    const user = new TestUser(catalogOf({ segments, journeys: [{ definition: sendJourney() }] }));
    user.event(identify({ email: "a@x.org" }, START));
    user.event(track("Go", START));
    user.event(track("Go", START + MINUTE));
    expect(user.segments).toEqual([]);
    for (const message of user.messages) user.accept(message);
    expect(user.segments).toEqual(["got", "lately"]);
    reach(user, user.messages[0], "clicked");
    reach(user, user.messages[0], "opened");
    expect(user.segments).toEqual(["got", "lately"]);
    reach(user, user.messages[1], "opened");
    expect(user.segments).toEqual(["clicked-twice", "got", "lately"]);
    user.sleep(user.now + DAY);
    expect(user.segments).toEqual(["clicked-twice", "got"]);
  });

  it("a segment made later counts the messages of before", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
    user.event(identify({ email: "a@x.org" }, START));
    for (let index = 0; index < 120; index++) user.event(track("Go", START + index));
    for (const message of user.messages) user.accept(message);
    user.catalog = catalogOf({
      version: 2,
      segments: [
        segment("many", {
          type: "message",
          template: "hello",
          status: "sent",
          count: { operator: "exactly", value: user.messages.length },
        }),
      ],
      journeys: [{ definition: sendJourney() }],
    });
    user.tick(user.now + 1);
    expect(user.segments).toEqual(["many"]);
  });

  it("of a step: this run's messages alone", () => {
    const exit = { type: "message", step: "send", status: "clicked" };
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney({ exit }) }] }));
    user.event(identify({ email: "a@x.org" }, START));
    user.event(track("Go", START));
    user.event(track("Go", START + MINUTE));
    for (const message of user.messages) user.accept(message);
    const [first, second] = user.runs;
    reach(user, first?.messages?.["send"], "clicked");
    expect(user.endings).toEqual(["exited"]);
    expect(user.runs.map(({ id }) => id)).toEqual([second?.id]);
  });

  it("in an exit, what was before the run does not end it", () => {
    const exit = { type: "message", template: "hello", status: "clicked" };
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney({ exit }) }] }));
    user.event(identify({ email: "a@x.org" }, START));
    user.event(track("Go", START));
    user.accept(user.messages[0] ?? "");
    reach(user, user.messages[0], "clicked");
    expect(user.endings).toEqual(["exited"]);
    user.event(track("Go", START + DAY));
    expect(user.runs).toHaveLength(1);
  });
});

describe("conditions on what started the run", () => {
  const branch = (condition: object, more: object = {}) =>
    journey({
      start: "ask",
      steps: {
        ask: { type: "branch", paths: [{ condition, next: "yes" }], otherwise: "no" },
        yes: { type: "wait", for: "PT1H" },
        no: { type: "wait", for: "PT1H" },
      },
      ...more,
    });
  const big = { type: "trigger", path: "properties.total", operator: "at-least", value: 20 };

  it("ask the event of this run", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: branch(big) }] }));
    user.event(track("Go", START, { properties: { total: 30 } }));
    user.event(track("Go", START + 1, { properties: { total: 10 } }));
    expect(user.steps).toEqual(["ask", "yes", "ask", "no"]);
  });

  it("ask the properties of the call that started it", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: branch(big, { trigger: { type: "api" } }) }] }));
    user.do({ type: "enter", id: "c1", journey: "j", properties: { total: 30 } });
    expect(user.steps).toEqual(["ask", "yes"]);
  });

  it("keyed journeys: sequences, aggregates and the newest event match the run's key", () => {
    const keyed = { trigger: { type: "event", event: "Go", key: "properties.cart" } };
    const conditions = [
      { type: "sequence", steps: [{ event: "Add" }, { event: "Pay" }] },
      { type: "aggregate", event: "Add", function: "sum", path: "properties.price", operator: "at-least", value: 10 },
      { type: "last-event", event: "Add", has: [{ path: "properties.price", operator: "at-least", value: 10 }] },
    ];
    for (const condition of conditions) {
      const user = new TestUser(catalogOf({ journeys: [{ definition: branch(condition, keyed) }] }));
      const buy = (name: string, cart: string, price: number, at: number) =>
        user.event(track(name, START + at, { properties: { cart, price } }));
      buy("Add", "a", 10, 1);
      buy("Add", "b", 1, 2);
      buy("Pay", "a", 10, 3);
      buy("Go", "b", 0, 4);
      buy("Go", "a", 0, 5);
      expect(user.steps, condition.type).toEqual(["ask", "no", "ask", "yes"]);
    }
  });
});
