import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/channels/provider-definition.ts";
import type { InboundCall, InboundPorts, InboundReading, ProviderReport } from "../../src/channels/provider.ts";
import { officialWebhooks } from "./official.ts";
import { echo, textEvents } from "./text-events.ts";

const now = Date.parse("2026-03-05T10:00:00Z");
const hook = "https://tern.example/hooks/w1/sms";
const url = `${hook}?tern=${echo}`;
const ed25519 = generateKeyPairSync("ed25519");
const otherEd25519 = generateKeyPairSync("ed25519");
const formType = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
const jsonType = { "content-type": "application/json" };

interface Signed {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where its samples and vectors lie, and which of them are its own. */
  readonly samples: string;
  /** A call as the provider would make it at `at`; by a key that is not ours where `forged`. */
  readonly call: (payload: unknown, how?: { readonly at?: number; readonly forged?: boolean }) => InboundCall;
  /** The same call with something else in it than was signed. */
  readonly altered: (call: InboundCall) => InboundCall;
  /** The call without its signature; left out, its headers are what carries it. */
  readonly unsigned?: (call: InboundCall) => InboundCall;
  /** Without the key that checks, or with another. */
  readonly keyless: Readonly<Record<string, unknown>>;
}

const call = (more: Partial<InboundCall>): InboundCall => ({ method: "POST", url, headers: {}, body: "", at: now, ...more });
const hex = (text: string): string => createHash("sha256").update(text).digest("hex");
const jwt = (claims: unknown, secret: string): string => {
  const text = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};
/** Samples are fields, or such a form already. */
const fieldsOf = (payload: unknown): readonly (readonly [string, string])[] =>
  typeof payload === "string"
    ? [...new URLSearchParams(payload)]
    : Object.entries(payload as object).map(([name, value]): [string, string] => [name, String(value)]);
const formOf = (payload: unknown): string => new URLSearchParams(fieldsOf(payload).map(([name, value]) => [name, value])).toString();
const bodyChanged = (given: InboundCall): InboundCall => ({
  ...given,
  body: given.body.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
});
const inOrder = (fields: readonly (readonly [string, string])[]) => fields.toSorted(([a], [b]) => (a < b ? -1 : 1));

const twilio: Signed = {
  settings: { authToken: "twilio-token" },
  samples: "twilio",
  call: (payload, { forged = false } = {}) => {
    const signed = inOrder(fieldsOf(payload)).map(([name, value]) => name + value);
    const signature = createHmac("sha1", forged ? "other" : "twilio-token")
      .update(url + signed.join(""))
      .digest("base64");
    return call({ headers: { ...formType, "x-twilio-signature": signature }, body: formOf(payload) });
  },
  altered: bodyChanged,
  keyless: { authToken: "not set yet" },
};

