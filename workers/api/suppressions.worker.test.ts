import { describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import { liveVersion } from "../catalog-cache.ts";
import { userObject } from "../user-stub.ts";
import { bindings, call, fetchWorker, journeyOf, keyWith, newWorkspace, templateOf, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const signUp = async ({ writeKey }: TestWorkspace, userId: string, email: string): Promise<void> => {
  const body = {
    batch: [
      { type: "identify", userId, traits: { email } },
      { type: "track", userId, event: "Signed Up" },
    ],
  };
  const headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/json" };
  await fetchWorker(new Request("http://127.0.0.1/v1/batch", { method: "POST", headers, body: JSON.stringify(body) }));
};
const endOf = async ({ api }: TestWorkspace, user: string) => {
  const list = async () => (await api(`GET /api/messages?user=${user}`)).body.items;
  await soon(async () => expect(["sent", "skipped"]).toContain((await list())[0]?.status));
  return (await list())[0];
};
const items = async ({ api }: TestWorkspace, query = "") => (await api(`GET /api/suppressions${query}`)).body.items;

describe("the suppression list", () => {
  it("holds what was suppressed of users, with the reason and where it came from, until it is lifted", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PATCH /api/users/ada", { attributes: { email: "ada@example.com" } });
    await api("POST /api/users/ada/suppress", { channel: "sms", reason: "asked by phone" });
    await api("POST /api/users/ada/suppress", {});
    expect(await items(workspace)).toMatchObject([
      { channel: "*", address: null, user: "ada", source: "api" },
      { channel: "sms", address: null, user: "ada", reason: "asked by phone", source: "api" },
    ]);
    await api("POST /api/users/ada/unsuppress", { channel: "sms" });
    expect(await items(workspace)).toMatchObject([{ channel: "*" }]);
    await api("POST /api/users/ada/unsuppress", {});
    expect(await items(workspace)).toEqual([]);
    expect((await api("GET /api/users/ada/consent")).body.items.map(({ kind }: { kind: string }) => kind)).toEqual([
      "unsuppressed",
      "unsuppressed",
      "suppressed",
      "suppressed",
    ]);
  });

  it("takes addresses of nobody yet: whoever has one later is sent nothing, from the answer on", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/hello", journeyOf("hello"));
    await api("POST /api/journeys/hello/publish", { inFlight: "stay" });
    const csv = 'address,reason,channel\r\n"Ada@Example.com","bounced, twice",email\r\n\r\n+49 151 1234,,sms\r\n';
    expect(await api("POST /api/suppressions", { csv })).toMatchObject({ status: 200, body: { listed: 2 } });
    await signUp(workspace, "ada", "ADA@example.com");
    expect(await endOf(workspace, "ada")).toMatchObject({ status: "skipped", reason: "suppressed: bounced, twice" });
    await signUp(workspace, "bob", "bob@example.com");
    expect(await endOf(workspace, "bob")).toMatchObject({ status: "sent" });
    expect(await items(workspace)).toMatchObject([
      { channel: "email", address: "ada@example.com", user: null, reason: "bounced, twice", source: "import" },
      { channel: "sms", address: "+491511234", user: null, reason: "imported" },
    ]);
    expect(await items(workspace, "?search=ADA@")).toHaveLength(1);
    expect(await items(workspace, "?channel=sms")).toHaveLength(1);
    expect((await api("DELETE /api/suppressions?address=Ada@example.com")).status).toBe(204);
    expect((await api("DELETE /api/suppressions?address=Ada@example.com")).status).toBe(404);
    await signUp(workspace, "eve", "ada@example.com");
    expect(await endOf(workspace, "eve")).toMatchObject({ status: "sent" });
  });

  it("leaves copies out to whoever is on it or bounced as somebody else, and the message says so", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    const { locales, ...template } = templateOf();
    const copies = { cc: ["Boss <Boss@Example.com>", "crm@example.com"], bcc: ["dead@example.com"] };
    await api("PUT /api/templates/hello", { ...template, locales: { en: { ...locales.en, ...copies } } });
    await api("PUT /api/journeys/hello", journeyOf("hello"));
    await api("POST /api/journeys/hello/publish", { inFlight: "stay" });
    await api("POST /api/suppressions", { items: [{ address: "boss@example.com" }] });
    await api("PATCH /api/users/eve", { attributes: { email: "Dead@example.com" } });
    await userObject(bindings, workspace.id, "u:eve").stimulate({
      catalog: await liveVersion(bindings, workspace.id),
      stimuli: [{ type: "suppress", channel: "email", reason: "bounced", address: "Dead@example.com" }],
    });
    // As a report of a bounce does: what it says is projected before it is answered.
    await api("POST /api/users/eve/unsuppress", { channel: "sms" });
    await signUp(workspace, "ada", "ada@example.com");
    const { id, content } = await endOf(workspace, "ada");
    expect(content).toMatchObject({ cc: ["crm@example.com"] });
    expect(content).not.toHaveProperty("bcc");
    const { timeline } = (await api(`GET /api/messages/${id}`)).body;
    expect(timeline.at(-1)).toMatchObject({ status: "sent", leftOut: ["Boss <Boss@Example.com>", "dead@example.com"] });
  });

  it("is imported as items and JSON lines, paged, and exported whole as CSV", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("POST /api/suppressions", { items: [{ address: "a@example.com" }, { address: "c@example.com", reason: '=1+"1"' }] });
    await api("POST /api/suppressions", { jsonLines: '{"address":"b@example.com"}\n{"address":"a@example.com","reason":"again"}\n' });
    const page = (await api("GET /api/suppressions?limit=2")).body;
    expect(page.items.map(({ address, reason }: Record<string, string>) => [address, reason])).toEqual([
      ["a@example.com", "imported"],
      ["b@example.com", "imported"],
    ]);
    expect((await api(`GET /api/suppressions?limit=2&cursor=${encodeURIComponent(page.next)}`)).body).toMatchObject({
      items: [{ address: "c@example.com" }],
      next: null,
    });
    const file = (await api("GET /api/suppressions/export")).body as string;
    expect(file.split("\r\n")).toEqual([
      "channel,address,user,reason,source,createdAt",
      expect.stringMatching(/^email,a@example\.com,,imported,import,/),
      expect.stringMatching(/^email,b@example\.com,/),
      expect.stringMatching(/^email,c@example\.com,,"'=1\+""1""",import,/),
      "",
    ]);
  });

  it.each([
    ["nothing", {}, 400],
    ["two forms at once", { csv: "address\na@b.c", jsonLines: "{}" }, 400],
    ["a CSV without names", { csv: "a@b.c\n" }, 400],
    ["a line that is no object", { jsonLines: "[]" }, 400],
    ["a channel that is none", { items: [{ channel: "fax", address: "1" }] }, 400],
    ["a row without an address", { jsonLines: '{"reason":"x"}' }, 400],
  ])("refuses %s", async (_name, body, status) => {
    const { api } = await newWorkspace();
    expect((await api("POST /api/suppressions", body)).status).toBe(status);
  });

  it("belongs to one workspace, and wants the scope to write", async () => {
    const [one, other] = [await newWorkspace(), await newWorkspace()];
    await one.api("POST /api/suppressions", { items: [{ address: "a@example.com" }] });
    expect(await items(other)).toEqual([]);
    const key = await keyWith(one.id, ["read"]);
    expect((await call("POST /api/suppressions", { key, body: { items: [{ address: "b@example.com" }] } })).status).toBe(403);
    expect((await call("DELETE /api/suppressions?address=a@example.com", { key })).status).toBe(403);
  });
});
