import { describe, expect, it } from "vitest";
import { ada, brief, go, journey, play, segment, templates } from "./script-kit.test-suite.ts";

const exit = { type: "exit" };

describe("what a simulation plays of the outside", () => {
  const hook = journey({
    start: "hook",
    steps: {
      hook: { type: "webhook", url: "https://example.com/", save: { city: "place.city" }, onFailure: "exit", next: "done" },
      done: exit,
    },
  });

  it("endpoints answer 200 and nothing, unless the script says otherwise; the newest word that fits counts", () => {
    const answered = play(
      [
        go("PT1M"),
        { at: "PT2M", type: "webhook-answer", step: "hook", status: 200, body: { place: { city: "Bonn" } } },
        go("PT3M"),
        { at: "PT4M", type: "webhook-answer", userId: "u1", failed: "no answer" },
        go("PT5M"),
      ],
      { definitions: { journeys: [hook] } },
    );
    expect(brief(answered, "attribute-set", "run-ended")).toEqual([
      "01-05T08:01 run-ended done exit-step",
      "01-05T08:03 attribute-set city",
      "01-05T08:03 run-ended done exit-step",
      expect.stringContaining("run-ended hook"),
    ]);
    expect(answered.users[0]?.attributes).toEqual({ city: "Bonn" });
  });

  it("a limit that all users share lets so many through, in the order they came; who queues waits for the next place", () => {
    const throttled = journey({
      start: "gate",
      steps: { gate: { type: "throttle", count: 1, per: "PT10M", scope: "workspace", next: "done" }, done: exit },
    });
    const simulation = play(
      ["u1", "u2", "u3"].map((userId) => go("PT1M", { userId })),
      { definitions: { journeys: [throttled] } },
    );
    expect(simulation.trace.flatMap(({ type, userId, at }) => (type === "run-ended" ? [`${userId} ${at.slice(11, 16)}`] : []))).toEqual([
      "u1 08:01",
      "u2 08:11",
      "u3 08:21",
    ]);
  });

  it("a group's own attributes reach every member at once, and whoever joins later", () => {
    const big = segment("big", { type: "group", path: "size", operator: "at-least", value: 100 });
    const group = (at: string, userId: string, traits: object) => ({ at, type: "group", userId, groupId: "acme", traits });
    const simulation = play(
      [group("PT1M", "u1", { size: 10 }), group("PT2M", "u2", {}), group("PT3M", "u2", { size: 200 }), group("PT4M", "u3", {})],
      { definitions: { segments: [big], journeys: [] } },
    );
    expect(
      simulation.trace.flatMap(({ type, userId, at }) => (type === "segment-entered" ? [`${userId} ${at.slice(11, 16)}`] : [])),
    ).toEqual(["u1 08:03", "u2 08:03", "u3 08:04"]);
  });

  it("the variant that is ahead wins for those who come after, once there are messages enough", () => {
    const hello = (key: string) => ({ ...templates[0], key });
    const ab = journey({
      start: "mail",
      steps: {
        mail: {
          type: "send",
          channel: "email",
          variants: [
            { template: "a", percent: 50 },
            { template: "b", percent: 50 },
          ],
          winner: { metric: "opened", after: "P1D", minimum: 3 },
          next: "done",
        },
        done: exit,
      },
    });
    const users = Array.from({ length: 30 }, (_, index) => `u${index}`);
    const identify = (userId: string) => ({ at: "PT0S", type: "identify", userId, traits: { email: `${userId}@example.com` } });
    const definitions = { journeys: [ab], templates: [hello("a"), hello("b")] };
    const first = play([...users.map(identify), ...users.map((userId) => go("PT1H", { userId }))], { definitions });
    const sentB = first.trace.flatMap(({ type, template, userId }) => (type === "message" && template === "b" ? [userId ?? ""] : []));
    expect(sentB.length).toBeGreaterThan(3);
    expect(sentB.length).toBeLessThan(27);
    const opened = sentB.map((userId) => ({ at: "PT2H", type: "message-status", userId, step: "mail", status: "opened" }));
    const second = play(
      [
        ...users.map(identify),
        ...users.map((userId) => go("PT1H", { userId })),
        ...opened,
        ...users.map((userId) => go("P2D", { userId })),
      ],
      { definitions },
    );
    const later = second.trace.filter(({ type, at }) => type === "message" && at.startsWith("2026-01-07"));
    expect(later).toHaveLength(30);
    expect(new Set(later.map(({ template }) => template))).toEqual(new Set(["b"]));
  });

  it("two known users are merged by an alias with a server key, not with a client's", () => {
    const lines = (key: string) => [
      { ...ada, userId: "old" },
      { at: "PT1M", type: "identify", userId: "new", traits: {} },
      { at: "PT2M", type: "alias", userId: "new", previousId: "old", key },
    ];
    expect(play(lines("server")).users).toMatchObject([{ id: "new", attributes: { email: "ada@example.com" } }]);
    expect(play(lines("client")).users.map(({ id }) => id)).toEqual(["new", "old"]);
  });

  it("a run that looks at a message's status goes on doing so in the user it is merged into", () => {
    const steps = {
      mail: { type: "send", channel: "email", template: "hello", next: "seen" },
      seen: { type: "message-status", of: "mail", paths: [{ status: "clicked", next: "done" }], within: "P1D", otherwise: "no" },
      done: { type: "exit", reason: "clicked" },
      no: { type: "exit", reason: "not" },
    };
    const simulation = play(
      [
        { at: "PT0S", type: "identify", anonymousId: "x", traits: { email: "ada@example.com" } },
        { at: "PT1M", type: "track", anonymousId: "x", event: "Go" },
        { at: "PT2M", type: "identify", userId: "u1", anonymousId: "x" },
        { at: "PT3M", type: "message-status", userId: "u1", step: "mail", status: "clicked" },
      ],
      { definitions: { journeys: [journey({ start: "mail", steps })] } },
    );
    expect(brief(simulation, "run-ended")).toEqual(["01-05T08:03 run-ended done clicked"]);
  });

  it("a message held by quiet hours waits, and goes out when they are over", () => {
    const simulation = play([ada, go("PT14H")], {
      definitions: { workspace: { rules: { quietHours: { from: "21:00", to: "07:00", channels: ["email"] } } } },
    });
    expect(brief(simulation, "message")).toEqual(["01-06T07:00 message mail"]);
    expect(simulation.trace.find(({ type, step }) => type === "waiting" && step === "mail")).toMatchObject({
      until: "2026-01-06T07:00:00.000Z",
    });
  });

  it("a cap skips what is beyond it, with the reason", () => {
    const simulation = play([ada, go("PT1M"), go("PT2M")], {
      definitions: { workspace: { rules: { caps: [{ channel: "email", count: 1, per: "P1D" }] } } },
    });
    expect(brief(simulation, "message", "message-skipped")).toEqual([
      "01-05T08:01 message mail",
      expect.stringContaining("message-skipped mail"),
    ]);
  });

  it("push messages go to the devices that calls named, and show their title", () => {
    const push = { key: "ping", channel: "push", name: "Ping", locales: { en: { title: "Hello", body: "there" } }, defaultLocale: "en" };
    const steps = { push: { type: "send", channel: "push", template: "ping", next: "done" }, done: exit };
    const device = { device: { token: "t1", type: "ios" } };
    const simulation = play(
      [{ at: "PT0S", type: "identify", userId: "u1", traits: {}, context: device }, go("PT1M"), go("PT1M", { userId: "u2" })],
      { definitions: { templates: [push], journeys: [journey({ start: "push", steps })] } },
    );
    expect(simulation.trace.filter(({ type }) => type === "message")).toMatchObject([{ userId: "u1", subject: "Hello", body: "there" }]);
    expect(simulation.trace.filter(({ type }) => type === "message-skipped")).toMatchObject([{ userId: "u2", reason: "unreachable" }]);
  });
});
