import * as z from "zod";
import { smsSegments } from "../../domain/message/sms-segments.ts";
import type { Outcome } from "../../domain/message/message.ts";
import { type Bytes, bytesOf, fromHex, sameBytes } from "../bytes.ts";
import { callbackSetting } from "../callback-url.ts";
import { codeOf } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { fieldOf, formBody, type FormFields, readForm } from "../form.ts";
import { instantOf, jsonOf, listOf, recordOf, refused, reportOf, secondsOf, textOf, untimely } from "../inbound.ts";
import type { HttpProvider, InboundCall, ProviderReport } from "../provider.ts";
import { type Answer, jsonBody, readReply, retryAfter } from "../reply.ts";
import { bareSender, digitsOf, plusDigits, smsSenderSetting, textOfSms } from "../sms/text-message.ts";

const settings = z.strictObject({
  apiKey: z
    .string()
    .regex(/^[A-Za-z0-9]{8}$/, "eight letters and digits")
    .meta({ description: "Key of the account", examples: ["abcd1234"] }),
  apiSecret: keySetting("Secret of the account", "AbCdEf0123456789"),
  from: smsSenderSetting(),
  signatureSecret: keySetting(
    "Signature secret of the account: signs the webhooks, where Vonage has switched that on for it",
    "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
  ).optional(),
  signatureMethod: z
    .enum(["sha256", "sha512", "sha1"])
    .default("sha256")
    .describe("The account's signature method (SHA-256 HMAC when left out); MD5 is not taken"),
  callbackUrl: callbackSetting(),
});

const hashes = { sha256: "SHA-256", sha512: "SHA-512", sha1: "SHA-1" } as const;

/** As with the Messages API: webhooks are repeated for 24 hours. */
const toleranceMs = 25 * 3_600_000;

/** Vonage, SMS by the SMS API, for accounts that have only that. */
export const vonageSms: HttpProvider<typeof settings> = {
  type: "vonage-sms",
  title: "Vonage (SMS API)",
  via: "http",
  channels: ["sms"],
  suggestedRate: { count: 30, per: "PT1S" },
  cost: "Per part, by country and network; also for what is accepted and not delivered (vonage.com/communications-apis/sms/pricing)",
  settings,
  reports: ["delivered", "bounced"],
  secrets: ["apiSecret", "signatureSecret"],
  baseUrl: "https://rest.nexmo.com",
  request(message, given, baseUrl) {
    const text = textOfSms(message);
    return {
      method: "POST",
      url: `${baseUrl}/sms/json`,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: formBody({
        api_key: given.apiKey,
        api_secret: given.apiSecret,
        from: bareSender(given.from),
        to: digitsOf(message.to),
        text,
        type: smsSegments(text).encoding === "GSM-7" ? "text" : "unicode",
        "client-ref": message.echo.length <= 100 ? message.echo : undefined,
        // The API takes no longer one; the account's own address is used then.
        callback: given.callbackUrl !== undefined && given.callbackUrl.length <= 100 ? given.callbackUrl : undefined,
      }),
    };
  },
  outcome: (reply) => (reply.kind === "answer" && reply.status >= 200 && reply.status < 300 ? readParts(reply) : readReply(reply)),
  inbound: {
    toleranceMs,
    async read(call, { signatureSecret, signatureMethod }) {
      const fields = fieldsOf(call);
      const given = fromHex(fieldOf(fields, "sig") ?? "");
      if (given === undefined || given.length === 0) return refused("not signed");
      if (signatureSecret === undefined) return refused("no signature secret is set");
      if (!sameBytes(await signatureOf(fields, signatureSecret, hashes[signatureMethod]), given))
        return refused("the signature does not fit");
      const late = untimely(secondsOf(fieldOf(fields, "timestamp")), call, toleranceMs);
      return late === undefined ? { kind: "reports", reports: reportsOf(fields) } : refused(late);
    },
  },
};

