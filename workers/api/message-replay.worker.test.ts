import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify, track, user } from "../../test/support/workspace.ts";
import type { DeliverMessage } from "../../src/api/queue.ts";
import { deliver } from "../deliver.ts";
import type { Env } from "../env.ts";
import { bindings, newWorkspace, type TestWorkspace } from "./client.test-support.ts";

const journey = {
  name: "Caller",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  start: "call",
  steps: { call: { type: "send", channel: "webhook", template: "call", next: "done" }, done: { type: "exit" } },
};
const template = {
  channel: "webhook",
  name: "Call",
  defaultLocale: "en",
  locales: { en: { url: "https://hooks.example.com/in", body: '{"user": {{ user.id | json }}}' } },
};
const quiet = { sendBatch: () => Promise.resolve() };
const testEnv = { ...bindings, DELIVER_WEBHOOK: quiet } as unknown as Env; // of a queue, only sendBatch is used

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  fetched.mockReset().mockImplementation(() => Promise.resolve(new Response("", { status: 200 })));
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => void vi.restoreAllMocks());

const setUp = async () => {
  const workspace = await newWorkspace();
  await workspace.api("PUT /api/providers/hooks", { channel: "webhook", type: "webhook", settings: {}, default: true });
  await workspace.api("PUT /api/templates/call", template);
  await workspace.api("PUT /api/journeys/caller", journey);
  expect((await workspace.api("POST /api/journeys/caller/publish", {})).status).toBe(200);
  return workspace;
};
/** A message of the user whose one attempt ended so. */
const ended = async (workspace: TestWorkspace, id: string, end: () => Promise<Response>): Promise<string> => {
  const row = await bindings.DB.prepare("SELECT catalog_version AS v FROM workspaces WHERE id = ?")
    .bind(workspace.id)
    .first<{ v: number }>();
  const answer = await user(workspace.id, `u:${id}`).apply({ catalog: row?.v ?? 0, events: [identify(id, {}), track(id, "Signed Up")] });
  const message = answer.deliver[0]?.message ?? "";
  fetched.mockImplementationOnce(end);
  const body: DeliverMessage = { workspace: workspace.id, user: `u:${id}`, message };
  await deliver(
    createMessageBatch("tern-deliver-webhook", [{ id: "q1", timestamp: new Date(), attempts: 1, body }]),
    testEnv,
    createExecutionContext(),
  );
  return message;
};
const refused = () => Promise.resolve(new Response("no", { status: 400 }));
const cut = () => Promise.reject(new Error("Network connection lost."));