/** How each provider signs, from its documentation. */
const signers: Readonly<Record<string, Signed>> = {
  twilio,
  "twilio-whatsapp": twilio,
  vonage: {
    settings: { signatureSecret: "signature-secret" },
    samples: "vonage",
    call: (payload, { at = now, forged = false } = {}) => {
      const body = JSON.stringify(payload);
      const claims = { iss: "Vonage", iat: at / 1000, jti: "1", api_key: "abcd1234", payload_hash: hex(body) };
      return call({ headers: { ...jsonType, authorization: `Bearer ${jwt(claims, forged ? "other" : "signature-secret")}` }, body });
    },
    altered: bodyChanged,
    keyless: {},
  },
  "vonage-sms": {
    settings: { signatureSecret: "signature-secret", signatureMethod: "sha256" },
    samples: "vonage",
    call: (payload, { at = now, forged = false } = {}) => {
      const fields = [...fieldsOf(payload), ["nonce", "n-1"] as const, ["timestamp", String(at / 1000)] as const];
      const signed = inOrder(fields).map(([name, value]) => `&${name}=${value.replace(/[&=]/g, "_")}`);
      const sig = createHmac("sha256", forged ? "other" : "signature-secret")
        .update(signed.join(""))
        .digest("hex")
        .toUpperCase();
      return call({ headers: jsonType, body: JSON.stringify(Object.fromEntries([...fields, ["sig", sig]])) });
    },
    altered: bodyChanged,
    unsigned: (given) => ({ ...given, body: given.body.replace(/,"sig":"\w+"/, "") }),
    keyless: { signatureMethod: "sha256" },
  },
  messagebird: {
    settings: { signingKey: "signing-key" },
    samples: "messagebird",
    // Reports come in the query.
    call: (payload, { at = now, forged = false } = {}) => {
      const address = `${hook}?${formOf(payload)}`;
      const claims = { iss: "MessageBird", nbf: at / 1000, exp: at / 1000 + 60, jti: "1", url_hash: hex(address) };
      return call({ method: "GET", url: address, headers: { "messagebird-signature-jwt": jwt(claims, forged ? "other" : "signing-key") } });
    },
    altered: (given) => ({ ...given, url: `${given.url}&status=delivered` }),
    keyless: {},
  },
  plivo: {
    settings: { authToken: "plivo-token" },
    samples: "plivo",
    call: (payload, { forged = false } = {}) => {
      const signed = inOrder(fieldsOf(payload)).map(([name, value]) => name + value);
      const signature = createHmac("sha256", forged ? "other" : "plivo-token")
        .update([url, ...(signed.length > 0 ? [signed.join("")] : []), "12345"].join("."))
        .digest("base64");
      const headers = { ...formType, "x-plivo-signature-v3": `b2xk,${signature}`, "x-plivo-signature-v3-nonce": "12345" };
      return call({ headers, body: formOf(payload) });
    },
    altered: bodyChanged,
    keyless: { authToken: "not set yet" },
  },
  telnyx: {
    settings: { publicKey: ed25519.publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64") },
    samples: "telnyx",
    call: (payload, { at = now, forged = false } = {}) => {
      const body = JSON.stringify(payload);
      const key = forged ? otherEd25519.privateKey : ed25519.privateKey;
      const signature = sign(null, Buffer.from(`${at / 1000}|${body}`), key).toString("base64");
      return call({ headers: { ...jsonType, "telnyx-timestamp": String(at / 1000), "telnyx-signature-ed25519": signature }, body });
    },
    altered: bodyChanged,
    keyless: {},
  },
  "whatsapp-cloud": {
    settings: { appSecret: "app-secret", verifyToken: "verify-me", phoneNumberId: "106540352242922" },
    samples: "whatsapp",
    call: (payload, { forged = false } = {}) => {
      const body = JSON.stringify(payload);
      const signature = createHmac("sha256", forged ? "other" : "app-secret")
        .update(body)
        .digest("hex");
      return call({ headers: { ...jsonType, "x-hub-signature-256": `sha256=${signature}` }, body });
    },
    altered: bodyChanged,
    keyless: { phoneNumberId: "106540352242922" },
  },
};

const ports: InboundPorts = { document: (address) => Promise.reject(new Error(`not asked for: ${address}`)) };

const read = (type: string, given: InboundCall, settings = signers[type]?.settings ?? {}): Promise<InboundReading> => {
  const kind = kindOf(type);
  if (kind.via !== "http" || kind.inbound === undefined) throw new Error(`expected ${type} to have webhooks`);
  return kind.inbound.read(given, settings, ports);
};
const reportsIn = async (type: string, given: InboundCall): Promise<readonly ProviderReport[]> => {
  const reading = await read(type, given);
  if (reading.kind !== "reports") throw new Error(`expected reports, got ${JSON.stringify(reading)}`);
  return reading.reports;
};
const brief = ({ status, permanent }: ProviderReport): string => (permanent === true ? `${status} for good` : status);

describe.each(Object.entries(signers))("webhooks of %s", (type, signer) => {
  const { own, samples } = textEvents[type] ?? { own: [], samples: {} };
  const official = officialWebhooks(signer.samples)?.samples.filter(({ case: name }) => Object.hasOwn(samples, name));
  const first = own[0]?.payload;

  it.each(own)("its documented $case is read: $expected", async ({ payload, expected, report }) => {
    const reports = await reportsIn(type, signer.call(payload));
    expect(reports.map(brief)).toEqual(expected);
    expect(reports[0] ?? {}).toMatchObject(report ?? {});
  });

  it("says the same of an event however often it is told, and another of each other", async () => {
    expect(await reportsIn(type, signer.call(first))).toEqual(await reportsIn(type, signer.call(first)));
    const ids = await Promise.all(own.slice(0, 2).map(async ({ payload }) => (await reportsIn(type, signer.call(payload)))[0]?.id));
    expect(new Set(ids).size).toBe(type === "telnyx" ? 1 : 2);
  });

  describe.skipIf(official === undefined)("samples", () => {
    it("every one of them is known here", () => {
      expect(official?.map((sample) => sample.case).sort()).toEqual(Object.keys(samples).sort());
    });
    it.each(official ?? [])("$case", async ({ case: name, payload }) => {
      expect((await reportsIn(type, signer.call(payload))).map(brief)).toEqual(samples[name]);
      expect(await read(type, signer.call(payload, { forged: true }))).toMatchObject({ kind: "refused" });
      expect(await read(type, signer.altered(signer.call(payload)))).toMatchObject({ kind: "refused" });
    });
  });

  it("is refused when altered, signed by another key, unsigned, or where no key is set", async () => {
    expect(await read(type, signer.altered(signer.call(first)))).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first, { forged: true }))).toMatchObject({ kind: "refused" });
    const unsigned =
      signer.unsigned ?? ((given: InboundCall) => ({ ...given, headers: { "content-type": given.headers["content-type"] ?? "" } }));
    expect(await read(type, unsigned(signer.call(first)))).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first), signer.keyless)).toMatchObject({ kind: "refused" });
  });

  const { toleranceMs } = (kindOf(type) as { inbound?: { toleranceMs?: number } }).inbound ?? {};
  it.runIf(toleranceMs !== undefined)("is refused when replayed late, or from the future", async () => {
    const tolerance = toleranceMs ?? 0;
    expect(await read(type, signer.call(first, { at: now - tolerance }))).toMatchObject({ kind: "reports" });
    expect(await read(type, signer.call(first, { at: now - tolerance - 1000 }))).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first, { at: now + 6 * 60_000 }))).toMatchObject({ kind: "refused" });
  });

  it("reads nothing from what it does not know", async () => {
    for (const payload of [
      {},
      { a: "1" },
      { data: "x" },
      {
        status: "constructor",
        MessageStatus: "constructor",
        Status: "toString",
        MessageSid: "1",
        MessageUUID: "1",
        message_uuid: "1",
        messageId: "1",
        id: "1",
      },
    ])
      expect(await reportsIn(type, signer.call(payload))).toEqual([]);
  });
});

