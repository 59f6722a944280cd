import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { identify, newWorkspace, publish, user } from "../../test/support/workspace.ts";
import { bytesOf, hmac, toBase64 } from "../../src/channels/bytes.ts";
import { telnyx } from "../../src/channels/providers/telnyx.ts";
import { vonage } from "../../src/channels/providers/vonage.ts";
import { type ProviderDefinition, resendsUncertain } from "../../src/channels/provider-definition.ts";
import { fetchWorker, origin } from "../api/client.test-support.ts";
import type { Env } from "../env.ts";
import { followUp } from "../follow-up.ts";
import { storeProvider } from "../api/store-provider.ts";

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

describe("signatures in the Workers runtime", () => {
  const ports = { document: () => Promise.reject(new Error("nothing is asked for")) };

  it("Telnyx's, Ed25519", async () => {
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair; // Ed25519 makes pairs
    const publicKey = toBase64(new Uint8Array((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer)); // raw is bytes
    const at = Date.now();
    const timestamp = String(Math.floor(at / 1000));
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, bytesOf(`${timestamp}|{}`)));
    const headers = { "telnyx-timestamp": timestamp, "telnyx-signature-ed25519": toBase64(signature) };
    const call = { method: "POST", url: origin, headers, body: "{}", at };
    const given = { apiKey: "K", from: "Shop", publicKey };
    expect(await telnyx.inbound?.read(call, given, ports)).toEqual({ kind: "reports", reports: [] });
    expect(await telnyx.inbound?.read({ ...call, body: "{} " }, given, ports)).toMatchObject({ kind: "refused" });
  });

  it("ours for Vonage, RS256", async () => {
    const pair = (await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair; // RSA makes pairs
    const der = toBase64(new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer)); // so is PKCS #8
    const privateKey = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`;
    const given = { applicationId: "78d335fa-323d-0114-9c3d-d6f0d48968cf", privateKey, from: "Shop" };
    const call = await vonage.authorize?.(
      { method: "POST", url: origin, headers: {} },
      given,
      {
        now: () => Date.now(),
        call: () => Promise.reject(new Error("nothing is called")),
        cached: async (_, make) => (await make()).value,
      },
      { workspace: "w", user: "u:1", id: "m", echo: "w-0-m", to: "+491511234567", content: { channel: "sms", body: "Hi" } },
    );
    const [head = "", claims = "", signature = ""] = (call?.headers["authorization"] ?? "").replace("Bearer ", "").split(".");
    const bytes = Uint8Array.from(atob(signature.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    expect(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", pair.publicKey, bytes, bytesOf(`${head}.${claims}`))).toBe(true);
  });
});
