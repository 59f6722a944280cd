import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, soon, track, user, userStub } from "../../test/support/workspace.ts";
import { watchSql } from "../../test/support/watch-sql.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";

const buyers = { key: "buyers", name: "Buyers", kind: "dynamic", condition: { type: "event", event: "Order Completed" } };
const reminder = {
  key: "reminder",
  name: "Reminder",
  trigger: { type: "event", event: "Cart Filled" },
  frequency: { type: "once" },
  start: "pause",
  steps: {
    pause: { type: "wait", for: "PT1H", next: "mark" },
    mark: { type: "tag", add: ["reminded"], next: "done" },
    done: { type: "exit" },
  },
};

const anonymous = (name: string, more: Partial<UserEvent> = {}): UserEvent => {
  const { userId: _none, ...event } = track("", name, more);
  return { ...event, anonymousId: "dev" };
};
const login = (id: string) => identify(id, { name: id }, { anonymousId: "dev" });
const tables = (workspace: string) =>
  runInDurableObject(userStub(workspace, "a:dev"), (_object, state) => ({
    events: state.storage.sql.exec("SELECT count(*) AS n FROM events").one()["n"],
    matches: state.storage.sql.exec("SELECT count(*) AS n FROM matches").one()["n"],
  }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("merge of an anonymous user into a known one", { timeout: 30_000 }, () => {
  const begin = async (events = [anonymous("Order Completed"), anonymous("Cart Filled"), anonymous("Page Seen")]) => {
    const workspace = await newWorkspace({ segments: [buyers], journeys: [reminder], templates: [emailTemplate] });
    await user(workspace, "a:dev").apply({ catalog: 1, events });
    return workspace;
  };
  /** What must hold once the merge is over, however often it was cut. */
  const expectMerged = async (workspace: string) => {
    const view = await user(workspace, "u:1").view();
    expect(view).toMatchObject({
      attributes: { name: "1" },
      segments: [{ key: "buyers" }],
      anonymousIds: ["dev"],
      runs: [{ journey: "reminder" }],
    });
    expect((await user(workspace, "u:1").events({ limit: 50 })).items).toHaveLength(4);
    expect(await tables(workspace)).toEqual({ events: 0, matches: 0 });
  };

  it("history, segments and runs go over; the source forgets them and points at the user", async () => {
    const workspace = await begin();
    const answer = await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    expect(answer.movedTo).toBeUndefined();
    await soon(() => expectMerged(workspace));
  });

  it("a message that a join of the merge causes goes out at once, not when the alarm looks after it", async () => {
    const twice = {
      key: "twice",
      name: "Ordered twice",
      kind: "dynamic",
      condition: { type: "event", event: "Order Completed", count: { operator: "at-least", value: 2 } },
    };
    const thanks = {
      key: "thanks",
      name: "Thanks",
      trigger: { type: "segment", segment: "twice", change: "enter" },
      frequency: { type: "once" },
      start: "mail",
      steps: { mail: { type: "send", channel: "email", template: emailTemplate.key } },
    };
    const workspace = await newWorkspace({ segments: [twice], journeys: [thanks], templates: [emailTemplate] });
    await user(workspace, "a:dev").apply({ catalog: 1, events: [anonymous("Order Completed")] });
    const queued = vi.spyOn(env.DELIVER_EMAIL, "sendBatch");
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Order Completed"), login("1")] });
    await soon(async () => {
      const [message] = (await user(workspace, "u:1").messages({ limit: 5 })).items;
      expect(message).toMatchObject({ template: emailTemplate.key });
      const offered = queued.mock.calls.flatMap(([messages]) => [...messages].map(({ body }) => body.message));
      expect(offered).toContain(message?.id);
    });
  });

  it("what still reaches the source is answered by the user", async () => {
    const workspace = await begin();
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expectMerged(workspace));
    await evictDurableObject(userStub(workspace, "a:dev"));
    expect(await user(workspace, "a:dev").view()).toMatchObject({ user: "u:1", attributes: { name: "1" } });
    const answer = await user(workspace, "a:dev").apply({ catalog: 1, events: [anonymous("Late Event")] });
    expect(answer).toMatchObject({ movedTo: "u:1" });
    expect((await user(workspace, "u:1").events({ limit: 50 })).items.map(({ event }) => event)).toContain("Late Event");
    expect(await tables(workspace)).toEqual({ events: 0, matches: 0 });
  });

  it("a history of several pages goes over whole", async () => {
    const workspace = await begin();
    await user(workspace, "a:dev").apply({ catalog: 1, events: Array.from({ length: 1_100 }, () => anonymous("Page Seen")) });
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(async () => expect(await tables(workspace)).toEqual({ events: 0, matches: 0 }));
    const counted = await runInDurableObject(userStub(workspace, "u:1"), (_object, state) =>
      state.storage.sql.exec("SELECT count(*) AS n FROM events").one(),
    );
    expect(counted).toEqual({ n: 1_104 });
    expect(await user(workspace, "u:1").view()).toMatchObject({ segments: [{ key: "buyers" }], runs: [{ journey: "reminder" }] });
  });

  it("a history of large events goes over whole, though no call could carry it", async () => {
    const workspace = await begin();
    const large = { properties: { text: "é".repeat(36_000) } };
    for (let batch = 0; batch < 6; batch++)
      await user(workspace, "a:dev").apply({ catalog: 1, events: Array.from({ length: 100 }, () => anonymous("Page Seen", large)) });
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(async () => expect(await tables(workspace)).toEqual({ events: 0, matches: 0 }));
    const counted = await runInDurableObject(userStub(workspace, "u:1"), (_object, state) =>
      state.storage.sql.exec("SELECT count(*) AS n FROM events").one(),
    );
    expect(counted).toEqual({ n: 604 });
  });

  it("a source nobody ever wrote to becomes a pointer", async () => {
    const workspace = await newWorkspace();
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(async () =>
      expect(await user(workspace, "a:dev").apply({ catalog: 1, events: [anonymous("Later")] })).toMatchObject({ movedTo: "u:1" }),
    );
  });

  it("another user of the same device gets later events and no history", async () => {
    const workspace = await begin();
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expectMerged(workspace));
    await user(workspace, "u:2").apply({ catalog: 1, events: [login("2")] });
    await soon(async () => expect(await user(workspace, "a:dev").apply({ catalog: 1, events: [] })).toMatchObject({ movedTo: "u:2" }));
    await user(workspace, "a:dev").apply({ catalog: 1, events: [anonymous("Later")] });
    expect((await user(workspace, "u:2").events({ limit: 50 })).items.map(({ type, event }) => event ?? type)).toEqual([
      "Later",
      "identify",
    ]);
    expect(await user(workspace, "u:2").view()).toMatchObject({ segments: [], runs: [] });
    await expectMerged(workspace);
  });

  it("replaying the device's past changes nothing, also once another user has the device", async () => {
    const past = [anonymous("Order Completed"), anonymous("Cart Filled"), anonymous("Page Seen")];
    const workspace = await begin(past);
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expectMerged(workspace));
    await user(workspace, "u:2").apply({ catalog: 1, events: [login("2")] });
    await soon(async () => expect(await user(workspace, "a:dev").apply({ catalog: 1, events: [] })).toMatchObject({ movedTo: "u:2" }));
    await evictDurableObject(userStub(workspace, "a:dev"));
    const later = anonymous("Later");
    const answer = await user(workspace, "a:dev").apply({ catalog: 1, events: [...past, later] });
    expect([answer.movedTo, answer.events, answer.known]).toEqual(["u:2", [later.id], []]);
    expect(answer.also).toMatchObject([
      { movedTo: "u:1", events: past.map(({ id }) => id), known: past.map(({ id, time }) => ({ id, time })) },
    ]);
    expect((await user(workspace, "u:2").events({ limit: 50 })).items.map(({ type, event }) => event ?? type)).toEqual([
      "Later",
      "identify",
    ]);
    expect(await user(workspace, "u:2").view()).toMatchObject({ segments: [], runs: [] });
    await expectMerged(workspace);
  });

  it("merges are transitive: what reaches the first source is answered by the last target, and a replay is known there", async () => {
    const past = [anonymous("Order Completed"), anonymous("Cart Filled"), anonymous("Page Seen")];
    const workspace = await begin(past);
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expectMerged(workspace));
    const { event: _event, ...alias } = track("2", "");
    await user(workspace, "u:2").apply({ catalog: 1, events: [{ ...alias, type: "alias", previousId: "1", key: "server" }] });
    await soon(async () => expect(await user(workspace, "u:1").apply({ catalog: 1, events: [] })).toMatchObject({ movedTo: "u:2" }));
    await soon(async () => expect((await user(workspace, "u:2").events({ limit: 50 })).items).toHaveLength(5));
    const later = anonymous("Later");
    const answer = await user(workspace, "a:dev").apply({ catalog: 1, events: [...past, later] });
    expect(answer.movedTo).toBe("u:2");
    expect(answer.known.map(({ id }) => id)).toEqual(past.map(({ id }) => id));
    expect(await user(workspace, "u:2").view()).toMatchObject({
      attributes: { name: "1" },
      segments: [{ key: "buyers" }],
      runs: [{ journey: "reminder" }],
    });
    expect((await user(workspace, "u:2").events({ limit: 50 })).items).toHaveLength(6);
  });

  it("two users who ask for the same history at once: one gets it, whole", async () => {
    const workspace = await begin();
    await Promise.all([
      user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] }),
      user(workspace, "u:2").apply({ catalog: 1, events: [login("2")] }),
    ]);
    await soon(async () => {
      const counts = await Promise.all(
        (["u:1", "u:2"] as const).map(async (key) => (await user(workspace, key).events({ limit: 50 })).items.length),
      );
      expect(counts.toSorted((a, b) => a - b)).toEqual([1, 4]);
      expect(await tables(workspace)).toEqual({ events: 0, matches: 0 });
    });
  });

  /** Makes one step fail until the answer is called: the call of the source, or the target's transaction of the import. */
  const cutAt = async (workspace: string, cut: "freeze" | "import" | "acknowledge"): Promise<() => void> => {
    if (cut === "import") {
      return watchSql(workspace, "a:dev", {
        before: (statement, params) => {
          if (statement.startsWith("INSERT INTO events") && String(params[1]).includes("Cart Filled")) throw new Error("cut");
        },
      });
    }
    const spy = await runInDurableObject(userStub(workspace, "a:dev"), (object) =>
      vi.spyOn(Object.getPrototypeOf(object) as UserRpcSurface, cut).mockRejectedValue(new Error("cut")),
    );
    return () => spy.mockRestore();
  };

  for (const cut of ["freeze", "import", "acknowledge"] as const) {
    it(`interrupted at the ${cut}, it is carried on by the alarms`, async () => {
      const workspace = await begin();
      const failed = vi.spyOn(console, "error").mockImplementation(() => undefined);
      const mend = await cutAt(workspace, cut);
      await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
      await soon(() => expect(failed).toHaveBeenCalled());
      expect((await user(workspace, "u:1").events({ limit: 50 })).items).toHaveLength(cut === "acknowledge" ? 4 : 1);
      mend();
      await evictDurableObject(userStub(workspace, "u:1"));
      await evictDurableObject(userStub(workspace, "a:dev"));
      await runDurableObjectAlarm(userStub(workspace, cut === "acknowledge" ? "a:dev" : "u:1"));
      await expectMerged(workspace);
    });
  }

  it("an event repeated while the history is under way is known by the source", async () => {
    const past = [anonymous("Order Completed"), anonymous("Cart Filled"), anonymous("Page Seen")];
    const workspace = await begin(past);
    const failed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const mend = await cutAt(workspace, "import");
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expect(failed).toHaveBeenCalled());
    mend();
    const answer = await user(workspace, "a:dev").apply({ catalog: 1, events: past });
    expect(answer.known).toEqual(past.map(({ id, time }) => ({ id, time })));
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    await soon(() => expectMerged(workspace));
    const { items } = await user(workspace, "u:1").timeline({ limit: 200 });
    expect(items.flatMap((item) => (item.type === "fact" && item.fact.kind === "run-started" ? [item.fact.journey] : []))).toEqual([]);
  });

  it("a merged user's directory row says where it went, and it is in no segment any more", async () => {
    const workspace = await begin();
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(() => expectMerged(workspace));
    await runDurableObjectAlarm(userStub(workspace, "a:dev"));
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    await soon(async () => {
      const row = await env.DB.prepare("SELECT moved_to FROM users WHERE workspace = ? AND user = 'a:dev'").bind(workspace).first();
      expect(row).toEqual({ moved_to: "u:1" });
      const members = await env.DB.prepare("SELECT user FROM memberships WHERE workspace = ?").bind(workspace).all();
      expect(members.results).toEqual([{ user: "u:1" }]);
    });
  });
});

