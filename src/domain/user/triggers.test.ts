import { describe, expect, it } from "vitest";
import { journeySchema } from "../journey/journey.ts";
import type { JsonObject } from "../json.ts";
import type { Stimulus } from "./stimulus.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const quick = (trigger: object, fields: object = {}) => journey({ trigger, start: "end", steps: { end: { type: "exit" } }, ...fields });
const started = (user: TestUser) => user.facts.flatMap((fact) => (fact.kind === "run-started" ? [fact.at - START] : []));
const userOf = (definition: object, more: object = {}) => new TestUser(catalogOf({ journeys: [{ definition }], ...more }));

const viewed = (type: "page" | "screen", name: string, time: number, properties: JsonObject = {}) => {
  const { event: _none, ...rest } = track("", time);
  return { ...rest, type, name, properties };
};

describe("page and screen triggers", () => {
  for (const type of ["page", "screen"] as const) {
    it(`a ${type} trigger fires on ${type} calls by name, with filters and one run per key value`, () => {
      const user = userOf(
        journey({
          trigger: { type, event: "Pri*", where: [{ path: "properties.n", operator: "at-least", value: 1 }], key: "properties.plan" },
        }),
      );
      user.event(viewed(type, "Pricing", START, { n: 1, plan: "a" }));
      user.event(viewed(type, "Pricing", START + 1, { n: 1, plan: "a" }));
      user.event(viewed(type, "Pricing", START + 2, { n: 0, plan: "b" }));
      user.event(viewed(type, "Home", START + 3, { n: 1, plan: "c" }));
      user.event(viewed(type === "page" ? "screen" : "page", "Pricing", START + 4, { n: 1, plan: "d" }));
      expect(user.runs.map((run) => run.key)).toEqual(["a"]);
      expect(user.refusals).toEqual(["already-in-run"]);
    });

    it(`a ${type} trigger and condition may say "name", as the call does`, () => {
      const user = userOf(quick({ type, name: "Pricing" }, { audience: { type, name: "Pricing" } }));
      user.event(viewed(type, "Home", START));
      user.event(viewed(type, "Pricing", START + 1));
      expect(started(user)).toEqual([1]);
    });

    it(`a ${type} trigger without a name fires on any ${type}`, () => {
      const user = userOf(quick({ type }));
      user.event(viewed(type, "Anything", START));
      expect(started(user)).toEqual([0]);
    });
  }
});

describe("attribute trigger", () => {
  it("fires each time the value at the path is another, not when it is said again or beside it", () => {
    const user = userOf(quick({ type: "attribute", path: "address.city" }));
    user.event(identify({ address: { city: "Berlin" } }, START));
    user.event(identify({ address: { city: "Berlin", zip: "1" } }, START + 1));
    user.event(identify({ other: 1 }, START + 2));
    user.event(identify({ address: { city: "Paris" } }, START + 3));
    user.event(identify({ address: "" }, START + 4));
    expect(started(user)).toEqual([0, 3, 4]);
  });

  it("asks the old value `from` and the new one `to`, as values or as filters", () => {
    const values = userOf(quick({ type: "attribute", path: "plan", from: "free", to: "pro" }));
    const filters = userOf(
      quick({ type: "attribute", path: "score", from: { operator: "less-than", value: 5 }, to: { operator: "at-least", value: 5 } }),
    );
    const gone = userOf(quick({ type: "attribute", path: "plan", to: { operator: "not-exists" } }));
    for (const [index, plan] of ["free", "pro", "team", "pro", "free", "pro", null].entries()) {
      values.event(identify({ plan }, START + index));
      gone.event(identify({ plan }, START + index));
    }
    for (const [index, score] of [4, 6, 7, 1, 5].entries()) filters.event(identify({ score }, START + index));
    expect(started(values)).toEqual([1, 5]);
    expect(started(filters)).toEqual([1, 4]);
    expect(started(gone)).toEqual([6]);
  });

  it("says which by `path` or by `attribute`, one of them", () => {
    const user = userOf(quick({ type: "attribute", attribute: "plan", to: "pro" }));
    for (const [index, plan] of ["free", "pro"].entries()) user.event(identify({ plan }, START + index));
    expect(started(user)).toEqual([1]);
    for (const both of [{}, { path: "plan", attribute: "plan" }])
      expect(() => userOf(quick({ type: "attribute", ...both }))).toThrow("say which attribute");
  });

  it("tells the run what changed, and fires by call and by step as by event", () => {
    const user = userOf(journey({ trigger: { type: "attribute", path: "plan" } }));
    user.do({ type: "attributes", id: "a", set: { plan: "pro" } });
    expect(user.runs.map((run) => run.properties)).toEqual([{ attribute: "plan", to: "pro" }]);
  });

  it("does not fire by late or backfilled events, and not later for what they changed", () => {
    const user = userOf(quick({ type: "attribute", path: "plan" }));
    user.event(identify({ plan: "a" }, START, { context: { backfill: true } }));
    user.event(identify({ plan: "b" }, START - 4 * DAY, { receivedAt: START + 1 }));
    user.event(identify({ other: 1 }, START + 2));
    user.tick(START + DAY);
    expect(started(user)).toEqual([]);
    user.event(identify({ plan: "c" }, START + DAY + 1));
    expect(started(user)).toEqual([DAY + 1]);
  });
});

