import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify, track, user } from "../../test/support/workspace.ts";
import type { DeliverMessage } from "../../src/api/queue.ts";
import { deliver } from "../deliver.ts";
import type { Env } from "../env.ts";
import { bindings, newWorkspace, type TestWorkspace } from "./client.test-support.ts";

const mail = (more: object = {}) => ({
  channel: "email",
  type: "resend",
  settings: { apiKey: "re_secret_key", from: "shop@example.com" },
  ...more,
});
const journey = {
  name: "Mailer",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
};
const template = { channel: "email", name: "Hello", defaultLocale: "en", locales: { en: { subject: "Hello", html: "<p>Hi</p>" } } };

let queued: DeliverMessage[] = [];
const keeping = {
  sendBatch: (bodies: Iterable<{ readonly body: DeliverMessage }>) =>
    Promise.resolve(void queued.push(...[...bodies].map(({ body }) => body))),
};
const testEnv = { ...bindings, DELIVER_EMAIL: keeping } as unknown as Env; // of a queue, only sendBatch is used

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  queued = [];
  fetched.mockReset().mockImplementation(() => Promise.resolve(Response.json({ id: "p1" })));
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const setUp = async () => {
  const workspace = await newWorkspace();
  const put = async (path: string, body: object) => {
    const answer = await workspace.api(`PUT ${path}`, body);
    if (answer.status >= 300) throw new Error(`PUT ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
  await put("/api/providers/a", mail({ default: true }));
  await put("/api/templates/hello", template);
  await put("/api/journeys/mailer", journey);
  expect((await workspace.api("POST /api/journeys/mailer/publish", {})).status).toBe(200);
  return { ...workspace, put };
};
const versionOf = async ({ id }: TestWorkspace) =>
  (await bindings.DB.prepare("SELECT catalog_version AS v FROM workspaces WHERE id = ?").bind(id).first<{ v: number }>())?.v ?? 0;
const signUp = async (workspace: TestWorkspace, id: string): Promise<DeliverMessage> => {
  const events = [identify(id, { email: `${id}@example.com` }), track(id, "Signed Up")];
  const answer = await user(workspace.id, `u:${id}`).apply({ catalog: await versionOf(workspace), events });
  return { workspace: workspace.id, user: `u:${id}`, message: answer.deliver[0]?.message ?? "" };
};
const send = async (bodies: readonly DeliverMessage[]): Promise<void> => {
  const messages = bodies.map((body, index) => ({ id: `q${index}`, timestamp: new Date(), attempts: 1, body }));
  await deliver(createMessageBatch("tern-deliver-email", messages), testEnv, createExecutionContext());
};
const statusOf = async (workspace: TestWorkspace, id: string) => {
  const [message] = (await user(workspace.id, `u:${id}`).messages({ limit: 1 })).items;
  return message && `${message.status}${message.reason === undefined ? "" : `: ${message.reason}`}`;
};
const unauthorized = () => Promise.resolve(Response.json({ name: "invalid_api_key", message: "API key is invalid" }, { status: 401 }));

describe("providers", () => {
  it("say what they are to be told to call, and whether they are paused", async () => {
    const workspace = await setUp();
    const { body } = await workspace.api("GET /api/providers/a");
    expect(body).toMatchObject({ webhookUrl: `http://127.0.0.1/hooks/${workspace.id}/a`, paused: null });
    expect((await workspace.api("PUT /api/providers/a", body)).status).toBe(200);
  });

  it.each([
    ["a provider that is not there", { fallback: "nobody" }, "fallback"],
    ["itself", { fallback: "a" }, "fallback"],
    ["a rate of nothing", { rate: { count: 0, per: "PT1S" } }, "rate.count"],
    ["a rate by the month", { rate: { count: 1, per: "P1M" } }, "rate.per"],
  ])("refuse %s", async (_, fields, path) => {
    const workspace = await setUp();
    const { status, body } = await workspace.api("PUT /api/providers/a", mail(fields));
    expect([status, body.errors[0].path]).toEqual([400, path]);
  });

  it("refuse a circle of fallbacks, a chain without end, and one of another channel", async () => {
    const workspace = await setUp();
    await workspace.put("/api/providers/b", mail({ fallback: "a" }));
    await workspace.put("/api/providers/c", mail({ fallback: "b" }));
    const circle = await workspace.api("PUT /api/providers/a", mail({ fallback: "c" }));
    expect([circle.status, circle.body.detail]).toEqual([400, "fallback: a circle: a -> c -> b -> a"]);
    await workspace.put("/api/providers/hooks", { channel: "webhook", type: "webhook", settings: {} });
    expect((await workspace.api("PUT /api/providers/a", mail({ fallback: "hooks" }))).status).toBe(400);
    for (const [key, next] of ["d:c", "e:d", "f:e"].map((pair) => pair.split(":")))
      await workspace.put(`/api/providers/${key}`, mail({ fallback: next }));
    expect((await workspace.api("PUT /api/providers/g", mail({ fallback: "f" }))).status).toBe(400);
    expect((await workspace.api("DELETE /api/providers/b")).status).toBe(409);
  });

  it("fail over after a refusal, once and with the same content", async () => {
    const workspace = await setUp();
    await workspace.put("/api/providers/b", mail({ settings: { apiKey: "re_other_key", from: "other@example.com" } }));
    await workspace.put("/api/providers/a", mail({ default: true, fallback: "b" }));
    const message = await signUp(workspace, "1");
    fetched.mockImplementationOnce(() => Promise.resolve(Response.json({ name: "validation_error", message: "no" }, { status: 422 })));
    await send([message]);
    await send(queued);
    await send([message, ...queued]);
    expect(await statusOf(workspace, "1")).toBe("sent");
    const requests = fetched.mock.calls.map(([request]) => request as Request);
    expect(requests.map((request) => request.headers.get("authorization"))).toEqual(["Bearer re_secret_key", "Bearer re_other_key"]);
    const [first, second] = (await Promise.all(requests.map((request) => request.json()))) as readonly Record<string, unknown>[];
    expect(second).toEqual({ ...first, from: "other@example.com" });
  });
});

