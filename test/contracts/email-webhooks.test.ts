import { generateKeyPairSync, createHmac, createSign, sign, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicKeyOf } from "../../src/channels/aws/certificate.ts";
import { kindOf } from "../../src/channels/provider-definition.ts";
import type { InboundCall, InboundPorts, InboundReading, ProviderReport } from "../../src/channels/provider.ts";
import { makeCertificate } from "../support/certificate.ts";
import { emailEvents } from "./email-events.ts";
import { officialWebhooks } from "./official.ts";

const now = Date.parse("2026-03-05T10:00:00Z");
const url = "https://tern.example/hooks/w1/mail";

const { pem: certificate, key: certificateKey } = makeCertificate();
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherP256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const topicArn = "arn:aws:sns:eu-central-1:123456789012:ses-events";
const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Signed {
  readonly settings: Readonly<Record<string, unknown>>;
  /** A call as the provider would make it at `at`; by a key that is not ours where `forged`. */
  readonly call: (payload: unknown, how?: { readonly at?: number; readonly forged?: boolean; readonly id?: string }) => InboundCall;
  /** The same call with something else in it than was signed. */
  readonly altered: (call: InboundCall) => InboundCall;
}

const posted = (body: string, headers: Readonly<Record<string, string>> = {}): InboundCall => ({
  method: "POST",
  url,
  headers,
  body,
  at: now,
});
const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`tern:${secret}`).toString("base64")}` });
const bodyChanged = (call: InboundCall): InboundCall => ({ ...call, body: call.body.replace(/[a-z]/, "X") });

/** How each provider signs, from its documentation. */
const signers: Readonly<Record<string, Signed>> = {
  resend: {
    settings: { webhookSecret: whsec },
    call: (payload, { at = now, forged = false, id = "msg_1" } = {}) => {
      const body = JSON.stringify(payload);
      const key = Buffer.from(forged ? "b3RoZXItc2VjcmV0" : whsec.slice(6), "base64");
      const signature = createHmac("sha256", key)
        .update(`${id}.${at / 1000}.${body}`)
        .digest("base64");
      return posted(body, { "svix-id": id, "svix-timestamp": String(at / 1000), "svix-signature": `v1,b2xk v1,${signature}` });
    },
    altered: bodyChanged,
  },
  sendgrid: {
    settings: { webhookPublicKey: p256.publicKey.export({ format: "der", type: "spki" }).toString("base64") },
    call: (payload, { at = now, forged = false } = {}) => {
      const body = `${JSON.stringify(payload)}\r\n`;
      const key = forged ? otherP256.privateKey : p256.privateKey;
      const signature = sign("sha256", Buffer.from(`${at / 1000}${body}`), key).toString("base64");
      return posted(body, {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": String(at / 1000),
      });
    },
    // What a careless framework does to it.
    altered: (call) => ({ ...call, body: call.body.trimEnd() }),
  },
  postmark: {
    settings: { webhookSecret: "hook secret" },
    call: (payload, { forged = false } = {}) => posted(JSON.stringify(payload), basic(forged ? "guess" : "hook secret")),
    altered: (call) => ({ ...call, headers: {} }),
  },
  brevo: {
    settings: { webhookSecret: "hook-secret" },
    call: (payload, { forged = false } = {}) =>
      posted(JSON.stringify(payload), { authorization: `Bearer ${forged ? "guess" : "hook-secret"}` }),
    altered: (call) => ({ ...call, headers: { authorization: "Bearer" } }),
  },
  mailgun: {
    settings: { webhookSigningKey: "signing-key" },
    call: (payload, { at = now, forged = false, id = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0" } = {}) => {
      const timestamp = String(at / 1000);
      const signature = createHmac("sha256", forged ? "other" : "signing-key")
        .update(timestamp + id)
        .digest("hex");
      return posted(JSON.stringify({ ...(payload as object), signature: { timestamp, token: id, signature } }));
    },
    altered: (call) => ({ ...call, body: call.body.replace(/"token":"a8/, '"token":"a9') }),
  },
  mandrill: {
    settings: { webhookKey: "hook-key" },
    call: (payload, { forged = false } = {}) => {
      const events = JSON.stringify(payload);
      const signature = createHmac("sha1", forged ? "other" : "hook-key")
        .update(`${url}mandrill_events${events}`)
        .digest("base64");
      return posted(new URLSearchParams({ mandrill_events: events }).toString(), { "x-mandrill-signature": signature });
    },
    altered: bodyChanged,
  },
  ses: {
    settings: { topicArn },
    call: (payload, { at = now, forged = false, id = "19ba9823-d7f2-53c1-860e-cb10e0d13dfc" } = {}) =>
      notification(
        { Type: "Notification", MessageId: id, Message: JSON.stringify(payload), Timestamp: new Date(at).toISOString() },
        forged,
      ),
    altered: (call) => ({ ...call, body: call.body.replace("eventType", "eventTypo").replace("notificationType", "notificationTypo") }),
  },
};

const signedFields = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

function notification(fields: Readonly<Record<string, string>>, forged = false, version = "2"): InboundCall {
  const envelope: Record<string, string> = { TopicArn: topicArn, ...fields };
  const text = signedFields.flatMap((name) => (envelope[name] === undefined ? [] : [`${name}\n${envelope[name]}\n`])).join("");
  const signature = createSign(version === "1" ? "sha1" : "sha256")
    .update(text)
    .sign(forged ? otherRsa.privateKey : certificateKey, "base64");
  return posted(
    JSON.stringify({
      SigningCertURL: "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
      SignatureVersion: version,
      Signature: signature,
      ...envelope,
    }),
  );
}

const ports: InboundPorts = {
  document: (address) =>
    address === "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
      ? Promise.resolve(certificate)
      : Promise.reject(new Error(`not asked for: ${address}`)),
};

const read = (type: string, call: InboundCall, settings = signers[type]?.settings ?? {}): Promise<InboundReading> => {
  const kind = kindOf(type);
  if (kind.via !== "http" || kind.inbound === undefined) throw new Error(`expected ${type} to have webhooks`);
  return kind.inbound.read(call, settings, ports);
};
const reportsIn = async (type: string, call: InboundCall): Promise<readonly ProviderReport[]> => {
  const reading = await read(type, call);
  if (reading.kind !== "reports") throw new Error(`expected reports, got ${JSON.stringify(reading)}`);
  return reading.reports;
};
const brief = ({ status, permanent, machine }: ProviderReport): string =>
  [status, permanent === true ? "for good" : "", machine === true ? "by a machine" : ""].filter((word) => word !== "").join(" ");

describe.each(Object.entries(signers))("webhooks of %s", (type, signer) => {
  const official = officialWebhooks(type);
  const { own, samples } = emailEvents[type] ?? { own: [], samples: {} };
  const first = own[0]?.payload;

  it.each(own)("its documented $case is read: $expected", async ({ payload, expected, report }) => {
    const reports = await reportsIn(type, signer.call(payload));
    expect(reports.map(brief)).toEqual(expected);
    expect(reports[0] ?? {}).toMatchObject(report ?? {});
  });

  it("says the same of an event however often it is told", async () => {
    const [once, again] = await Promise.all([reportsIn(type, signer.call(first)), reportsIn(type, signer.call(first))]);
    expect(once).toEqual(again);
    expect(new Set(once.map(({ id }) => id)).size).toBe(once.length);
  });

  describe.skipIf(official === undefined)("samples", () => {
    it("every one of them is known here", () => {
      expect(Object.keys(samples).sort()).toEqual([...new Set(official?.samples.map((sample) => sample.case))].sort());
    });
    it.each(official?.samples ?? [])("$case", async ({ case: name, payload }) => {
      expect((await reportsIn(type, signer.call(payload))).map(brief)).toEqual(samples[name]);
      expect(await read(type, signer.call(payload, { forged: true }))).toMatchObject({ kind: "refused" });
      expect(await read(type, signer.altered(signer.call(payload)))).toMatchObject({ kind: "refused" });
    });
  });

  it("is refused when altered, signed by another key, unsigned, or where no key is set", async () => {
    expect(await read(type, signer.altered(signer.call(first)))).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first, { forged: true }))).toMatchObject({ kind: "refused" });
    expect(await read(type, { ...posted("{}"), headers: {} })).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first), {})).toMatchObject({ kind: "refused" });
  });

  const { toleranceMs } = (kindOf(type) as { inbound?: { toleranceMs?: number } }).inbound ?? {};
  it.runIf(toleranceMs !== undefined)("is refused when replayed late, or from the future", async () => {
    const tolerance = toleranceMs ?? 0;
    expect(await read(type, signer.call(first, { at: now - tolerance }))).toMatchObject({ kind: "reports" });
    expect(await read(type, signer.call(first, { at: now - tolerance - 1000 }))).toMatchObject({ kind: "refused" });
    expect(await read(type, signer.call(first, { at: now + 6 * 60_000 }))).toMatchObject({ kind: "refused" });
  });

  it("reads any JSON without stumbling, and says only words that there are", async () => {
    const names = [
      "event",
      "event-data",
      "eventType",
      "type",
      "RecordType",
      "status",
      "bounce",
      "data",
      "mail",
      "msg",
      "ts",
      "_id",
      "sg_event_id",
    ];
    const words = [
      "constructor",
      "toString",
      "__proto__",
      "delivered",
      "email.bounced",
      "Bounce",
      "click",
      "bounce",
      "failed",
      "hard_bounce",
    ];
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(...words, null, true, 0, -1, 1e300),
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, "toString", "valueOf"), tie("json"), { maxKeys: 5 }),
      ),
    }));
    const statuses = ["sent", "delivered", "deferred", "bounced", "failed", "opened", "clicked", "complained", "unsubscribed"];
    await fc.assert(
      fc.asyncProperty(json, async (payload) => {
        const reading = await read(type, signer.call(payload));
        for (const report of reading.kind === "reports" ? reading.reports : []) {
          expect(statuses).toContain(report.status);
          expect(typeof report.id).toBe("string");
        }
      }),
    );
  });

  it("reads nothing from what it does not know", async () => {
    for (const payload of [{}, [{}], [null, 3, "x", {}], { event: "new", "event-data": { event: "new" } }, { eventType: "New" }])
      expect(await reportsIn(type, signer.call(payload))).toEqual([]);
  });
});

describe("resend", () => {
  it("takes Svix's own vector", async () => {
    const call = {
      ...posted('{"test": 2432232314}', {
        "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "svix-timestamp": "1614265330",
        "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      }),
      at: 1614265330_000,
    };
    expect(await read("resend", call)).toEqual({ kind: "reports", reports: [] });
    expect(await read("resend", { ...call, body: '{"test": 2432232315}' })).toMatchObject({ kind: "refused" });
  });
});

describe("sendgrid", () => {
  const vectors = officialWebhooks("sendgrid")?.signature.vectors ?? [];
  it.skipIf(vectors.length === 0).each(vectors)("takes the vector of its own library signed at $timestamp", async (vector) => {
    const call = {
      ...posted(String(vector["body"]), {
        "x-twilio-email-event-webhook-signature": String(vector["signature"]),
        "x-twilio-email-event-webhook-timestamp": String(vector["timestamp"]),
      }),
      at: Number(vector["timestamp"]) * 1000,
    };
    expect(await read("sendgrid", call, { webhookPublicKey: vector["publicKey"] })).toMatchObject({ kind: "reports" });
    expect(await read("sendgrid", { ...call, body: call.body.trimEnd() }, { webhookPublicKey: vector["publicKey"] })).toMatchObject({
      kind: "refused",
    });
  });

  it.each([
    ["14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "14c5d75ce93.dfd.64b469"],
    ["LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0", "LRzXl_NHStOGhQ4kofSm_A"],
    ["ab-Cd.recvd-6b9c9d6b4-xyz-1-60", "ab-Cd"],
    ["plain", "plain"],
  ])("finds in %s the id that was answered to the send", async (sg_message_id, id) => {
    const event = { event: "delivered", sg_event_id: "e1", sg_message_id, email: "ada@example.com", timestamp: now / 1000 };
    expect((await reportsIn("sendgrid", signers["sendgrid"]?.call([event]) ?? posted("")))[0]).toMatchObject({ providerMessageId: id });
  });

  it("refuses signatures that are no DER, whatever their length", async () => {
    const call = signers["sendgrid"]?.call([]) ?? posted("");
    for (const signature of ["", "AA==", "MAA=", "MAYCAQACAQA=", "MEUCIQ==", "not base64!", "A".repeat(200)])
      expect(
        await read("sendgrid", { ...call, headers: { ...call.headers, "x-twilio-email-event-webhook-signature": signature } }),
      ).toMatchObject({ kind: "refused" });
  });
});

describe("postmark", () => {
  it("is answered 401, never 403: after one it would not come again", async () => {
    expect(await read("postmark", posted("{}"))).toMatchObject({ kind: "refused", status: 401 });
  });

  it.each([
    ["a Bearer token", { authorization: "Bearer hook secret" }],
    ["Basic", basic("hook secret")],
    ["a header", { "x-webhook-secret": "hook secret" }],
  ])("takes the secret as %s", async (_, headers) => {
    const secret = { webhookSecret: "hook secret" };
    const expected = "authorization" in headers && headers.authorization.startsWith("Bearer") ? "refused" : "reports";
    // A Bearer token has no spaces.
    expect(await read("postmark", posted("{}", headers), secret)).toMatchObject({ kind: expected });
  });
});

describe("mailgun", () => {
  it("a token used again with another event is a repetition of the first: the report keeps the token as its id", async () => {
    const event = (name: string, id: string) => ({ "event-data": { event: name, id, recipient: "ada@example.com" } });
    const [first, replayed] = await Promise.all([
      reportsIn("mailgun", signers["mailgun"]?.call(event("delivered", "one")) ?? posted("")),
      reportsIn("mailgun", signers["mailgun"]?.call(event("complained", "two")) ?? posted("")),
    ]);
    expect(first[0]?.id).toBe(replayed[0]?.id);
  });
});

describe("mandrill", () => {
  it("answers the probes by which a webhook is added, before its key is known", async () => {
    expect(await read("mandrill", { ...posted(""), method: "HEAD" }, {})).toEqual({ kind: "answer", status: 200, body: "" });
    expect(await read("mandrill", posted("mandrill_events=%5B%5D"), {})).toEqual({ kind: "answer", status: 200, body: "" });
  });

  it("takes a call whose address something in between has rewritten, where it was told the one Mandrill has", async () => {
    const signed = signers["mandrill"]?.call([{ event: "send", _id: "1", ts: 1 }]) ?? posted("");
    const moved = { ...signed, url: "http://inside.example/mail" };
    expect(await read("mandrill", moved)).toMatchObject({ kind: "refused" });
    expect(await read("mandrill", moved, { webhookKey: "hook-key", callbackUrl: url })).toMatchObject({ kind: "reports" });
    expect(await read("mandrill", { ...signed, url: url.replace("https", "http") })).toMatchObject({ kind: "reports" });
    expect(await read("mandrill", moved, { webhookKey: "another", callbackUrl: url })).toMatchObject({ kind: "refused" });
  });

  it("refuses a call to another address than the one signed", async () => {
    const call = signers["mandrill"]?.call([]) ?? posted("");
    const events = signers["mandrill"]?.call([{ event: "send", _id: "1", ts: 1 }]) ?? posted("");
    expect(await read("mandrill", call)).toMatchObject({ kind: "answer" });
    expect(await read("mandrill", { ...events, url: "https://tern.example/hooks/w2/mail" })).toMatchObject({ kind: "refused" });
  });
});

describe("ses", () => {
  const message = JSON.stringify({ eventType: "Send", mail: { messageId: "m" } });
  const fields = { Type: "Notification", MessageId: "1", Message: message, Timestamp: new Date(now).toISOString() };

  it("finds the public key in a certificate", () => {
    const expected = new X509Certificate(certificate).publicKey.export({ format: "der", type: "spki" });
    expect(Buffer.from(publicKeyOf(certificate) ?? []).equals(expected)).toBe(true);
    for (const pem of [
      "",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      certificate.replace(/MII[A-Za-z0-9+/]{40}/, "MIIA"),
    ])
      expect(publicKeyOf(pem)).toBeUndefined();
  });

  it.each(["1", "2"])("takes signatures of version %s, with a subject too", async (version) => {
    expect(await read("ses", notification({ ...fields, Subject: "Amazon SES" }, false, version))).toMatchObject({ kind: "reports" });
    expect(await read("ses", notification(fields, false, version))).toMatchObject({ kind: "reports" });
  });

  it.each([
    ["another topic, though signed by SNS", { TopicArn: "arn:aws:sns:eu-central-1:999999999999:theirs" }],
    ["a certificate of another host", { SigningCertURL: "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem" }],
    ["a certificate from somebody's bucket", { SigningCertURL: "https://sns.s3-us-west-2.amazonaws.com/x.pem" }],
    ["a certificate from somebody's bucket, in a newer form", { SigningCertURL: "https://sns.s3.eu-central-1.amazonaws.com/x.pem" }],
    ["a certificate not over TLS", { SigningCertURL: "http://sns.eu-central-1.amazonaws.com/x.pem" }],
    ["a certificate from a bucket", { SigningCertURL: "https://s3.eu-central-1.amazonaws.com/sns/x.pem" }],
    ["an unknown kind of signature", { SignatureVersion: "3" }],
  ])("refuses %s", async (_, replaced) => {
    expect(await read("ses", notification({ ...fields, ...replaced }))).toMatchObject({ kind: "refused" });
  });

  it("confirms its subscription at an address of SNS only", async () => {
    const confirmation = (SubscribeURL: string) =>
      notification({ ...fields, Type: "SubscriptionConfirmation", Message: "You have chosen", Token: "t", SubscribeURL });
    const address = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    expect(await read("ses", confirmation(address))).toEqual({ kind: "confirm", url: address });
    expect(await read("ses", confirmation("https://169.254.169.254/"))).toMatchObject({ kind: "refused" });
    expect(await read("ses", { ...confirmation(address), body: confirmation(address).body.replace("Token=t", "Token=u") })).toMatchObject({
      kind: "refused",
    });
  });
});