describe("group trigger", () => {
  const told = (id: string, more: object): Stimulus => ({ type: "group", id, groupType: "company", group: "acme", ...more });

  it("fires on joining, leaving and change, by group type and by the group's attributes", () => {
    const journeys = (["joined", "left", "changed"] as const).map((change) => ({
      definition: quick({ type: "group", change, groupType: "company" }, { key: change }),
    }));
    const big = {
      definition: quick({ type: "group", change: "changed", where: [{ path: "size", operator: "at-least", value: 10 }] }, { key: "big" }),
    };
    const owner = {
      definition: quick(
        { type: "group", change: "left", where: [{ path: "relationship.role", operator: "equals", value: "owner" }] },
        { key: "owner" },
      ),
    };
    const other = { definition: quick({ type: "group", change: "joined", groupType: "team" }, { key: "other" }) };
    const bigOnes = [{ path: "size", operator: "at-least", value: 10 }];
    const joinedBig = { definition: quick({ type: "group", change: "joined", where: bigOnes }, { key: "joined-big" }) };
    const user = new TestUser(catalogOf({ journeys: [...journeys, big, owner, other, joinedBig] }));
    user.do(told("1", { membership: { state: "joined", relationship: { role: "owner" } } }), START);
    // What it is told on joining is no change of the group: it belongs to the join.
    user.do(told("2", { attributes: { values: { size: 20 }, version: 1 } }), START + 1);
    user.do(told("3", { attributes: { values: { size: 50 }, version: 2 } }), START + 2);
    user.do(told("4", { membership: { state: "left" } }), START + 3);
    expect(user.kinds("run-started").map((fact) => [fact.at - START, "journey" in fact ? fact.journey : ""])).toEqual([
      [0, "joined"],
      [1, "joined-big"],
      [2, "changed"],
      [2, "big"],
      [3, "left"],
      [3, "owner"],
    ]);
  });
});

