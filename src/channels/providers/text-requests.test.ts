import { describe, expect, it } from "vitest";
import { callFor, kindOf, type ProviderDefinition } from "../provider-definition.ts";
import type { AuthorizePorts, HttpCall } from "../provider.ts";
import type { MessageContent } from "../../domain/message/message.ts";
import { samples } from "./conformance-samples.ts";

const callbackUrl = "https://tern.example/hooks/w1/sms";
const sms: MessageContent = { channel: "sms", body: "Grüße" };
const ports: AuthorizePorts = {
  now: () => Date.parse("2026-03-05T10:00:00Z"),
  call: () => Promise.reject(new Error("nothing is called")),
  cached: async (_, make) => (await make()).value,
};

const send = (
  type: string,
  settings: Readonly<Record<string, unknown>> = {},
  more: { to?: string; content?: MessageContent; echo?: string } = {},
): Promise<HttpCall> => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  const definition: ProviderDefinition = {
    key: "mine",
    type,
    channel: kind.channels[0],
    settings: { ...samples[type]?.settings, ...settings },
  };
  const message = { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: "+49 151 1234567", content: sms, ...more };
  return callFor(kind, definition, message, ports);
};
const json = async (call: Promise<HttpCall>): Promise<unknown> => JSON.parse(String((await call).body));
const form = async (call: Promise<HttpCall>): Promise<unknown> => Object.fromEntries(new URLSearchParams(String((await call).body)));
const problems = (type: string, settings: unknown): string =>
  kindOf(type)
    .settings.safeParse(settings)
    .error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)
    .join("; ") ?? "";

const texters = ["twilio", "vonage", "vonage-sms", "messagebird", "plivo", "telnyx"] as const;

describe("texts", () => {
  it("say their echo where the provider says it back", async () => {
    const url = `${callbackUrl}?tern=w1-0-m0abc`;
    expect(await form(send("twilio", { callbackUrl }))).toMatchObject({ StatusCallback: url, To: "+491511234567", Body: "Grüße" });
    expect(await json(send("vonage", { callbackUrl }))).toMatchObject({
      client_ref: "w1-0-m0abc",
      webhook_url: callbackUrl,
      to: "491511234567",
    });
    expect(await form(send("vonage-sms", { callbackUrl }))).toMatchObject({
      "client-ref": "w1-0-m0abc",
      callback: callbackUrl,
      to: "491511234567",
    });
    expect(await json(send("messagebird", { callbackUrl }))).toMatchObject({
      reference: "w1-0-m0abc",
      reportUrl: callbackUrl,
      recipients: ["491511234567"],
    });
    expect(await json(send("plivo", { callbackUrl }))).toMatchObject({ url, method: "POST", dst: "491511234567" });
    expect(await json(send("telnyx", { callbackUrl }))).toMatchObject({ webhook_url: url, to: "+491511234567" });
    const content: MessageContent = { channel: "whatsapp", body: "Hi" };
    expect(await json(send("whatsapp-cloud", {}, { content }))).toMatchObject({
      biz_opaque_callback_data: "w1-0-m0abc",
      to: "491511234567",
    });
    expect(await form(send("twilio-whatsapp", { callbackUrl }, { content }))).toMatchObject({
      StatusCallback: url,
      To: "whatsapp:+491511234567",
    });
  });

  it("an address with a query keeps it", async () => {
    expect(await form(send("twilio", { callbackUrl: `${callbackUrl}?a=1` }))).toMatchObject({
      StatusCallback: `${callbackUrl}?a=1&tern=w1-0-m0abc`,
    });
  });

  it("an echo too long for Vonage's place is left out, not cut: the report then names Vonage's own id", async () => {
    const echo = `${"w".repeat(64)}-0-m0${"a".repeat(60)}`;
    expect(await json(send("vonage", {}, { echo }))).not.toHaveProperty("client_ref");
    expect(await form(send("vonage-sms", {}, { echo }))).not.toHaveProperty("client-ref");
  });

  it.each(texters)("%s without a callback address asks for none", async (type) => {
    expect(String((await send(type)).body)).not.toMatch(/tern\.example|callback|webhook|report/i);
  });

  it.each([...texters, "twilio-whatsapp", "whatsapp-cloud"])(
    "%s refuses an address that is no telephone number, before anything is sent",
    async (type) => {
      const content: MessageContent = kindOf(type).channels[0] === "sms" ? sms : { channel: "whatsapp", body: "Hi" };
      for (const to of ["0151 1234567", "ada@example.com", "", "491511234567"])
        await expect(send(type, {}, { to, content })).rejects.toMatchObject({
          outcome: { kind: "unreachable", detail: /telephone number/ },
        });
    },
  );

  it("the SMS API is told when a text needs UCS-2", async () => {
    expect(await form(send("vonage-sms"))).toMatchObject({ type: "text" });
    expect(await form(send("vonage-sms", {}, { content: { channel: "sms", body: "привет" } }))).toMatchObject({
      type: "unicode",
      text: "привет",
    });
  });

  it("a definition's baseUrl takes the place of the provider's address", async () => {
    const kind = kindOf("telnyx");
    if (kind.via !== "http") throw new Error("expected HTTP");
    const definition: ProviderDefinition = {
      key: "x",
      type: "telnyx",
      channel: "sms",
      settings: { apiKey: "K", from: "+14155550100" },
      baseUrl: "http://127.0.0.1:4400",
    };
    const message = { workspace: "w1", user: "u:1", id: "m", echo: "w1-0-m", to: "+491511234567", content: sms };
    expect((await callFor(kind, definition, message, ports)).url).toBe("http://127.0.0.1:4400/v2/messages");
  });
});