describe("twilio", () => {
  const vectors = officialWebhooks("twilio")?.signature.vectors ?? [];
  it.skipIf(vectors.length === 0).each(vectors)("takes the vector of its own library for $url", async (vector) => {
    const form = vector["params"] === undefined ? undefined : formOf(vector["params"]);
    const given = call({
      url: String(vector["url"]),
      headers: { ...(form === undefined ? jsonType : formType), "x-twilio-signature": String(vector["signature"]) },
      body: form ?? String(vector["body"]),
    });
    expect(await read("twilio", given, { authToken: vector["authToken"] })).toMatchObject({ kind: "reports" });
    expect(await read("twilio", bodyChanged(given), { authToken: vector["authToken"] })).toMatchObject({
      // The second one's body has no digit to change.
      kind: form === undefined ? "reports" : "refused",
    });
    expect(await read("twilio", { ...given, body: `${given.body} ` }, { authToken: vector["authToken"] })).toMatchObject({
      kind: "refused",
    });
  });

  /** Made with Twilio's own library. */
  const fixed = call({
    url: "https://hooks.example.com/hooks/w1/sms?tern=w1-0-m0abc",
    headers: { ...formType, "x-twilio-signature": "4r4u+Jzxu2D6KQ48rTElWCJYWRc=" },
    body: formOf({ MessageSid: "SM2", MessageStatus: "delivered", To: "+15125550100", From: "+15125550199", AccountSid: "AC1" }),
  });

  it("takes what its own library signed, also behind another host, where the address it was told is known", async () => {
    expect(await read("twilio", fixed)).toMatchObject({ kind: "reports", reports: [{ status: "delivered", echo }] });
    const behind = { ...fixed, url: "https://tern.example/elsewhere?tern=w1-0-m0abc" };
    expect(await read("twilio", behind)).toMatchObject({ kind: "refused" });
    const callbackUrl = "https://hooks.example.com/hooks/w1/sms";
    expect(await read("twilio", behind, { authToken: "twilio-token", callbackUrl })).toMatchObject({
      kind: "reports",
      reports: [{ echo }],
    });
    // A proxy took TLS off.
    expect(await read("twilio", { ...fixed, url: fixed.url.replace("https:", "http:") })).toMatchObject({ kind: "reports" });
    const port = { ...fixed, url: fixed.url.replace(".com/", ".com:443/") };
    expect(await read("twilio", port)).toMatchObject({ kind: "reports" });
  });

  it("refuses another echo than the one that was signed", async () => {
    expect(await read("twilio", { ...fixed, url: fixed.url.replace("m0abc", "m0abd") })).toMatchObject({ kind: "refused" });
  });

  it("refuses a body that the signature leaves out", async () => {
    const signature = createHmac("sha1", "twilio-token").update(url).digest("base64");
    const headers = { ...jsonType, "x-twilio-signature": signature };
    expect(await read("twilio", call({ headers, body: "" }))).toMatchObject({ kind: "reports" });
    expect(await read("twilio", call({ headers, body: '{"MessageSid":"SM1"}' }))).toMatchObject({ kind: "refused" });
  });
});