describe("a provider that says its operator must act", () => {
  /** A minute after set-up: what an attempt hears within seconds of a change may still be about the settings before it. */
  const paused = async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const workspace = await setUp();
    vi.setSystemTime(Date.now() + 60_000);
    fetched.mockImplementation(unauthorized);
    await send([await signUp(workspace, "1")]);
    return workspace;
  };

  it("is not paused because of a sender that a template names: that message fails, and others go", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const workspace = await setUp();
    await workspace.put("/api/templates/hello", { ...template, locales: { en: { ...template.locales.en, from: "own@other.example" } } });
    vi.setSystemTime(Date.now() + 60_000);
    const notVerified = { statusCode: 403, name: "validation_error", message: "The other.example domain is not verified." };
    fetched.mockImplementationOnce(() => Promise.resolve(Response.json(notVerified, { status: 403 })));
    await send([await signUp(workspace, "1")]);
    expect(await statusOf(workspace, "1")).toMatch(/^failed: 403 validation_error/);
    expect((await workspace.api("GET /api/providers/a")).body.paused).toBeNull();
    await workspace.put("/api/templates/hello", template);
    await send([await signUp(workspace, "2")]);
    expect(await statusOf(workspace, "2")).toBe("sent");
  });

  it("is paused and shown among the alerts; nothing more is sent by it meanwhile", async () => {
    const workspace = await paused();
    expect((await workspace.api("GET /api/providers/a")).body.paused).toEqual({
      since: new Date(Date.now()).toISOString(),
      reason: "401 invalid_api_key: API key is invalid",
    });
    expect((await workspace.api("GET /api/alerts")).body.items).toEqual([
      {
        kind: "provider-paused",
        subject: "a",
        detail: "401 invalid_api_key: API key is invalid",
        since: new Date(Date.now()).toISOString(),
      },
    ]);
    await send([await signUp(workspace, "2"), await signUp(workspace, "3")]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(await statusOf(workspace, "2")).toBe("held: provider paused");
  });

  it.each([
    ["a resume", (workspace: TestWorkspace) => workspace.api("POST /api/providers/a/resume")],
    [
      "a PUT of other settings",
      (workspace: TestWorkspace) => workspace.api("PUT /api/providers/a", mail({ settings: { apiKey: "re_new", from: "a@b.c" } })),
    ],
    ["a PUT of the same", (workspace: TestWorkspace) => workspace.api("PUT /api/providers/a", mail())],
  ])("sends again after %s, what was held too", async (_, mend) => {
    const workspace = await paused();
    await send([await signUp(workspace, "2")]);
    fetched.mockImplementation(() => Promise.resolve(Response.json({ id: "p1" })));
    expect((await mend(workspace)).status).toBe(200);
    await vi.waitFor(async () => expect([await statusOf(workspace, "1"), await statusOf(workspace, "2")]).toEqual(["sent", "sent"]), {
      timeout: 10_000,
    });
    expect((await workspace.api("GET /api/providers/a")).body.paused).toBeNull();
    expect((await workspace.api("GET /api/alerts")).body.items).toEqual([]);
    expect((await workspace.api("POST /api/providers/a/resume")).body).toEqual({ resumed: false });
  });

  it("is paused again by the first answer after a resume that mended nothing", async () => {
    const workspace = await paused();
    vi.setSystemTime(Date.now() + 1_000);
    expect((await workspace.api("POST /api/providers/a/resume")).body).toEqual({ resumed: true });
    vi.setSystemTime(Date.now() + 1_000);
    await send([await signUp(workspace, "2")]);
    expect((await workspace.api("GET /api/alerts")).body.items).toMatchObject([{ kind: "provider-paused", subject: "a" }]);
  });

  it("is not paused by an attempt that may have used the settings from before a change", async () => {
    const workspace = await setUp();
    fetched.mockImplementation(unauthorized);
    await send([await signUp(workspace, "1")]);
    expect((await workspace.api("GET /api/providers/a")).body.paused).toBeNull();
    expect(await statusOf(workspace, "1")).toContain("held: misconfigured");
  });
});