describe("message trigger", () => {
  const sender = { definition: sendJourney({ key: "sender" }) };
  const onStatus = (status: string, about: object = { journey: "sender", step: "send" }) => ({
    definition: quick({ type: "message", status, ...about }),
  });
  const mailed = (...journeys: readonly { readonly definition: object }[]) => {
    const user = new TestUser(catalogOf({ journeys: [sender, ...journeys] }));
    user.event(identify({ email: "a@b.c" }, START));
    user.event(track("Go", START));
    user.accept(user.messages[0] ?? "");
    return user;
  };
  const report = (user: TestUser, status: "delivered" | "opened" | "clicked" | "bounced") =>
    user.do({ type: "reported", message: user.messages[0] ?? "", status }, user.now + 1);

  it("fires once for each message that comes to the status, a later status counting as having reached it", () => {
    const user = mailed(onStatus("opened"));
    report(user, "delivered");
    report(user, "clicked");
    report(user, "opened");
    report(user, "clicked");
    expect(user.kinds("run-started")).toMatchObject([{ journey: "sender" }, { journey: "j", at: START + 2 }]);
  });

  it("finds messages by template, and tells the run which one", () => {
    const user = mailed({ definition: journey({ trigger: { type: "message", status: "bounced", template: "hello" } }) });
    report(user, "bounced");
    expect(user.runs.find((run) => run.journey === "j")?.properties).toMatchObject({ status: "bounced", step: "send", journey: "sender" });
  });

  it("is not about messages of another step or template", () => {
    const user = mailed(onStatus("sent", { journey: "sender", step: "other" }), {
      definition: quick({ type: "message", status: "sent", template: "text" }, { key: "k" }),
    });
    expect(user.kinds("run-started")).toHaveLength(1);
  });

  it("never starts a journey by a message of its own", () => {
    const user = new TestUser(
      catalogOf({
        journeys: [{ definition: sendJourney({ key: "own", trigger: { type: "message", status: "sent", template: "hello" } }) }, sender],
      }),
    );
    user.event(identify({ email: "a@b.c" }, START));
    user.event(track("Go", START));
    user.accept(user.messages[0] ?? "");
    expect(user.messages).toHaveLength(2);
    user.accept(user.messages[1] ?? "");
    expect(user.kinds("run-started")).toHaveLength(2);
    expect(user.messages).toHaveLength(2);
  });
});