describe("vonage", () => {
  const first = textEvents["vonage"]?.own[0]?.payload;
  it("is answered 503 where it is not signed: the signed one follows", async () => {
    expect(await read("vonage", call({ body: JSON.stringify(first) }))).toMatchObject({ kind: "refused", status: 503 });
    const forged = signers["vonage"]?.call(first, { forged: true }) ?? call({});
    expect(await read("vonage", forged)).not.toHaveProperty("status");
  });

  it("refuses a token that says nothing of the body", async () => {
    const headers = { authorization: `Bearer ${jwt({ iat: now / 1000 }, "signature-secret")}` };
    for (const body of ["", JSON.stringify(first)])
      expect(await read("vonage", call({ headers, body }))).toMatchObject({ kind: "refused" });
  });
});

describe("vonage-sms", () => {
  const receipt = {
    "err-code": "0",
    "message-timestamp": "2026-03-05 10:00:00",
    messageId: "0B00000127FDBC63",
    msisdn: "447547232824",
    "client-ref": "w1-0-m0abc",
    status: "delivered",
    to: "Vonage",
    timestamp: "1772704800",
    nonce: "n-1",
  };
  const text = {
    messageId: "0C00",
    msisdn: "447547232824",
    to: "447700900001",
    text: "STOP & go = now",
    type: "text",
    keyword: "STOP",
    "message-timestamp": "2026-03-05 10:00:00",
    timestamp: "1772704800",
    nonce: "n-2",
  };
  /** Checked with Vonage's own library. */
  it.each([
    ["sha256", receipt, "59534AA47A3B1C1869CBF2111023A65E3B9D6AAD907639E155909CE857AD76C4"],
    ["sha1", receipt, "7D1FEC6CD16875938B5B6DCD3FE501AA4D46078E"],
    ["sha256", text, "5A47EF9BF7868CDE74FFED7D07B3990BD752D8826EFC85D72219FB6051AB8697"],
    [
      "sha512",
      text,
      "2538FF7CC20EA01A6E4923ABF35A7E89A03ED9EECA16CC93D22368BEB94A74250D531C774613CCFEE650419E1E5052AA66C8E3263E70970263AF5B2EE0491CEC",
    ],
  ])("takes %s by GET, as a form and as JSON", async (signatureMethod, fields, sig) => {
    const settings = { signatureSecret: "signature-secret", signatureMethod };
    const form = formOf({ ...fields, sig });
    const calls = [
      call({ method: "GET", url: `${hook}?${form}`, at: 1772704800_000 }),
      call({ url: hook, headers: formType, body: form, at: 1772704800_000 }),
      call({ url: hook, headers: jsonType, body: JSON.stringify({ ...fields, sig: sig.toLowerCase() }), at: 1772704800_000 }),
    ];
    for (const given of calls) {
      expect(await read("vonage-sms", given, settings)).toMatchObject({ kind: "reports", reports: [{ address: "+447547232824" }] });
      const other = signatureMethod === "sha512" ? "sha256" : "sha512";
      expect(await read("vonage-sms", given, { ...settings, signatureMethod: other })).toMatchObject({ kind: "refused" });
    }
  });
});