describe("a message of a user who is merged meanwhile", { timeout: 30_000 }, () => {
  it("claimed before and accepted after, it is settled once, where its run went on, and can be looked at by either name", async () => {
    const mailer = {
      key: "mailer",
      name: "Mailer",
      trigger: { type: "event", event: "Signed Up" },
      frequency: { type: "once" },
      start: "mail",
      steps: { mail: { type: "send", channel: "email", template: "hello", next: "mark" }, mark: { type: "tag", add: ["mailed"] } },
    };
    const workspace = await newWorkspace({ journeys: [mailer], templates: [emailTemplate] });
    const [source, target] = [user(workspace, "u:1"), user(workspace, "u:2")];
    const { deliver } = await source.apply({ catalog: 1, events: [identify("1", { email: "a@example.com" }), track("1", "Signed Up")] });
    const message = deliver[0]?.message ?? "";
    const { claim } = await source.claim({ catalog: 1, message });
    if (claim.kind !== "send") throw new Error(`expected to be given the message, got ${claim.kind}`);
    await target.apply({ catalog: 1, events: [{ ...identify("2", undefined, { key: "server" }), type: "alias", previousId: "1" }] });
    await soon(async () => expect((await target.view())?.runs).toHaveLength(1));
    await soon(() => source.settle({ catalog: 1, message, attempt: claim.attempt, outcome: { kind: "accepted" } }));
    expect(await target.view()).toMatchObject({ tags: ["mailed"], runs: [] });
    expect((await source.claim({ catalog: 1, message })).claim).toMatchObject({ kind: "no" });
    for (const either of [source, target]) expect((await either.message(message))?.message.status).toBe("sent");
  });

  it.each([
    [
      "a step that waits for it goes on where its run went",
      { type: "message-status", of: "mail", paths: [{ status: "clicked", next: "mark" }] },
    ],
    ["one that no run looks at any more is noted all the same", { type: "exit" }],
  ])("settled before, what is reported of it after is forwarded: %s", async (_name, seen) => {
    const mailer = {
      key: "mailer",
      name: "Mailer",
      trigger: { type: "event", event: "Signed Up" },
      frequency: { type: "once" },
      start: "mail",
      steps: { mail: { type: "send", channel: "email", template: "hello", next: "seen" }, seen, mark: { type: "tag", add: ["clicked"] } },
    };
    const reporting = { key: "mail", channel: "email" as const, type: "mail", default: true, resendUncertain: false };
    const workspace = await newWorkspace({ journeys: [mailer], templates: [emailTemplate], providers: [reporting] });
    const [source, target] = [user(workspace, "u:1"), user(workspace, "u:2")];
    const { deliver } = await source.apply({ catalog: 1, events: [identify("1", { email: "a@example.com" }), track("1", "Signed Up")] });
    const message = deliver[0]?.message ?? "";
    const { claim } = await source.claim({ catalog: 1, message });
    if (claim.kind !== "send") throw new Error(`expected to be given the message, got ${claim.kind}`);
    await source.settle({ catalog: 1, message, attempt: claim.attempt, outcome: { kind: "accepted" } });
    await target.apply({ catalog: 1, events: [{ ...identify("2", undefined, { key: "server" }), type: "alias", previousId: "1" }] });
    await soon(async () => expect((await target.view())?.attributes).toMatchObject({ email: "a@example.com" }));
    await soon(() => source.stimulate({ catalog: 1, stimuli: [{ type: "reported", message, status: "clicked" }] }));
    for (const either of [source, target]) expect((await either.message(message))?.message.status).toBe("clicked");
    expect(await target.view()).toMatchObject({ tags: seen.type === "exit" ? [] : ["clicked"], runs: [] });
  });
});

