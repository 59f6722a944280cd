import * as z from "zod";
import { senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, refuseImages, senderSetting } from "../email/mail.ts";
import type { Mailbox } from "../email/mailbox.ts";
import { encodeText } from "../email/mime.ts";
import { hasSecret, jsonOf, type JsonRecord, listOf, lookUp, recordOf, refused, reportOf, secondsOf, textOf } from "../inbound.ts";
import type { HttpProvider, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  apiKey: keySetting("API key (v3)", "xkeysib-123abc"),
  from: senderSetting,
  webhookSecret: keySetting(
    "A secret of yours that the webhook gives as a Bearer token, as its Basic password or in the header x-webhook-secret",
  ).optional(),
});

/** Brevo, once Sendinblue: email. An idempotency key is named in its SDK's notes only, so nothing is built on it. */
export const brevo: HttpProvider<typeof settings> = {
  type: "brevo",
  title: "Brevo",
  via: "http",
  channels: ["email"],
  suggestedRate: { count: 1_000, per: "PT1S" },
  cost: "By monthly plan and volume (brevo.com/pricing)",
  settings,
  reports: ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["apiKey", "webhookSecret"],
  baseUrl: "https://api.brevo.com",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    refuseImages(mail, "Brevo");
    return {
      method: "POST",
      url: `${baseUrl}/v3/smtp/email`,
      headers: { "api-key": given.apiKey, accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({
        sender: person(mail.from),
        to: [person(mail.to)],
        cc: people(mail.cc),
        bcc: people(mail.bcc),
        replyTo: mail.replyTo && person(mail.replyTo),
        subject: mail.subject,
        htmlContent: mail.html,
        textContent: mail.text,
        headers: { ...sayable(mail.headers), [echoHeader]: message.echo },
        attachment: mail.attachments.length > 0 ? mail.attachments.map(({ name, content }) => ({ name, content })) : undefined,
      }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = jsonBody(reply);
    if (reply.status >= 200 && reply.status < 300) return takenAs(reply, bare(textOf(body?.["messageId"]) ?? ""));
    if (reply.status < 500 && operators.has(textOf(body?.["code"]) ?? "")) return { kind: "misconfigured", detail: describe(reply) };
    if (reply.status === 400 && /\bsender\b/i.test(textOf(body?.["message"]) ?? "")) return senderRefused(describe(reply), attempted);
    // Seconds until the window begins anew.
    return reply.status === 429 ? retryAfter(reply, secondsOf(reply.headers["x-sib-ratelimit-reset"])) : readReply(reply);
  },
  inbound: {
    async read(call, { webhookSecret }) {
      if (!(await hasSecret(call, webhookSecret))) return refused("the webhook secret is missing or another");
      const body = jsonOf(call.body);
      const events = Array.isArray(body) ? listOf(body) : [body];
      return { kind: "reports", reports: events.flatMap((event) => readEvent(recordOf(event))) };
    },
  },
};

/** Codes that concern the account, whatever the status. Source: error codes of its API. */
const operators = new Set(["not_enough_credits", "permission_denied", "unauthorized", "account_under_validation"]);

/** It sends values beyond ASCII as raw bytes, which receivers refuse; such a header is left out. Seen by others: django-anymail 14. */
const sayable = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => /^[ -~]*$/.test(value) && name.toLowerCase() !== echoHeader.toLowerCase()),
  );

/** Said back with every event. A template's own would take its place. */
const echoHeader = "X-Mailin-custom";

const longestName = 70;

/** It drops names that have both letters beyond ASCII and marks with a meaning (django-anymail 14): such are said as encoded words, without the marks where that is too long. */
const nameFor = (name: string): string => {
  const isDropped = /[^ -~]/.test(name) && /[()<>[\]:;@\\,."]/.test(name);
  const encoded = isDropped ? encodeText(name) : name;
  if (encoded.length <= longestName) return encoded;
  const plain = isDropped ? name.replace(/[()<>[\]:;@\\,."\s]+/g, " ") : name;
  // Not half of a character that takes two places.
  return plain
    .slice(0, longestName)
    .replace(/[\ud800-\udbff]$/, "")
    .trim();
};

const person = ({ email, name }: Mailbox) => ({ email, ...(name !== undefined && { name: nameFor(name) }) });
const people = (list: readonly Mailbox[]) => (list.length > 0 ? list.map(person) : undefined);

/** "<id@host>" in some places, "id@host" in others. */
const bare = (messageId: string): string => messageId.replace(/^<|>$/g, "");

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  request: "sent",
  delivered: "delivered",
  deferred: "deferred",
  hard_bounce: "bounced",
  soft_bounce: "bounced",
  invalid_email: "bounced",
  blocked: "bounced",
  error: "bounced",
  spam: "complained",
  complaint: "complained",
  opened: "opened",
  unique_opened: "opened",
  proxy_open: "opened",
  unique_proxy_open: "opened",
  click: "clicked",
  unsubscribe: "unsubscribed",
};

function readEvent(event: JsonRecord): readonly ProviderReport[] {
  const name = textOf(event["event"]);
  const status = lookUp(statuses, name);
  if (status === undefined) return [];
  const messageId = textOf(event["message-id"]);
  const at = instantOf(event);
  const link = textOf(event["link"]);
  const address = textOf(event["email"]);
  return [
    reportOf({
      id: [name, messageId, at, address, link?.slice(-200)].join(":"),
      status,
      echo: textOf(event[echoHeader]),
      providerMessageId: messageId === undefined ? undefined : bare(messageId),
      at,
      reason: textOf(event["reason"]),
      permanent: name === "hard_bounce" || name === "invalid_email",
      address,
      link,
      machine: name?.endsWith("proxy_open") === true,
    }),
  ];
}

/** Seconds in `ts_event` (UTC); `ts_epoch` has milliseconds, in some events seconds; in those of proxies it is called otherwise. */
const instantOf = (event: JsonRecord): number | undefined => {
  const seconds = secondsOf(event["ts_event"]);
  if (seconds !== undefined) return seconds;
  const epoch = event["ts_epoch"] ?? event["s_epoch"];
  if (typeof epoch !== "number") return undefined;
  return epoch < 100_000_000_000 ? epoch * 1000 : epoch;
};