describe("messagebird", () => {
  const vectors = officialWebhooks("messagebird")?.signature.vectors ?? [];
  it.skipIf(vectors.length === 0).each(vectors)("takes or refuses the vector of its own library: $name", async (vector) => {
    const given = call({
      method: String(vector["method"]),
      url: String(vector["url"]),
      headers: { "messagebird-signature-jwt": String(vector["token"]) },
      body: typeof vector["payload"] === "string" ? vector["payload"] : "",
      at: Date.parse(String(vector["timestamp"])),
    });
    expect((await read("messagebird", given, { signingKey: vector["secret"] })).kind).toBe(
      vector["valid"] === true ? "reports" : "refused",
    );
  });

  it("takes texts that a flow forwards as JSON or a form", async () => {
    const text = { originator: "491511234567", payload: "STOP", createdDatetime: "2026-03-05T09:59:58Z" };
    for (const [headers, body] of [
      [jsonType, JSON.stringify(text)],
      [formType, formOf(text)],
    ] as const) {
      const claims = { iss: "MessageBird", nbf: now / 1000, exp: now / 1000 + 60, url_hash: hex(hook), payload_hash: hex(body) };
      const given = call({ url: hook, headers: { ...headers, "messagebird-signature-jwt": jwt(claims, "signing-key") }, body });
      expect(await read("messagebird", given)).toMatchObject({
        kind: "reports",
        reports: [{ status: "inbound", address: "+491511234567", text: "STOP" }],
      });
      expect(await read("messagebird", { ...given, body: `${body} ` })).toMatchObject({ kind: "refused" });
      expect(await read("messagebird", { ...given, body: "" })).toMatchObject({ kind: "refused" });
    }
  });

  it("refuses a token that is not MessageBird's, or says nothing of times", async () => {
    const base = { nbf: now / 1000, exp: now / 1000 + 60, url_hash: hex(hook) };
    for (const claims of [
      base,
      { ...base, iss: "Other" },
      { iss: "MessageBird", url_hash: hex(hook) },
      { ...base, iss: "MessageBird", url_hash: hex(url) },
    ]) {
      const given = call({ method: "GET", url: hook, headers: { "messagebird-signature-jwt": jwt(claims, "signing-key") } });
      expect(await read("messagebird", given)).toMatchObject({ kind: "refused" });
    }
  });
});