describe("merges that cross", { timeout: 30_000 }, () => {
  const alias = (id: string, previousId: string): UserEvent => ({
    ...identify(id, undefined, { key: "server" }),
    type: "alias",
    previousId,
  });
  const trackedBy = async (workspace: string, key: "u:1" | "u:2" | "u:3"): Promise<readonly string[]> =>
    (await user(workspace, key).events({ limit: 100 })).items.flatMap(({ event }) => event ?? []).toSorted();
  const whereIs = async (workspace: string, key: "u:1" | "u:2" | "u:3" | "a:dev") =>
    (await user(workspace, key).apply({ catalog: 1, events: [] })).movedTo ?? key;

  it("users who want one another become one user, with everything both had", async () => {
    const workspace = await newWorkspace();
    for (const id of ["1", "2"] as const) await user(workspace, `u:${id}`).apply({ catalog: 1, events: [track(id, `Seen ${id}`)] });
    await Promise.all([
      user(workspace, "u:1").apply({ catalog: 1, events: [alias("1", "2")] }),
      user(workspace, "u:2").apply({ catalog: 1, events: [alias("2", "1")] }),
    ]);
    await soon(async () => {
      const ends = await Promise.all([whereIs(workspace, "u:1"), whereIs(workspace, "u:2")]);
      expect(ends[0]).toBe(ends[1]);
      expect(await trackedBy(workspace, ends[0] as "u:1" | "u:2")).toEqual(["Seen 1", "Seen 2"]);
    });
  });

  it("a ring of users who each want the next becomes one user", async () => {
    const workspace = await newWorkspace();
    const ids = ["1", "2", "3"] as const;
    for (const id of ids) await user(workspace, `u:${id}`).apply({ catalog: 1, events: [track(id, `Seen ${id}`)] });
    await Promise.all(
      ids.map((id, index) => user(workspace, `u:${id}`).apply({ catalog: 1, events: [alias(id, ids[(index + 1) % 3] ?? "1")] })),
    );
    await soon(async () => {
      const ends = await Promise.all(ids.map((id) => whereIs(workspace, `u:${id}`)));
      expect(new Set(ends).size).toBe(1);
      expect(await trackedBy(workspace, ends[0] as "u:1" | "u:2" | "u:3")).toEqual(["Seen 1", "Seen 2", "Seen 3"]);
    });
  });

  it("a user handed over before taking in what it wanted: whoever it became takes it in, and nothing is lost", async () => {
    const workspace = await newWorkspace();
    await user(workspace, "a:dev").apply({ catalog: 1, events: [anonymous("Seen as visitor")] });
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Seen 1")] });
    const source = await runInDurableObject(userStub(workspace, "a:dev"), (object) => Object.getPrototypeOf(object) as UserRpcSurface);
    const freeze = Reflect.get(source, "freeze");
    // The visitor's history lies frozen for u:1, whose taking in is cut off until u:1 itself was handed over.
    let isCut = true;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.spyOn(source, "freeze").mockImplementation(async function (this: UserRpcSurface, request) {
      const answer = await freeze.call(this, request);
      if (isCut && request.merge === "a:dev>u:1") throw new Error("cut");
      return answer;
    });
    await user(workspace, "u:1").apply({ catalog: 1, events: [login("1")] });
    await soon(async () => expect(await whereIs(workspace, "a:dev")).toBe("u:1"));
    await user(workspace, "u:2").apply({ catalog: 1, events: [alias("2", "1")] });
    await soon(async () => expect(await whereIs(workspace, "u:1")).toBe("u:2"));
    isCut = false;
    await soon(async () => expect(await trackedBy(workspace, "u:2")).toEqual(["Seen 1", "Seen as visitor"]));
    await soon(async () => expect(await tables(workspace)).toEqual({ events: 0, matches: 0 }));
    expect((await user(workspace, "u:2").view())?.anonymousIds).toContain("dev");
  });
});
