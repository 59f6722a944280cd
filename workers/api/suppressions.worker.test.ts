import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { soon, userStub } from "../../test/support/workspace.ts";
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
    const csv = 'address,reason,channel\r\n"Ada@Example.com","bounced, twice",email\r\n\r\n+49 151 12345,,sms\r\n';
    expect(await api("POST /api/suppressions", { csv })).toMatchObject({ status: 200, body: { listed: 2, rejected: 0, problems: [] } });
    await signUp(workspace, "ada", "ADA@example.com");
    expect(await endOf(workspace, "ada")).toMatchObject({ status: "skipped", reason: "suppressed: bounced, twice" });
    await signUp(workspace, "bob", "bob@example.com");
    expect(await endOf(workspace, "bob")).toMatchObject({ status: "sent" });
    expect(await items(workspace)).toMatchObject([
      { channel: "email", address: "ada@example.com", user: null, reason: "bounced, twice", source: "import" },
      { channel: "sms", address: "+4915112345", user: null, reason: "imported" },
    ]);
    expect(await items(workspace, "?search=ADA@")).toHaveLength(1);
    expect(await items(workspace, "?search=ADA")).toHaveLength(1);
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

  it("holds for tests of providers and templates too, which count under the provider's rate", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    const hook = { channel: "webhook", type: "webhook", settings: {}, rate: { count: 1, per: "P1D" } };
    expect((await api("PUT /api/providers/hooks", hook)).status).toBe(201);
    expect((await api("PUT /api/providers/box", { channel: "email", type: "outbox", settings: {} })).status).toBe(201);
    const locales = { en: { url: "https://hooks.example.com/", body: "{}" } };
    await api("PUT /api/templates/hook", { channel: "webhook", name: "Hook", defaultLocale: "en", locales });
    await api("POST /api/suppressions", { items: [{ address: "ada@example.com" }] });
    for (const path of ["providers/box", "templates/hello"]) {
      const refused = await api(`POST /api/${path}/test`, { to: "Ada <ADA@example.com>" });
      expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining("suppressed") as string]);
      expect((await api(`POST /api/${path}/test`, { to: "bob@example.com" })).body).toMatchObject({ outcome: "accepted" });
    }
    const to = { to: "https://hooks.example.com/" };
    expect((await api("POST /api/templates/hook/test", { ...to, provider: "hooks" })).status).toBe(200);
    expect((await api("POST /api/templates/hook/test", { ...to, provider: "hooks" })).status).toBe(429);
    expect((await api("POST /api/providers/hooks/test", to)).status).toBe(429);
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

  it("lists what it can read and names every other line; nothing is listed twice, a complaint outweighs what was said before", async () => {
    const { api } = await newWorkspace();
    const csv = [
      "\ufeffEmail;Reason;channel;Created",
      "a@example.com;;;x",
      "A@Example.com;complained: abuse;;",
      '"b@example.com";"two\nlines";email;',
      "no address;;;",
      ";;;x",
      "0151 12345;;sms;",
      "+49 (151) 12345;;sms;",
      "c@example.com;;fax;",
    ].join("\r\n");
    expect(await api("POST /api/suppressions", { csv })).toEqual({
      status: 200,
      headers: expect.anything(),
      body: {
        listed: 3,
        rejected: 4,
        problems: [
          { line: 6, path: "address", message: "is no email address" },
          { line: 7, path: "address", message: expect.any(String) },
          { line: 8, path: "address", message: "the telephone number lacks + and its country's code" },
          { line: 10, path: "channel", message: expect.any(String) },
        ],
      },
    });
    const listed = (await api("GET /api/suppressions")).body.items;
    expect(listed.map(({ address, reason }: Record<string, string>) => [address, reason])).toEqual([
      ["a@example.com", "complained: abuse"],
      ["b@example.com", "two\nlines"],
      ["+4915112345", "imported"],
    ]);
    // Only who says so takes a complaint off the list.
    expect(await api("DELETE /api/suppressions?address=a@example.com")).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await api("DELETE /api/suppressions?address=a@example.com&evenComplaint=true")).status).toBe(204);
    // What is listed for a weaker reason is listed for the complaint from then on.
    await api("POST /api/suppressions", { jsonLines: '{"address":"b@example.com","reason":"complained"}\nnonsense\n[]' });
    expect((await api("DELETE /api/suppressions?address=b@example.com")).status).toBe(409);
  });

  it("takes a hundred thousand addresses in one call", async () => {
    const { api } = await newWorkspace();
    const csv = `address\n${Array.from({ length: 100_000 }, (_none, index) => `person-${index}@some-company.example.com`).join("\n")}`;
    expect(await api("POST /api/suppressions", { csv })).toMatchObject({ status: 200, body: { listed: 100_000, rejected: 0 } });
    expect((await api("GET /api/suppressions?search=person-99999")).body.items).toHaveLength(1);
    const file = ((await api("GET /api/suppressions/export")).body as string).split("\r\n");
    expect(new Set(file).size).toBe(100_002); // with the names of the columns, and the end
    expect((await api("POST /api/suppressions", { csv: `${csv}\none@more.example` })).status).toBe(413);
  });

  it("of users who were merged is told of whom they became, with the proof, and lifted for them", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PATCH /api/users/ada", { attributes: { x: 1 }, subscriptions: [{ topic: "news", state: "opted-out" }] });
    await api("POST /api/users/ada/suppress", { channel: "email", reason: "complained on the phone" });
    await api("PATCH /api/users/bob", { attributes: { x: 2 } });
    expect((await api("POST /api/users/bob/merge", { from: "ada" })).status).toBe(200);
    await runDurableObjectAlarm(userStub(workspace.id, "u:ada")); // which tells what nobody took yet
    await soon(async () =>
      expect(await items(workspace)).toMatchObject([{ channel: "email", user: "bob", reason: "complained on the phone", source: "merge" }]),
    );
    const of = { user: "ada", anonymous: false, at: expect.any(String), proof: { source: "api" } };
    expect((await api("GET /api/users/bob/consent")).body.items).toMatchObject([
      { kind: "suppressed", channel: "email", proof: { source: "merge", of } },
      { kind: "subscription", topic: "news", state: "opted-out", proof: { source: "merge", of } },
    ]);
    expect(await api("POST /api/users/bob/unsuppress", { channel: "email" })).toMatchObject({ status: 409 });
    expect((await api("POST /api/users/bob/unsuppress", { channel: "email", evenComplaint: true })).body.suppressions).toEqual({});
    await soon(async () => expect(await items(workspace)).toEqual([]));
  });

  it.each([
    ["nothing", {}, 400],
    ["a quote that is not closed", { csv: 'address\n"a@b.c' }, 400],
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