describe("dead letters", () => {
  it("are the failed and the uncertain ones, newest first, by pages", async () => {
    const workspace = await setUp();
    const messages: string[] = [];
    for (const [id, end] of [
      ["1", refused],
      ["2", cut],
      ["3", refused],
    ] as const)
      messages.push(await ended(workspace, id, end));
    await ended(workspace, "4", () => Promise.resolve(new Response("")));
    const first = (await workspace.api("GET /api/messages?status=dead&limit=2")).body;
    const second = (await workspace.api(`GET /api/messages?status=dead&limit=2&cursor=${first.next}`)).body;
    const found = [...first.items, ...second.items].map(({ id, status }: { id: string; status: string }) => [id, status]);
    const statuses = new Map(messages.map((id, index) => [id, index === 1 ? "uncertain" : "failed"]));
    const newestFirst = messages.toSorted((a, b) => b.localeCompare(a));
    expect(found).toEqual(newestFirst.map((id) => [id, statuses.get(id)]));
  });

  it("a failed one is sent again under its own id, once, and its timeline says by whom", async () => {
    const workspace = await setUp();
    const message = await ended(workspace, "1", refused);
    expect((await workspace.api(`GET /api/messages/${message}`)).body).toMatchObject({
      deadLetter: { mayBeOut: false },
      origin: "journey",
      transactional: false,
    });
    expect((await workspace.api(`POST /api/messages/${message}/replay`)).body).toEqual({ id: message, status: "queued" });
    await vi.waitFor(async () => expect((await workspace.api(`GET /api/messages/${message}`)).body.status).toBe("sent"), {
      timeout: 10_000,
    });
    expect((await workspace.api(`POST /api/messages/${message}/replay`)).status).toBe(409);
    const keys = fetched.mock.calls.map(([request]) => (request as Request).headers.get("idempotency-key"));
    expect(keys).toEqual([message, message]);
    const { timeline, deadLetter } = (await workspace.api(`GET /api/messages/${message}`)).body;
    expect(deadLetter).toBeNull();
    expect(timeline.some(({ reason }: { reason?: string }) => reason?.startsWith("replayed by key "))).toBe(true);
  });

  it("one that its user may have only where that is asked for", async () => {
    const workspace = await setUp();
    const message = await ended(workspace, "1", cut);
    expect((await workspace.api(`GET /api/messages/${message}`)).body.deadLetter).toEqual({ mayBeOut: true });
    const refusal = await workspace.api(`POST /api/messages/${message}/replay`, {});
    expect([refusal.status, refusal.body.detail]).toEqual([409, expect.stringContaining("evenIfSent")]);
    expect((await workspace.api(`POST /api/messages/${message}/replay`, { evenIfSent: true })).status).toBe(202);
    await vi.waitFor(async () => expect((await workspace.api(`GET /api/messages/${message}`)).body.status).toBe("sent"), {
      timeout: 10_000,
    });
    expect((await workspace.api("POST /api/messages/nobody/replay")).status).toBe(404);
  });
});

describe("a test send", () => {
  it("says how it ended, in the words of every attempt, and counts nowhere", async () => {
    const workspace = await setUp();
    const to = { to: "https://hooks.example.com/in" };
    expect((await workspace.api("POST /api/providers/hooks/test", to)).body).toMatchObject({ outcome: "accepted", detail: null });
    fetched.mockImplementationOnce(refused);
    expect((await workspace.api("POST /api/providers/hooks/test", to)).body).toMatchObject({ outcome: "rejected", detail: "400 no" });
    expect((await workspace.api("POST /api/providers/hooks/test", { to: "http://169.254.169.254/" })).body).toMatchObject({
      outcome: "rejected",
    });
    expect((await workspace.api("GET /api/messages")).body.items).toEqual([]);
    expect((await workspace.api("POST /api/providers/nobody/test", to)).status).toBe(404);
    expect((await workspace.api("POST /api/providers/hooks/test", {})).body.errors[0].path).toBe("to");
  });

  it("tells what is wrong with the key, without the key", async () => {
    const workspace = await setUp();
    await workspace.api("PUT /api/providers/mail", {
      channel: "email",
      type: "resend",
      settings: { apiKey: "re_secret_key", from: "a@b.c" },
    });
    fetched.mockImplementationOnce(() =>
      Promise.resolve(Response.json({ name: "invalid_api_key", message: "bad re_secret_key" }, { status: 401 })),
    );
    const { body } = await workspace.api("POST /api/providers/mail/test", { to: "me@example.com" });
    expect(body).toMatchObject({ outcome: "misconfigured", detail: "401 invalid_api_key: bad ***" });
    expect((await workspace.api("GET /api/providers/mail")).body.paused).toBeNull();
  });

  it("takes its place under the provider's rate", async () => {
    const workspace = await setUp();
    await workspace.api("PUT /api/providers/hooks", { channel: "webhook", type: "webhook", settings: {}, rate: { count: 1, per: "PT1H" } });
    const to = { to: "https://hooks.example.com/in" };
    expect((await workspace.api("POST /api/providers/hooks/test", to)).status).toBe(200);
    expect((await workspace.api("POST /api/providers/hooks/test", to)).status).toBe(429);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
