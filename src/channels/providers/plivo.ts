import * as z from "zod";
import { stoppedAtProvider } from "../../domain/consent/stop.ts";
import { bytesOf, fromBase64, hmac, sameBytes, toBase64 } from "../bytes.ts";
import { callbackSetting, echoIn, signedUrls, withEcho } from "../callback-url.ts";
import { acceptedAs, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { fieldOf, type FormFields, readForm } from "../form.ts";
import { instantOf, listOf, refused, reportOf } from "../inbound.ts";
import type { HttpProvider, InboundCall, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply } from "../reply.ts";
import { digitsOf, plusDigits, smsSenderSetting, textOfSms } from "../sms/text-message.ts";

const settings = z
  .strictObject({
    authId: z
      .string()
      .regex(/^[A-Z0-9]{20}$/, "20 capital letters and digits")
      .meta({ description: "Auth ID of the account", examples: ["MAXXXXXXXXXXXXXXXXXX"] }),
    authToken: keySetting("Auth token of the account: signs the webhooks too", "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIjKl"),
    from: smsSenderSetting().optional(),
    powerpackUuid: z
      .guid()
      .optional()
      .meta({ description: "A Powerpack that chooses the sender, in place of from", examples: ["5ec4c8c9-cd74-42b5-9e41-0d7670d6bb46"] }),
    callbackUrl: callbackSetting(),
  })
  .refine(({ from, powerpackUuid }) => (from === undefined) !== (powerpackUuid === undefined), {
    path: ["from"],
    error: "either from or powerpackUuid says who texts come from",
  });

/** Plivo, SMS. */
export const plivo: HttpProvider<typeof settings> = {
  type: "plivo",
  title: "Plivo",
  via: "http",
  channels: ["sms"],
  // Source: plivo.com/docs/faq/messaging/messaging-api: an account begins with 5 messages a second; what is faster is queued for up to three hours.
  suggestedRate: { count: 5, per: "PT1S" },
  cost: "Per segment, by country, and the carrier's fee in the United States (plivo.com/sms/pricing)",
  settings,
  reports: ["delivered", "bounced"],
  secrets: ["authToken"],
  baseUrl: "https://api.plivo.com",
  request: (message, given, baseUrl) => ({
    method: "POST",
    url: `${baseUrl}/v1/Account/${given.authId}/Message/`,
    headers: {
      authorization: `Basic ${toBase64(bytesOf(`${given.authId}:${given.authToken}`))}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({
      src: given.from,
      powerpack_uuid: given.powerpackUuid,
      dst: digitsOf(message.to),
      text: textOfSms(message),
      type: "sms",
      ...(given.callbackUrl !== undefined && { url: withEcho(given.callbackUrl, message.echo), method: "POST" }),
    }),
  }),
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    if (isSuccess(reply)) return acceptedAs(listOf(jsonBody(reply)?.["message_uuid"])[0]);
    // No permission to send to that number's country: another number may well be reached.
    if (reply.status === 403) return { kind: "rejected", detail: describe(reply) };
    return readReply(reply);
  },
  inbound: {
    async read(call, given) {
      const nonce = call.headers["x-plivo-signature-v3-nonce"];
      // One by the account that sends, one by the account it belongs to; several of each while a token is exchanged.
      const signatures = ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"]
        .flatMap((name) => (call.headers[name] ?? "").split(","))
        .slice(0, 10);
      if (nonce === undefined || nonce === "" || signatures.every((one) => one.trim() === "")) return refused("no signature");
      const isForm = (call.headers["content-type"] ?? "").toLowerCase().startsWith("application/x-www-form-urlencoded");
      if (call.method !== "GET" && !isForm && call.body !== "") return refused("the body is not signed");
      const fields = call.method === "GET" ? [] : readForm(call.body);
      for (const url of signedUrls(call, given.callbackUrl)) {
        const expected = await hmac("SHA-256", bytesOf(given.authToken), `${signedText(url, fields, call)}.${nonce}`);
        if (signatures.some((one) => sameBytes(fromBase64(one.trim()) ?? new Uint8Array(), expected)))
          return { kind: "reports", reports: reportsOf(call.method === "GET" ? queryOf(url) : fields, echoIn(url)) };
      }
      return refused("the signature does not fit");
    },
  },
};

const queryOf = (url: string): FormFields => (url.includes("?") ? readForm(url.slice(url.indexOf("?") + 1)) : []);

/** In order of the names, then of the values. */
const sorted = (fields: FormFields, join: (name: string, value: string) => string): readonly string[] =>
  fields
    .map(([name, value]) => ({ name, value }))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => join(name, value));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The address, its query in order, and after a POST the fields of its body without anything between. Source: plivo.com/docs, signature validation V3. */
const signedText = (url: string, fields: FormFields, call: InboundCall): string => {
  const [address = ""] = url.split(/[?#]/, 1);
  const query = sorted(queryOf(url), (name, value) => `${name}=${value}`).join("&");
  const posted = call.method === "GET" ? [] : sorted(fields, (name, value) => name + value);
  return `${address}${query !== "" || posted.length > 0 ? "?" : ""}${query}${query !== "" && posted.length > 0 ? "." : ""}${posted.join("")}`;
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  sent: "sent",
  delivered: "delivered",
  read: "opened",
  undelivered: "bounced",
  failed: "bounced",
  rejected: "bounced",
};

/** No such number; the number opted out. Source: plivo.com/docs/messaging/troubleshooting/error-codes. */
const permanent = new Set(["50", "200"]);
const optedOut = "200";

const reportsOf = (fields: FormFields, echo: string | undefined): readonly ProviderReport[] => {
  const part = fieldOf(fields, "MessageUUID");
  if (part === undefined) return [];
  const said = fieldOf(fields, "Status");
  if (said === undefined) {
    const sender = plusDigits(fieldOf(fields, "From"));
    return sender === undefined
      ? []
      : [reportOf({ id: `${part}:received`, status: "inbound", address: sender, text: fieldOf(fields, "Text") })];
  }
  const status = Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (status === undefined) return [];
  const code = fieldOf(fields, "ErrorCode");
  const isPermanent = status === "bounced" && code !== undefined && permanent.has(code);
  return [
    reportOf({
      id: `${part}:${said}`,
      status,
      permanent: isPermanent,
      echo,
      // Parts of a long text have ids of their own beside the one the answer gave.
      providerMessageId: fieldOf(fields, "ParentMessageUUID") ?? part,
      // "2025-01-01 00:00:00.000000", in UTC
      at: instantOf(fieldOf(fields, "MessageTime")?.replace(/^(\S+) ([\d:.]+)$/, "$1T$2Z")),
      address: plusDigits(fieldOf(fields, "To")),
      reason: code === undefined ? undefined : code === optedOut ? stoppedAtProvider(`${said}, error ${code}`) : `${said}, error ${code}`,
    }),
  ];
};
