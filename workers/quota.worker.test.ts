import { afterEach, describe, expect, it, vi } from "vitest";
import { soon } from "../test/support/workspace.ts";
import { fetchWorker, newWorkspace, origin, templateOf, type TestWorkspace } from "./api/client.test-support.ts";

vi.setConfig({ testTimeout: 60_000 });
afterEach(() => void vi.useRealTimers());

const journey = {
  name: "Mails",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
};
const ok = ({ status, body }: { readonly status: number; readonly body: unknown }): void => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
};
const setUp = async (quota: object): Promise<TestWorkspace> => {
  const workspace = await newWorkspace();
  ok(await workspace.api("PATCH /api/workspace", { rules: { quota } }));
  ok(await workspace.api("PUT /api/templates/hello", templateOf()));
  ok(await workspace.api("PUT /api/journeys/mails", journey));
  ok(await workspace.api("POST /api/journeys/mails/publish"));
  return workspace;
};
const users = (count: number, name = "u") => Array.from({ length: count }, (_, index) => `${name}${index}`);
const go = async ({ writeKey }: TestWorkspace, ids: readonly string[]): Promise<void> => {
  const batch = ids.flatMap((userId) => [
    { type: "identify", userId, traits: { email: `${userId}@example.com` } },
    { type: "track", userId, event: "Go" },
  ]);
  const headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/json" };
  const request = new Request(`${origin}/v1/batch`, { method: "POST", headers, body: JSON.stringify({ batch }) });
  expect((await fetchWorker(request)).status).toBe(200);
};
const statuses = async ({ api }: TestWorkspace) => {
  const { items } = (await api("GET /api/messages?limit=100&content=false")).body as { items: { status: string; reason: string | null }[] };
  return Object.fromEntries(
    ["sent", "held", "queued", "claimed"].map((status) => [status, items.filter((item) => item.status === status).length]),
  );
};
const alerts = async ({ api }: TestWorkspace) => (await api("GET /api/alerts")).body.items;

describe("a quota of the workspace's messages", () => {
  it("holds exactly over all users at once; the others wait with the reason, and an operator hears of it", async () => {
    const workspace = await setUp({ day: 7, month: 100 });
    await go(workspace, users(20));
    await soon(async () => expect(await statuses(workspace)).toEqual({ sent: 7, held: 13, queued: 0, claimed: 0 }));
    const { items } = (await workspace.api("GET /api/messages?status=held&content=false")).body;
    expect(items[0]).toMatchObject({ reason: "quota: 7 messages a day" });
    expect(await alerts(workspace)).toMatchObject([
      { kind: "quota-reached", subject: "day", detail: expect.stringContaining("of 7") as string },
    ]);
  });

  it("does not hold what is transactional", async () => {
    const workspace = await setUp({ day: 1 });
    await go(workspace, users(2));
    await soon(async () => expect(await statuses(workspace)).toMatchObject({ sent: 1, held: 1 }));
    const sent = await workspace.api("POST /api/messages", { user: { id: "u0" }, channel: "email", template: "hello" });
    await soon(async () => expect((await workspace.api(`GET /api/messages/${sent.body.id}`)).body.status).toBe("sent"));
  });

  it("raised or taken away, what it held goes out", async () => {
    const workspace = await setUp({ month: 3 });
    await go(workspace, users(8));
    await soon(async () => expect(await statuses(workspace)).toMatchObject({ sent: 3, held: 5 }));
    ok(await workspace.api("PATCH /api/workspace", { rules: { quota: { month: 5 } } }));
    await soon(async () => expect(await statuses(workspace)).toMatchObject({ sent: 5, held: 3 }));
    ok(await workspace.api("PATCH /api/workspace", { rules: {} }));
    await soon(async () => expect(await statuses(workspace)).toMatchObject({ sent: 8, held: 0 }));
    expect(await alerts(workspace)).toEqual([]);
  });

  it.each([
    [{}, "rules.quota.day"],
    [{ day: 0 }, "rules.quota.day"],
    [{ week: 5 }, "rules.quota"],
  ])("refuses %j and names the field", async (quota, path) => {
    const { api } = await newWorkspace();
    const { status, body } = await api("PATCH /api/workspace", { rules: { quota } });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(path) as string]);
  });
});