describe("vonage", () => {
  it("signs a token of the application, the same for a while", async () => {
    const pair = (await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair; // RSA makes pairs
    const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64");
    const privateKey = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`;
    const applicationId = "78d335fa-323d-0114-9c3d-d6f0d48968cf";
    expect(problems("vonage", { applicationId, privateKey, from: "Shop" })).toBe("");
    const call = await send("vonage", { applicationId, privateKey, apiKey: undefined, apiSecret: undefined });
    const [head = "", claims = "", signature = ""] = (call.headers["authorization"] ?? "").replace("Bearer ", "").split(".");
    const signed = [Buffer.from(signature, "base64url"), Buffer.from(`${head}.${claims}`)] as const;
    expect(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", pair.publicKey, ...signed)).toBe(true);
    const iat = ports.now() / 1000;
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
      application_id: applicationId,
      iat,
      exp: iat + 900,
      jti: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(call.headers["authorization"]).not.toContain(privateKey);
  });

  it("speaks with key and secret where no application is given", async () => {
    expect((await send("vonage")).headers["authorization"]).toBe(`Basic ${btoa("abcd1234:vonage-secret")}`);
  });
});

describe("whatsapp-cloud", () => {
  it("says what sends, as Meta's contract wants it", async () => {
    const { headers } = await send("whatsapp-cloud", {}, { content: { channel: "whatsapp", body: "Hi" } });
    expect(headers["user-agent"]).toMatch(/^[\w-]+\/\d+\.\d+\.\d+$/);
  });
});

describe("twilio-whatsapp", () => {
  const template = (name: string, parameters: readonly string[]): MessageContent => ({
    channel: "whatsapp",
    template: { name, language: "en", parameters },
  });
  it("numbers a template's parameters as its places are", async () => {
    const sent = await form(send("twilio-whatsapp", {}, { content: template(`HX${"a".repeat(32)}`, ["Ada", "42"]) }));
    expect(sent).toMatchObject({ ContentSid: `HX${"a".repeat(32)}`, ContentVariables: '{"1":"Ada","2":"42"}' });
    expect(sent).not.toHaveProperty("Body");
  });

  it("refuses a template's name that is no Content SID", async () => {
    await expect(send("twilio-whatsapp", {}, { content: template("order_shipped", []) })).rejects.toMatchObject({
      outcome: { kind: "rejected", detail: /Content SID/ },
    });
  });
});

describe("slack", () => {
  const content: MessageContent = { channel: "slack", text: "Hi" };
  it("posts to the user, else to the provider's channel", async () => {
    expect(await json(send("slack", {}, { content, to: "U123" }))).toEqual({ channel: "U123", text: "Hi" });
    expect(await json(send("slack", {}, { content, to: "" }))).toEqual({ channel: "#sales", text: "Hi" });
    await expect(send("slack", { channel: undefined }, { content, to: "" })).rejects.toMatchObject({ outcome: { kind: "rejected" } });
  });

  it("a webhook goes to its own channel, and its address is all it needs", async () => {
    const webhookUrl = "https://hooks.slack.com/services/T1/B1/abc";
    const call = await send("slack", { botToken: undefined, channel: undefined, webhookUrl }, { content, to: "U123" });
    expect(call).toEqual({ method: "POST", url: webhookUrl, headers: { "content-type": "application/json" }, body: '{"text":"Hi"}' });
  });
});

describe("settings", () => {
  const sid = `AC${"0".repeat(32)}`;
  it.each([
    ["twilio", { accountSid: sid, authToken: "t" }, /from: either from or messagingServiceSid/],
    ["twilio", { accountSid: "AC1", authToken: "t", from: "+14155550100" }, /accountSid: AC and 32/],
    [
      "twilio",
      { accountSid: sid, authToken: "t", from: "+14155550100", apiKeySid: `SK${"0".repeat(32)}` },
      /apiKeySecret: an API key is its SID and its secret/,
    ],
    ["twilio", { accountSid: sid, authToken: "t", from: "0151 1234" }, /from: a telephone number with \+/],
    ["twilio", { accountSid: sid, authToken: "t", from: "A name that is too long" }, /from: /],
    [
      "twilio",
      { accountSid: sid, authToken: "t", from: "Shop", callbackUrl: "http://example.com/x" },
      /callbackUrl: a public https address/,
    ],
    ["twilio", { accountSid: sid, authToken: "t", from: "Shop", callbackUrl: "https://10.0.0.1/x" }, /callbackUrl: a public https address/],
    ["twilio-whatsapp", { accountSid: sid, authToken: "t", from: "Shop" }, /from: a telephone number with \+/],
    ["vonage", { from: "Shop" }, /applicationId: either applicationId and privateKey, or apiKey and apiSecret/],
    ["vonage", { from: "Shop", apiKey: "abcd1234" }, /either applicationId/],
    [
      "vonage",
      { from: "Shop", applicationId: "78d335fa-323d-0114-9c3d-d6f0d48968cf", privateKey: "x" },
      /privateKey: a private key in PEM/,
    ],
    ["vonage-sms", { from: "Shop", apiKey: "abc", apiSecret: "s" }, /apiKey: eight letters and digits/],
    ["vonage-sms", { from: "Shop", apiKey: "abcd1234", apiSecret: "s", signatureMethod: "md5" }, /signatureMethod: /],
    ["plivo", { authId: "MAXXXXXXXXXXXXXXXXXX", authToken: "t" }, /from: either from or powerpackUuid/],
    ["telnyx", { apiKey: "K" }, /from: either from or messagingProfileId/],
    ["telnyx", { apiKey: "K", from: "Shop" }, /messagingProfileId: a name as sender needs a messaging profile/],
    ["telnyx", { apiKey: "K", from: "+14155550100", publicKey: "AAAA" }, /publicKey: the public key in Base64, of 32 bytes/],
    ["whatsapp-cloud", { accessToken: "t", phoneNumberId: "+4915" }, /phoneNumberId: digits/],
    ["slack", {}, /webhookUrl: either webhookUrl or botToken/],
    ["slack", { botToken: "x", webhookUrl: "https://hooks.slack.com/services/T/B/x" }, /webhookUrl: either webhookUrl or botToken/],
    ["slack", { webhookUrl: "https://hooks.slack.com/services/T/B/x", channel: "#a" }, /channel: a webhook has a channel of its own/],
    ["slack", { webhookUrl: "http://169.254.169.254/" }, /webhookUrl: a public https address/],
  ])("of %s: %j is refused by name", (type, settings, problem) => expect(problems(type, settings)).toMatch(problem));
});