describe("plivo", () => {
  /** Signatures that Plivo's own library takes. */
  it.each([
    [
      "POST",
      "https://hooks.example.com/p/1?tern=w1-0-m0abc",
      "MessageUUID=db3ce55a&To=14155550101&Status=delivered&ErrorCode=",
      "isaPcTfplxLWHmSnhXFMR5gH2Sx6kNX3pPKSDjDpGRY=",
    ],
    [
      "POST",
      "https://hooks.example.com/p/1",
      "MessageUUID=db3ce55a&Text=STOP+%26+go+%3D+%C3%BC&From=1415",
      "0TyYejRXzQBfERTG6lBIwX5rYVW92peaYdPsn8wEPUw=",
    ],
    ["POST", "https://hooks.example.com:8443/p/1?b=2&a=1&tern=x%20y", "A=1&a=2&B=z&B=y", "t2QkOWK0TeWhA9ChAlVLKknLTndPYDYhgotXSfaVk3E="],
    [
      "GET",
      "https://hooks.example.com/p/1?tern=w1-0-m0abc&Status=delivered&MessageUUID=u",
      "",
      "i+EjStycjQqhoYx46pSO7ljUjedbXjdEfOsO8h0Gh/k=",
    ],
    ["GET", "https://hooks.example.com/p/1", "", "Uwu45A1U7AfFN01YK3Vlch6Cwj/yt8PkYh/t2E4TRQ4="],
    ["POST", "https://hooks.example.com/p/1?tern=w1", "", "JqNXkof6fKTRsWPmjx6wYbSnTWGrX31N8LzZpx8uUyw="],
    ["POST", "https://hooks.example.com/p/1/?tern=w1", "x=1", "X5gaEJhKAVpMPWTWGlfrU5nG5zfS0kD87WnZ8wpp9/w="],
  ])("takes what its own library takes: %s %s", async (method, address, body, signature) => {
    for (const header of ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"]) {
      const given = call({
        method,
        url: address,
        headers: { ...formType, [header]: signature, "x-plivo-signature-v3-nonce": "12345" },
        body,
      });
      expect(await read("plivo", given)).toMatchObject({ kind: "reports" });
      const headers = { ...given.headers, "x-plivo-signature-v3-nonce": "12346" };
      expect(await read("plivo", { ...given, headers })).toMatchObject({ kind: "refused" });
      expect(await read("plivo", { ...given, url: `${address}x` })).toMatchObject({ kind: "refused" });
    }
  });

  it("reads a report by GET from the signed address", async () => {
    const given = call({
      method: "GET",
      url: "https://hooks.example.com/p/1?tern=w1-0-m0abc&Status=delivered&MessageUUID=u",
      headers: { "x-plivo-signature-v3": "i+EjStycjQqhoYx46pSO7ljUjedbXjdEfOsO8h0Gh/k=", "x-plivo-signature-v3-nonce": "12345" },
    });
    expect(await read("plivo", given)).toEqual({
      kind: "reports",
      reports: [{ id: "u:delivered", status: "delivered", echo, providerMessageId: "u" }],
    });
  });

  it("refuses a body that the signature leaves out", async () => {
    const signature = createHmac("sha256", "plivo-token").update(`${url}.12345`).digest("base64");
    const headers = { ...jsonType, "x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": "12345" };
    expect(await read("plivo", call({ headers, body: '{"MessageUUID":"u","Status":"delivered"}' }))).toMatchObject({ kind: "refused" });
  });
});

describe("telnyx", () => {
  it("believes the echo in the signed body only, not in the address that was called", async () => {
    const signed = signers["telnyx"]?.call(textEvents["telnyx"]?.own[0]?.payload) ?? call({});
    expect((await reportsIn("telnyx", { ...signed, url: `${hook}?tern=w1-0-other` }))[0]?.echo).toBe(echo);
  });
});

describe("whatsapp-cloud", () => {
  const handshake = (query: string): InboundCall => call({ method: "GET", url: `${hook}?${query}` });
  it("says back the challenge of whoever knows the verify token", async () => {
    const asked = handshake("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me");
    expect(await read("whatsapp-cloud", asked)).toEqual({ kind: "answer", status: 200, body: "1158201444" });
  });

  it.each([
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess",
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
    "hub.mode=subscribe&hub.challenge=1",
    "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-me",
    "hub.mode=subscribe&hub.verify_token=verify-me",
    "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=verify-me",
    "",
  ])("refuses the handshake %j", async (query) => {
    expect(await read("whatsapp-cloud", handshake(query))).toMatchObject({ kind: "refused" });
  });

  it("refuses every handshake where no verify token is set", async () => {
    const asked = handshake("hub.mode=subscribe&hub.challenge=1&hub.verify_token=undefined");
    expect(await read("whatsapp-cloud", asked, { phoneNumberId: "1" })).toMatchObject({ kind: "refused" });
  });
});

describe("slack", () => {
  it("has no webhooks: its answer is all there is", () => {
    expect(kindOf("slack")).not.toHaveProperty("inbound");
    expect(kindOf("slack").reports).toEqual([]);
    expect(officialWebhooks("slack")?.samples ?? []).toEqual([]);
  });
});