describe("date trigger", () => {
  const on = (trigger: object, fields: object = {}, more: object = {}) =>
    userOf(quick({ type: "date", attribute: "renews", ...trigger }, fields), more);
  const day = (text: string) => Date.parse(text) - START;

  it("fires at the offset from the date, at the local time, without any event", () => {
    const user = on({ offset: "-P3D", at: "09:00" });
    user.event(identify({ renews: "2026-02-01", timezone: "America/New_York" }, START));
    expect(user.nextDue).toBe(Date.parse("2026-01-29T14:00:00Z"));
    user.sleep(START + 60 * DAY);
    expect(started(user)).toEqual([day("2026-01-29T14:00:00Z")]);
    expect(user.nextDue).toBeUndefined();
  });

  it("an instant fires at that instant, a day at its beginning in the user's zone", () => {
    const instant = on({ offset: "PT2H" });
    instant.event(identify({ renews: START + HOUR }, START));
    expect(instant.nextDue).toBe(START + 3 * HOUR);
    const midnight = on({});
    midnight.event(identify({ renews: "2026-02-01", timezone: "Europe/Berlin" }, START));
    expect(midnight.nextDue).toBe(Date.parse("2026-01-31T23:00:00Z"));
  });

  it("is moved by a change of the attribute, and of the zone", () => {
    const user = on({ at: "09:00" });
    user.event(identify({ renews: "2026-02-01" }, START));
    user.event(identify({ renews: "2026-03-01" }, START + 1));
    expect(user.nextDue).toBe(Date.parse("2026-03-01T09:00:00Z"));
    user.event(identify({ timezone: "Asia/Tokyo" }, START + 2));
    expect(user.nextDue).toBe(Date.parse("2026-03-01T00:00:00Z"));
    user.event(identify({ renews: null }, START + 3));
    expect(user.nextDue).toBeUndefined();
  });

  it("never fires twice for one date, said again or seen from another zone", () => {
    const user = on({ at: "09:00" });
    user.event(identify({ renews: "2026-01-06", timezone: "Europe/Berlin" }, START));
    user.sleep(START + DAY + HOUR);
    user.event(identify({ renews: "2026-01-06" }, START + DAY + HOUR));
    user.event(identify({ timezone: "America/Los_Angeles" }, START + DAY + 2 * HOUR));
    user.sleep(START + 10 * DAY);
    expect(started(user)).toEqual([DAY]);
  });

  it("does not fire for a date that was over when it was told, or when the journey was published", () => {
    const told = on({});
    told.event(identify({ renews: "2026-01-04" }, START));
    expect(told.nextDue).toBeUndefined();
    const user = new TestUser(catalogOf());
    user.event(identify({ renews: START + HOUR }, START));
    user.tick(START + DAY);
    user.catalog = catalogOf({
      version: 2,
      journeys: [{ since: START + DAY, definition: quick({ type: "date", attribute: "renews", repeat: "yearly" }) }],
    });
    user.do({ type: "refresh", silent: true }, START + DAY);
    expect(user.nextDue).toBe(Date.UTC(2027, 0, 5, 9));
    expect(started(user)).toEqual([]);
  });

  it("yearly: the 29th of February is the 28th in other years; monthly: the 31st is a shorter month's last day", () => {
    const yearly = on({ repeat: "yearly", at: "08:00" });
    yearly.event(identify({ renews: "1992-02-29" }, START));
    yearly.sleep(START + 3 * 366 * DAY);
    expect(started(yearly)).toEqual([day("2026-02-28T08:00Z"), day("2027-02-28T08:00Z"), day("2028-02-29T08:00Z")]);
    const monthly = on({ repeat: "monthly", at: "08:00" });
    monthly.event(identify({ renews: "2025-12-31" }, START));
    monthly.sleep(START + 120 * DAY);
    expect(started(monthly)).toEqual(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"].map((date) => day(`${date}T08:00Z`)));
  });

  it("a local time that does not exist is the first valid instant after, one that exists twice the first", () => {
    const spring = on({ at: "02:30" });
    spring.event(identify({ renews: "2026-03-29", timezone: "Europe/Berlin" }, START));
    expect(spring.nextDue).toBe(Date.parse("2026-03-29T01:00:00Z"));
    const autumn = on({ at: "02:30" });
    autumn.event(identify({ renews: "2026-10-25", timezone: "Europe/Berlin" }, START));
    expect(autumn.nextDue).toBe(Date.parse("2026-10-25T00:30:00Z"));
  });

  it("refuses while paused, records it, and does not make up for it", () => {
    const user = on({});
    user.event(identify({ renews: START + HOUR }, START));
    user.catalog = catalogOf({ version: 2, journeys: [{ status: "paused", definition: quick({ type: "date", attribute: "renews" }) }] });
    user.do({ type: "refresh", silent: true }, START + 1);
    user.sleep(START + 2 * HOUR);
    user.catalog = catalogOf({ version: 3, journeys: [{ definition: quick({ type: "date", attribute: "renews" }) }] });
    user.do({ type: "refresh", silent: true }, START + 3 * HOUR);
    user.sleep(START + DAY);
    expect(user.refusals).toEqual(["paused"]);
    expect(started(user)).toEqual([]);
  });
});

describe("schedule and api triggers", () => {
  it("a schedule's entry asks for membership at the moment of entry", () => {
    const rich = { segments: [{ key: "rich", condition: { type: "attribute", path: "money", operator: "at-least", value: 5 } }] };
    const user = userOf(quick({ type: "schedule", segment: "rich", every: "P1D", time: "09:00" }), rich);
    const enter = (id: string, now: number) => user.do({ type: "enter", id, journey: "j", segment: "rich", because: "schedule" }, now);
    enter("1", START);
    user.event(identify({ money: 9 }, START + 1));
    enter("2", START + 2);
    enter("2", START + 3);
    expect(user.refusals).toEqual(["not-in-segment"]);
    expect(started(user)).toEqual([2]);
  });

  it("an api trigger is started by nobody but who asks, with the key read from what the call brings", () => {
    const user = userOf(journey({ trigger: { type: "api", key: "properties.order" } }));
    user.event(track("Go", START));
    user.do({ type: "enter", id: "1", journey: "j", properties: { order: 7 } }, START);
    user.do({ type: "enter", id: "2", journey: "j", properties: { order: 7 } }, START);
    user.do({ type: "enter", id: "3", journey: "j" }, START);
    expect(user.runs.map((run) => [run.key, run.properties, run.trigger])).toEqual([["7", { order: 7 }, null]]);
    expect(user.refusals).toEqual(["already-in-run", "no-key"]);
  });
});

describe("entries asked for by name", () => {
  it("the same id again starts nothing and counts nothing, also after the run ended and though it would be let in now", () => {
    const user = userOf(quick({ type: "event", event: "Go" }, { audience: { type: "tag", tag: "vip" } }));
    user.do({ type: "enter", id: "1", journey: "j" }, START);
    user.do({ type: "tags", id: "t", add: ["vip"], remove: [] });
    user.do({ type: "enter", id: "1", journey: "j" });
    user.do({ type: "enter", id: "2", journey: "j" });
    user.do({ type: "enter", id: "2", journey: "j" }, START + MINUTE);
    expect(user.kinds("run-started", "run-refused")).toMatchObject([{ kind: "run-refused", reason: "audience" }, { kind: "run-started" }]);
    expect(user.state.entries["j"]?.count).toBe(1);
  });

  it("records the refusal of a stopped, paused or unknown journey, of the frequency, and of an exit that is already true", () => {
    const journeys = [
      { status: "stopped" as const, definition: quick({ type: "api" }, { key: "stopped" }) },
      { status: "paused" as const, definition: quick({ type: "api" }, { key: "paused" }) },
      { definition: quick({ type: "api" }, { key: "once", frequency: { type: "once" } }) },
      { definition: quick({ type: "api" }, { key: "exit", exit: { type: "everyone" } }) },
    ];
    const user = new TestUser(catalogOf({ journeys }));
    for (const [index, key] of ["stopped", "paused", "gone", "once", "once", "exit"].entries())
      user.do({ type: "enter", id: String(index), journey: key }, START);
    expect(user.refusals).toEqual(["stopped", "paused", "no-such-journey", "once", "exit-already-true"]);
  });
});

describe("the triggers' schemas", () => {
  const accepts = (trigger: object) => journeySchema.safeParse(quick(trigger)).success;
  const pathOf = (trigger: object) => journeySchema.safeParse(quick(trigger)).error?.issues[0]?.path.join(".");

  it.each([
    { type: "schedule", segment: "s", at: "2026-02-01T09:00:00Z" },
    { type: "schedule", segment: "s", every: "P1W", days: ["mon", "thu"], time: "09:00", zone: "Europe/Berlin" },
    { type: "schedule", segment: "s", every: "P1M", date: 31, time: "09:00", from: "2026-02-01", until: "2027-01-01" },
    { type: "date", attribute: "born", repeat: "yearly", at: "09:00", offset: "-P1M" },
    { type: "message", status: "opened", template: "t", onRetrigger: "restart" },
    { type: "group", change: "joined" },
    { type: "attribute", path: "a", from: 1, to: { operator: "one-of", value: ["x"] } },
  ])("accepts %j", (trigger) => expect(accepts(trigger)).toBe(true));

  it.each([
    [{ type: "schedule", segment: "s" }, "trigger.at"],
    [{ type: "schedule", segment: "s", at: "2026-02-01", every: "P1D", time: "09:00" }, "trigger.at"],
    [{ type: "schedule", segment: "s", at: "2026-02-01", days: ["mon"] }, "trigger.days"],
    [{ type: "schedule", segment: "s", every: "P1D" }, "trigger.time"],
    [{ type: "schedule", segment: "s", every: "P1W", time: "09:00" }, "trigger.days"],
    [{ type: "schedule", segment: "s", every: "P1M", time: "09:00" }, "trigger.date"],
    [{ type: "schedule", segment: "s", every: "P1D", time: "09:00", zone: "user" }, "trigger.zone"],
    [{ type: "date", attribute: "born", at: "09:00", offset: "PT1H" }, "trigger.offset"],
    [{ type: "date", attribute: "born", repeat: "weekly" }, "trigger.repeat"],
    [{ type: "message", status: "opened" }, "trigger.template"],
    [{ type: "message", status: "opened", template: "t", step: "s" }, "trigger.step"],
    [{ type: "group", change: "joined", where: [{ path: "a", operator: "like" }] }, "trigger.where.0.operator"],
    [{ type: "attribute", path: "a", to: { operator: "equals" } }, "trigger.to"],
    [{ type: "api", event: "x" }, "trigger"],
  ])("refuses %j and names the field", (trigger, path) => expect(pathOf(trigger)).toBe(path));
});
