import * as z from "zod";
import { keySetting, mailOf, senderSetting } from "../email/mail.ts";
import type { Mailbox } from "../email/mailbox.ts";
import { hasSecret, jsonOf, type JsonRecord, listOf, lookUp, recordOf, refused, reportOf, secondsOf, textOf } from "../inbound.ts";
import type { HttpProvider, ProviderReport } from "../provider.ts";
import { jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  apiKey: keySetting("API key (v3)"),
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
        headers: { ...mail.headers, "X-Mailin-custom": message.echo },
        attachment: mail.attachments.length > 0 ? mail.attachments.map(({ name, content }) => ({ name, content })) : undefined,
      }),
    };
  },
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    if (reply.status >= 200 && reply.status < 300) {
      const id = textOf(jsonBody(reply)?.["messageId"]);
      return { kind: "accepted", ...(id !== undefined && { providerMessageId: bare(id) }) };
    }
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

const person = ({ email, name }: Mailbox) => ({ email, ...(name !== undefined && { name }) });
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
  blocked: "failed",
  error: "failed",
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
      echo: textOf(event["X-Mailin-custom"]),
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
