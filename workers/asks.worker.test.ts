import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newWorkspace, soon, track, user, userStub } from "../test/support/workspace.ts";
import type { AskMessage } from "../src/api/queue.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import { consumeAsks } from "./asks.ts";
import { followUp } from "./follow-up.ts";
import type { Env } from "./env.ts";
import { throttleLimiter } from "./limiter-object.ts";

const journey = <Steps extends object>(key: string, event: string, steps: Steps, fields: object = {}) => ({
  key,
  name: key,
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: Object.keys(steps)[0],
  steps,
  ...fields,
});
const score = journey("score", "Signed Up", {
  call: {
    type: "webhook",
    url: "https://shop.example/score/{{ user.id }}",
    save: { tier: "tier" },
    onFailure: { step: "failed" },
    next: "choose",
  },
  choose: {
    type: "branch",
    paths: [{ condition: { type: "attribute", path: "tier", operator: "equals", value: "gold" }, next: "gold" }],
    otherwise: "plain",
  },
  gold: { type: "tag", add: ["gold"] },
  plain: { type: "tag", add: ["plain"] },
  failed: { type: "tag", add: ["failed"] },
});

/** A queue that keeps what it is given instead of delivering it behind the test's back. */
let queued: AskMessage[] = [];
const ASKS = {
  sendBatch: (bodies: Iterable<{ readonly body: AskMessage }>) => Promise.resolve(void queued.push(...[...bodies].map(({ body }) => body))),
};
const testEnv = (more: Partial<Env> = {}): Env => ({ ...env, ASKS, ...more }) as unknown as Env; // of a queue, only sendBatch is used
const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  queued = [];
  fetched.mockReset().mockImplementation(() => Promise.resolve(Response.json({ tier: "gold" })));
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => vi.restoreAllMocks());

/** Applies an event and queues what follows, as the events consumer does. */
const happen = async (workspace: string, name: string, event: string): Promise<void> => {
  const key: UserKey = `u:${name}`;
  const answer = await user(workspace, key).apply({ catalog: 1, events: [track(name, event)] });
  await followUp(testEnv(), [{ workspace, user: key, answer }]);
};
const consume = async (asks: readonly AskMessage[], given = testEnv()) => {
  const batch = createMessageBatch<AskMessage>(
    "tern-asks",
    asks.map((body, index) => ({ id: `${index}`, timestamp: new Date(), attempts: 1, body })),
  );
  const ctx = createExecutionContext();
  await consumeAsks(batch, given, ctx);
  return getQueueResult(batch, ctx);
};
const take = () => queued.splice(0);
const tagsOf = async (workspace: string, name: string) => (await user(workspace, `u:${name}`).view())?.tags;

