import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { identify, newWorkspace, publish, user } from "../../test/support/workspace.ts";
import { bytesOf, hmac, toBase64 } from "../../src/channels/bytes.ts";
import { type ProviderDefinition, resendsUncertain } from "../../src/channels/provider-definition.ts";
import { fetchWorker, origin } from "../api/client.test-support.ts";
import type { Env } from "../env.ts";
import { followUp } from "../follow-up.ts";
import { storeProvider } from "../provider-store.ts";

const authToken = "twilio-token";
const texts: ProviderDefinition = {
  key: "texts",
  type: "twilio",
  channel: "sms",
  settings: { accountSid: `AC${"0".repeat(32)}`, authToken, from: "+14155550100" },
  default: true,
};
const quiet = { sendBatch: () => Promise.resolve() };
const testEnv = { ...env, DELIVER_SMS: quiet } as unknown as Env; // of a queue, only sendBatch is used

const setUp = async (phone: string): Promise<string> => {
  const workspace = await newWorkspace();
  const { body, sealed } = await storeProvider(env, workspace, texts);
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', ?, ?, '', ?, 0, 0)",
  )
    .bind(workspace, texts.key, body, sealed)
    .run();
  const entry = { key: texts.key, channel: texts.channel, type: texts.type, default: true, resendUncertain: resendsUncertain(texts) };
  const version = await publish(workspace, { providers: [entry] });
  const answer = await user(workspace, "u:1").apply({ catalog: version, events: [identify("1", { phone })] });
  await followUp(testEnv, [{ workspace, user: "u:1", answer }]);
  return workspace;
};

let sids = 0;
/** A text as Twilio forwards it, signed over the address and the form. */
const write = async (workspace: string, text: string, { sid = `SM${++sids}`, token = authToken, from = "+491511234567" } = {}) => {
  const url = `${origin}/hooks/${workspace}/${texts.key}`;
  const form = { Body: text, From: from, MessageSid: sid, SmsStatus: "received", To: "+14155550100" };
  const signature = toBase64(await hmac("SHA-1", bytesOf(token), url + Object.entries(form).flat().join("")));
  return fetchWorker(
    new Request(url, {
      method: "POST",
      body: new URLSearchParams(form).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    }),
  );
};
const suppressionsOf = async (workspace: string) => Object.keys((await user(workspace, "u:1").view())?.suppressions ?? {});

describe("SMS STOP/START/HELP words are honoured", () => {
  it.each(["+491511234567", "+49 (151) 123-45.67"])(
    "STOP suppresses the sms channel of whoever has the number, written %s, and START lifts it",
    async (phone) => {
      const workspace = await setUp(phone);
      expect((await write(workspace, "Stop by at six")).status).toBe(200);
      expect((await write(workspace, "HELP")).status).toBe(200);
      expect(await suppressionsOf(workspace)).toEqual([]);
      expect((await write(workspace, "Stop.")).status).toBe(200);
      expect(await suppressionsOf(workspace)).toEqual(["sms"]);
      expect((await write(workspace, "start")).status).toBe(200);
      expect(await suppressionsOf(workspace)).toEqual([]);
    },
  );

  it("an old START told again does not lift a newer STOP", async () => {
    const workspace = await setUp("+491511234567");
    await write(workspace, "START", { sid: "SMold" });
    await write(workspace, "STOP");
    expect((await write(workspace, "START", { sid: "SMold" })).status).toBe(200);
    expect(await suppressionsOf(workspace)).toEqual(["sms"]);
  });

  it("nobody is stopped or started by whoever cannot sign, nor by another number", async () => {
    const workspace = await setUp("+491511234567");
    expect((await write(workspace, "STOP", { token: "guess" })).status).toBe(401);
    expect((await write(workspace, "STOP", { from: "+491511234568" })).status).toBe(200);
    expect(await suppressionsOf(workspace)).toEqual([]);
  });

  it("is answered without a word: Twilio would send it to the user", async () => {
    const workspace = await setUp("+491511234567");
    for (const text of ["STOP", "HELP", "Hi"]) expect(await (await write(workspace, text)).text()).toBe("");
  });
});