/** Source: developer.vonage.com/en/api-errors/sms; 101 is for numbers that opted out of a short code's texts; 15, a sender that one country does not allow, is not about the account. */
const kindByStatus: Readonly<Record<string, "retry" | "unreachable" | "misconfigured">> = {
  "1": "retry",
  "5": "retry",
  "10": "retry",
  "7": "unreachable",
  "101": "unreachable",
  ...Object.fromEntries(["4", "8", "9", "11", "14", "29"].map((status) => [status, "misconfigured"] as const)),
};

/** HTTP says 200 whatever happened; each part of the text has a status of its own. */
function readParts(reply: Answer): Outcome {
  const parts = listOf(jsonBody(reply)?.["messages"]).map(recordOf);
  const refusedPart = parts.find((part) => codeOf(part["status"]) !== "0");
  const [first] = parts;
  if (first === undefined) return { kind: "uncertain", detail: `${reply.status} without a status` };
  const id = textOf(first["message-id"]);
  if (refusedPart === undefined) return { kind: "accepted", ...(id !== undefined && { providerMessageId: id }) };
  const status = codeOf(refusedPart["status"]) ?? "";
  const detail = [status, textOf(refusedPart["error-text"])].filter(Boolean).join(" ").slice(0, 200);
  // The user gets some of it: sent again, those parts would come twice.
  if (parts.some((part) => codeOf(part["status"]) === "0")) return { kind: "uncertain", detail: `not all parts were taken: ${detail}` };
  const kind = Object.hasOwn(kindByStatus, status) ? kindByStatus[status] : undefined;
  if (kind !== "retry") return { kind: kind ?? "rejected", detail };
  return { ...retryAfter(reply), detail };
}

/** By GET, as a form, or as JSON: the account says which. */
const fieldsOf = (call: InboundCall): FormFields => {
  const query = call.url.includes("?") ? readForm(call.url.slice(call.url.indexOf("?") + 1)) : [];
  if (call.method === "GET") return query;
  if (!(call.headers["content-type"] ?? "").includes("json")) return readForm(call.body);
  return Object.entries(recordOf(jsonOf(call.body))).map(([name, value]): [string, string] => [name, String(value)]);
};

/** Source: developer.vonage.com/en/getting-started/concepts/signing-messages: `&name=value` in order of the names, `&` and `=` within values as `_`. */
const signatureOf = async (fields: FormFields, secret: string, hash: string): Promise<Bytes> => {
  const text = fields
    .filter(([name]) => name !== "sig")
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `&${name}=${value.replace(/[&=]/g, "_")}`)
    .join("");
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  accepted: "sent",
  buffered: "deferred",
  delivered: "delivered",
  expired: "bounced",
  failed: "bounced",
  rejected: "bounced",
};

/** Gone, barred, opted out, without a route, blocked by its network. Source: Vonage, SMS delivery error codes. */
const permanent = new Set(["3", "4", "9", "12", "14"]);

const reportsOf = (fields: FormFields): readonly ProviderReport[] => {
  const id = fieldOf(fields, "messageId");
  if (id === undefined) return [];
  const said = fieldOf(fields, "status");
  const address = plusDigits(fieldOf(fields, "msisdn"));
  // "2018-10-25 12:10:29", in UTC
  const at = instantOf(fieldOf(fields, "message-timestamp")?.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/, "$1T$2Z"));
  if (said === undefined)
    return fieldOf(fields, "type") === undefined
      ? []
      : [reportOf({ id: `${id}:received`, status: "inbound", at, address, text: fieldOf(fields, "text") })];
  const status = Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (status === undefined) return [];
  const code = fieldOf(fields, "err-code");
  const isPermanent = status === "bounced" && code !== undefined && permanent.has(code);
  return [
    reportOf({
      id: `${id}:${said}`,
      status,
      permanent: isPermanent,
      echo: fieldOf(fields, "client-ref"),
      providerMessageId: id,
      at,
      address,
      reason: code === undefined || code === "0" ? undefined : `${said}, error ${code}`,
    }),
  ];
};
