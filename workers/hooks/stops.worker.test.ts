import { describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import { bytesOf, hmac, toBase64 } from "../../src/channels/bytes.ts";
import { fetchWorker, newWorkspace, origin, type TestWorkspace } from "../api/client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const authToken = "twilio-token";
const account = { accountSid: `AC${"0".repeat(32)}`, authToken, from: "+14155550100" };

/** A workspace whose messages go to the outbox, and whose numbers belong to a Twilio account. */
const setUp = async (): Promise<TestWorkspace> => {
  const ws = await newWorkspace();
  for (const [key, type, channel] of [
    ["texts", "twilio", "sms"],
    ["wa", "twilio-whatsapp", "whatsapp"],
  ] as const)
    expect(await ws.api(`PUT /api/providers/${key}`, { key, type, channel, settings: account })).toMatchObject({ status: 201 });
  return ws;
};

let sids = 0;
interface Text {
  readonly from?: string;
  readonly sid?: string;
  readonly provider?: "texts" | "wa";
  /** What Twilio took it for. */
  readonly optOutType?: string;
}
const write = async (
  ws: TestWorkspace,
  text: string,
  { from = "+491511234567", sid = `SM${++sids}`, provider = "texts", optOutType }: Text = {},
) => {
  const url = `${origin}/hooks/${ws.id}/${provider}`;
  const form: [string, string][] = [
    ["Body", text],
    ["From", provider === "wa" ? `whatsapp:${from}` : from],
    ["MessageSid", sid],
    ...(optOutType === undefined ? [] : [["OptOutType", optOutType] satisfies [string, string]]),
    ["SmsStatus", "received"],
  ];
  const signature = toBase64(await hmac("SHA-1", bytesOf(authToken), url + form.flat().join("")));
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature };
  const answer = await fetchWorker(new Request(url, { method: "POST", body: new URLSearchParams(form).toString(), headers }));
  expect(answer.status).toBe(200);
};
const put = (ws: TestWorkspace, id: string, attributes: object) => ws.api(`PATCH /api/users/${id}`, { attributes });
const suppressionsOf = async (ws: TestWorkspace, id: string) => (await ws.api(`GET /api/users/${id}`)).body.suppressions as object;

/** How a text to that number ends. */
const sent = async (
  ws: TestWorkspace,
  to: string,
  { id = "ada", channel = "sms" } = {},
): Promise<{ status: string; reason: string | null }> => {
  const made = await ws.api("POST /api/messages", { user: { id }, channel, to, content: { body: "Your code is 7" } });
  expect(made.status).toBe(202);
  return (await soon(async () => {
    const { body } = await ws.api(`GET /api/messages/${made.body.id}`);
    expect(["sent", "skipped", "failed"]).toContain(body.status);
    return body;
  })) as { status: string; reason: string | null };
};

describe("STOP holds for the number, whoever has it", () => {
  it("all users with the number are opted out, however it is written", async () => {
    const ws = await setUp();
    const phones = { ada: "+491511234567", bob: "+49 (151) 123-45.67", eve: "+491511234568" };
    for (const [id, phone] of Object.entries(phones)) await put(ws, id, { phone });
    await soon(async () => expect((await ws.api("GET /api/users")).body.items).toHaveLength(3));
    await write(ws, "STOP");
    expect(await suppressionsOf(ws, "ada")).toMatchObject({ sms: { reason: "STOP" } });
    expect(await suppressionsOf(ws, "bob")).toMatchObject({ sms: { reason: "STOP" } });
    expect(await suppressionsOf(ws, "eve")).toEqual({});
  });

  it("also of a number that stands in no user's profile, only in what is sent there; START lifts it", async () => {
    const ws = await setUp();
    await put(ws, "ada", { name: "Ada" });
    expect(await sent(ws, "+49 151 1234567")).toMatchObject({ status: "sent" });
    await write(ws, "STOP");
    expect(await sent(ws, "+49 151 1234567")).toMatchObject({ status: "skipped", reason: "suppressed: STOP" });
    expect(await sent(ws, "+491511234568")).toMatchObject({ status: "sent" });
    await write(ws, "START");
    expect(await sent(ws, "+49 151 1234567")).toMatchObject({ status: "sent" });
  });

  it("until its operator lifts it for the user who has the number", async () => {
    const ws = await setUp();
    await put(ws, "ada", { phone: "+49 151 1234567" });
    await soon(async () => expect((await ws.api("GET /api/users")).body.items).toHaveLength(1));
    await write(ws, "STOP");
    expect(await sent(ws, "+491511234567")).toMatchObject({ status: "skipped" });
    expect((await ws.api("POST /api/users/ada/unsuppress", { channel: "whatsapp" })).status).toBe(200);
    expect(await sent(ws, "+491511234567", { id: "bob" })).toMatchObject({ status: "skipped" });
    expect((await ws.api("POST /api/users/ada/unsuppress", { channel: "sms" })).status).toBe(200);
    expect(await sent(ws, "+491511234567")).toMatchObject({ status: "sent" });
  });

  it("of one channel alone", async () => {
    const ws = await setUp();
    await put(ws, "ada", { name: "Ada" });
    await write(ws, "STOP");
    expect(await sent(ws, "+491511234567", { channel: "whatsapp" })).toMatchObject({ status: "sent" });
  });

  it("START takes nobody off the list who is there for another reason", async () => {
    const ws = await setUp();
    await put(ws, "ada", { name: "Ada" });
    await ws.api("POST /api/suppressions", { items: [{ channel: "sms", address: "+491511234567", reason: "court order" }] });
    await write(ws, "STOP");
    await write(ws, "START");
    expect(await sent(ws, "+491511234567")).toMatchObject({ status: "skipped", reason: "suppressed: court order" });
  });

  it("what Twilio took the text for goes before our own reading, and what was written stays the proof", async () => {
    const ws = await setUp();
    await put(ws, "ada", { phone: "+491511234567" });
    await soon(async () => expect((await ws.api("GET /api/users")).body.items).toHaveLength(1));
    await write(ws, "Nie wieder", { optOutType: "STOP" });
    expect(await suppressionsOf(ws, "ada")).toMatchObject({ sms: { reason: "STOP" } });
    await write(ws, "START", { optOutType: "STOP" });
    expect(await suppressionsOf(ws, "ada")).toMatchObject({ sms: { reason: "STOP" } });
    const { items } = (await ws.api("GET /api/users/ada/timeline")).body;
    expect(JSON.stringify(items)).toContain("Nie wieder");
    await write(ws, "wieder", { optOutType: "START" });
    expect(await suppressionsOf(ws, "ada")).toEqual({});
  });

  it("by WhatsApp also where it says the number in another way than it is called by", async () => {
    const ws = await setUp();
    await put(ws, "ada", { phone: "+55 11 98765-4321" });
    await soon(async () => expect((await ws.api("GET /api/users")).body.items).toHaveLength(1));
    await write(ws, "PARAR", { from: "+551187654321", provider: "wa" });
    expect(await suppressionsOf(ws, "ada")).toMatchObject({ whatsapp: { reason: "STOP" } });
    expect(await sent(ws, "+5511987654321", { id: "bob", channel: "whatsapp" })).toMatchObject({ status: "skipped" });
  });
});