describe("consumeAsks: webhook", () => {
  it("calls the endpoint, saves what it answers, and the journey branches on it", async () => {
    const workspace = await newWorkspace({ journeys: [score] });
    await happen(workspace, "ada", "Signed Up");
    const [ask] = take();
    expect((await consume(ask === undefined ? [] : [ask])).explicitAcks).toEqual(["0"]);
    const request = fetched.mock.calls[0]?.[0] as Request;
    expect([request.url, request.method, request.redirect, request.headers.get("idempotency-key")]).toEqual([
      "https://shop.example/score/ada",
      "POST",
      "manual",
      ask?.ask.id,
    ]);
    expect(await user(workspace, "u:ada").view()).toMatchObject({ attributes: { tier: "gold" }, tags: ["gold"], runs: [] });
  });

  it("answers twice what was asked twice, and the second changes nothing", async () => {
    const workspace = await newWorkspace({ journeys: [score] });
    await happen(workspace, "ada", "Signed Up");
    const asks = take();
    await consume([...asks, ...asks]);
    await consume(asks);
    expect(new Set(fetched.mock.calls.map(([request]) => (request as Request).headers.get("idempotency-key"))).size).toBe(1);
    const { items } = await user(workspace, "u:ada").timeline({ limit: 100 });
    expect(items.flatMap((item) => (item.type === "fact" && item.fact.kind === "webhook" ? [item.fact.status] : []))).toEqual([200]);
  });

  it("brings back what the endpoint could not take now", async () => {
    const workspace = await newWorkspace({ journeys: [score] });
    fetched.mockImplementation(() => Promise.resolve(new Response("busy", { status: 503 })));
    await happen(workspace, "ada", "Signed Up");
    const result = await consume(take());
    expect(result.retryMessages).toMatchObject([{ msgId: "0" }]);
    expect((await user(workspace, "u:ada").view())?.runs).toHaveLength(1);
  });

  it.each(["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00::1]/", "ftp://shop.example/"])(
    "never calls %s: the step fails at once",
    async (url) => {
      const steps = {
        call: { type: "webhook", url: "{{ user.url }}", onFailure: { step: "failed" } },
        failed: { type: "tag", add: ["failed"] },
      };
      const workspace = await newWorkspace({ journeys: [journey("guard", "Signed Up", steps)] });
      await user(workspace, "u:ada").apply({ catalog: 1, events: [{ ...track("ada", ""), type: "identify", traits: { url } }] });
      await happen(workspace, "ada", "Signed Up");
      await consume(take());
      expect(fetched).not.toHaveBeenCalled();
      expect(await tagsOf(workspace, "ada")).toEqual(["failed"]);
    },
  );

  it("follows no redirect", async () => {
    const workspace = await newWorkspace({ journeys: [score] });
    fetched.mockImplementation(() => Promise.resolve(new Response(null, { status: 302, headers: { location: "http://10.0.0.1/" } })));
    await happen(workspace, "ada", "Signed Up");
    await consume(take());
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(await tagsOf(workspace, "ada")).toEqual(["failed"]);
  });

  it("a merge between question and answer: the answer reaches whom the user became", async () => {
    const workspace = await newWorkspace({ journeys: [score] });
    const anonymous = track("", "Signed Up");
    const { userId: _none, ...event } = { ...anonymous, anonymousId: "x" };
    const answer = await user(workspace, "a:x").apply({ catalog: 1, events: [event] });
    await followUp(testEnv(), [{ workspace, user: "a:x", answer }]);
    const asks = take();
    await user(workspace, "u:ada").apply({ catalog: 1, events: [{ ...track("ada", ""), type: "identify", traits: {}, anonymousId: "x" }] });
    await soon(async () => expect((await user(workspace, "u:ada").view())?.runs).toHaveLength(1));
    await consume(asks);
    expect(await user(workspace, "u:ada").view()).toMatchObject({ attributes: { tier: "gold" }, tags: ["gold"], runs: [] });
  });

  it("an exit and the answer at once: whichever is first, the run ends once and whole", async () => {
    const workspace = await newWorkspace({ journeys: [{ ...score, exit: { type: "event", event: "Stop" } }] });
    await happen(workspace, "ada", "Signed Up");
    await Promise.all([consume(take()), happen(workspace, "ada", "Stop")]);
    const { items } = await user(workspace, "u:ada").timeline({ limit: 100 });
    const facts = items.flatMap((item) => (item.type === "fact" ? [item.fact] : []));
    expect(facts.filter(({ kind }) => kind === "run-ended")).toHaveLength(1);
    const exited = facts.some((fact) => fact.kind === "run-ended" && fact.reason === "exited");
    expect(await tagsOf(workspace, "ada")).toEqual(exited ? [] : ["gold"]);
  });

  it("the object's alarm asks again what nobody answered, by way of the queue", async () => {
    const patient = { ...score, steps: { ...score.steps, call: { ...score.steps.call, timeout: "PT5M" } } };
    const workspace = await newWorkspace({ journeys: [patient] });
    await happen(workspace, "ada", "Signed Up");
    take(); // lost
    const later = Date.now() + 31_000;
    vi.spyOn(Date, "now").mockImplementation(() => later);
    expect(await runDurableObjectAlarm(userStub(workspace, "u:ada"))).toBe(true);
    await soon(async () => expect(await tagsOf(workspace, "ada")).toEqual(["gold"]));
  });

  it("the step's time-out comes as an answer where nobody ever answers", async () => {
    const short = { ...score, steps: { ...score.steps, call: { ...score.steps.call, timeout: "PT1S" } } };
    const workspace = await newWorkspace({ journeys: [short] });
    await happen(workspace, "ada", "Signed Up");
    await soon(async () => expect(await tagsOf(workspace, "ada")).toEqual(["failed"]));
    // Its question comes too late to be asked at all.
    expect((await consume(take())).explicitAcks).toEqual(["0"]);
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("consumeAsks: throttle", () => {
  const gate = journey("gate", "Go", {
    gate: { type: "throttle", scope: "workspace", count: 3, per: "PT1S", next: "through" },
    through: { type: "tag", add: ["through"] },
  });

  it("over many users never exceeds the rate in any window", async () => {
    const workspace = await newWorkspace({ journeys: [gate] });
    const names = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    await Promise.all(names.map((name) => happen(workspace, name, "Go")));
    await consume(take());
    const passes = await Promise.all(
      names.map((name) =>
        soon(async () => {
          const { items } = await user(workspace, `u:${name}`).timeline({ limit: 50 });
          const at = items.flatMap((item) =>
            item.type === "fact" && item.fact.kind === "step-left" && item.fact.path === "passed" ? [item.at] : [],
          );
          expect(at).toHaveLength(1);
          return at[0];
        }),
      ),
    );
    const instants = passes.map(Number).toSorted((a, b) => a - b);
    const most = Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBe(3);
  });

  it("gives the same question the same place, and workspaces limits of their own", async () => {
    const request = { id: "q", count: 1, perMs: 60_000, leadMs: 0, queue: true };
    const one = throttleLimiter(env, await newWorkspace(), "n");
    const first = await one.take(request);
    expect(await one.take(request)).toEqual(first);
    expect((await one.take({ ...request, id: "q2", queue: false })).admitted).toBe(false);
    expect((await throttleLimiter(env, await newWorkspace(), "n").take({ ...request, queue: false })).admitted).toBe(true);
  });
});

describe("consumeAsks: winner", () => {
  const ab = journey("ab", "Go", {
    mail: {
      type: "send",
      channel: "email",
      variants: [
        { template: "a", percent: 50 },
        { template: "b", percent: 50 },
      ],
      winner: { metric: "clicked", after: "PT1S", minimum: 10 },
    },
  });
  const template = (key: string) => ({
    key,
    channel: "email",
    name: key,
    defaultLocale: "en",
    locales: { en: { subject: key, html: key } },
  });
  const count = (workspace: string, metric: string, n: number) =>
    env.SHARD_0.prepare("INSERT INTO step_counts (workspace, journey, version, step, metric, n) VALUES (?, 'ab', 1, 'mail', ?, ?)")
      .bind(workspace, metric, n)
      .run();
  const sentTo = async (workspace: string, name: string) => {
    await happen(workspace, name, "Go");
    await consume(take());
    return (await user(workspace, `u:${name}`).messages({ limit: 1 })).items[0]?.template;
  };

  it("everyone gets the better variant once each has enough messages, for good", async () => {
    const workspace = await newWorkspace({ journeys: [ab], templates: [template("a"), template("b")] });
    for (const [metric, n] of [
      ["variant:0:sent", 20],
      ["variant:0:clicked", 2],
      ["variant:1:sent", 10],
      ["variant:1:clicked", 3],
    ] as const)
      await count(workspace, metric, n);
    const templates: unknown[] = [];
    for (const name of ["p", "q", "r", "s", "t"]) templates.push(await sentTo(workspace, name));
    expect(templates).toEqual(["b", "b", "b", "b", "b"]);
    const { results } = await env.DB.prepare("SELECT variant FROM winners WHERE workspace = ?").bind(workspace).all();
    expect(results).toEqual([{ variant: "1" }]);
  });
});

describe("an event step", () => {
  it("has its event in the event log, once, however often the facts come", async () => {
    const emits = journey("emits", "Go", { emit: { type: "event", event: "Nudged", properties: { n: 1 } } });
    const workspace = await newWorkspace({ journeys: [emits] });
    const answer = await user(workspace, "u:ada").apply({ catalog: 1, events: [track("ada", "Go")] });
    for (let times = 0; times < 2; times++) await followUp(testEnv(), [{ workspace, user: "u:ada", answer }]);
    const { results } = await env.SHARD_0.prepare("SELECT user, type, name, body FROM events WHERE workspace = ?")
      .bind(workspace)
      .all<{ readonly user: string; readonly name: string; readonly body: string }>();
    expect(results).toMatchObject([{ user: "u:ada", type: "track", name: "Nudged" }]);
    expect(JSON.parse(results[0]?.body ?? "{}")).toMatchObject({ properties: { n: 1 }, context: { emittedBy: { journey: "emits" } } });
  });
});
