import * as z from "zod";
import { bytesOf, hmac, sameText, toBase64, toHex } from "../bytes.ts";
import { senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting, type Mail } from "../email/mail.ts";
import { type FormFile, formOf } from "../email/form.ts";
import { writeMailbox } from "../email/mailbox.ts";
import { jsonOf, type JsonRecord, lookUp, recordOf, refused, reportOf, secondsOf, textOf, untimely } from "../inbound.ts";
import type { HttpProvider, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  apiKey: keySetting("A sending key of the domain, or the account's API key", "key-123abc"),
  domain: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i, "a domain")
    .meta({
      description: "The sending domain as Mailgun has it. Accounts in the EU also need baseUrl https://api.eu.mailgun.net",
      examples: ["mg.shop.example"],
    }),
  from: senderSetting,
  webhookSigningKey: keySetting("HTTP webhook signing key of the account").optional(),
  tracking: z.boolean().optional().describe("Whether Mailgun itself tracks opens and clicks; left out, as the domain is set"),
});

/** Mailgun repeats a webhook for eight hours. Source: its webhooks documentation. */
const toleranceMs = 12 * 3_600_000;

/** Mailgun, email. Suppressed addresses are accepted and reported later, by webhook. */
export const mailgun: HttpProvider<typeof settings> = {
  type: "mailgun",
  title: "Mailgun",
  via: "http",
  channels: ["email"],
  cost: "By monthly plan; what goes beyond costs about $1 per 1,000 (help.mailgun.com/hc/en-us/articles/6745531451547)",
  settings,
  reports: ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["apiKey", "webhookSigningKey"],
  baseUrl: "https://api.mailgun.net",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    const fields = fieldsOf(mail, message.echo, given.tracking);
    const { type, body } = formOf(fields, filesOf(mail), `tern-${message.id}`);
    return {
      method: "POST",
      url: `${baseUrl}/v3/${given.domain}/messages`,
      headers: { authorization: `Basic ${toBase64(bytesOf(`api:${given.apiKey}`))}`, "content-type": type },
      body,
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = jsonBody(reply);
    if (reply.status >= 200 && reply.status < 300) return takenAs(reply, bare(textOf(body?.["id"]) ?? ""));
    if (reply.status === 400 && /^'?from'? parameter/i.test(textOf(body?.["message"]) ?? ""))
      return senderRefused(describe(reply), attempted);
    // There is no such domain in the account, or in this region.
    if (reply.status === 404) return { kind: "misconfigured", detail: describe(reply) };
    if (reply.status !== 429) return readReply(reply);
    const [, count, unit = ""] = /try again after (\d{1,6}) (second|minute|hour)/i.exec(reply.body) ?? [];
    return retryAfter(reply, count === undefined ? undefined : Number(count) * (unitMs[unit.toLowerCase()] ?? 0));
  },
  inbound: {
    toleranceMs,
    once: true,
    async read(call, { webhookSigningKey }) {
      const body = recordOf(jsonOf(call.body));
      const signature = recordOf(body["signature"]);
      const timestamp = textOf(signature["timestamp"]);
      const token = textOf(signature["token"]);
      if (webhookSigningKey === undefined) return refused("no webhookSigningKey is set");
      if (timestamp === undefined || token === undefined) return refused("not signed");
      const expected = await hmac("SHA-256", bytesOf(webhookSigningKey), timestamp + token);
      if (!(await sameText(toHex(expected), textOf(signature["signature"]) ?? ""))) return refused("the signature does not fit");
      const late = untimely(secondsOf(timestamp), call, toleranceMs);
      if (late !== undefined) return refused(late);
      return { kind: "reports", reports: readEvent(recordOf(body["event-data"]), token) };
    },
  },
};

const unitMs: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

const bare = (messageId: string): string => messageId.replace(/^<|>$/g, "");

/** An image stands in the HTML by its file's name. Source: Mailgun, Sending messages: inline. */
const filesOf = ({ attachments, images }: Mail): readonly FormFile[] => [
  ...attachments.map((file) => ({ ...file, field: "attachment" })),
  ...images.map(({ contentId, type, content }) => ({ field: "inline", name: contentId, type, content })),
];

const fieldsOf = (mail: Mail, echo: string, tracking: boolean | undefined): readonly (readonly [string, string])[] => [
  ["from", writeMailbox(mail.from)],
  ["to", writeMailbox(mail.to)],
  ...mail.cc.map((one) => ["cc", writeMailbox(one)] as const),
  ...mail.bcc.map((one) => ["bcc", writeMailbox(one)] as const),
  ["subject", mail.subject],
  ...(mail.text === undefined ? [] : ([["text", mail.text]] as const)),
  ...(mail.html === undefined ? [] : ([["html", mail.html]] as const)),
  ...(mail.replyTo === undefined ? [] : ([["h:Reply-To", writeMailbox(mail.replyTo)]] as const)),
  ...Object.entries(mail.headers).map(([name, value]) => [`h:${name}`, value] as const),
  ["v:tern", echo],
  ...(tracking === undefined ? [] : ([["o:tracking", tracking ? "yes" : "no"]] as const)),
];

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  accepted: "sent",
  delivered: "delivered",
  failed: "bounced",
  rejected: "bounced",
  opened: "opened",
  clicked: "clicked",
  complained: "complained",
  unsubscribed: "unsubscribed",
};

/** Permanent failures that are not the address's fault. Source: Mailgun, Events: reasons of a failure. */
const blameless = new Set(["suppress-complaint", "suppress-unsubscribe", "espblock", "old", "generic"]);

/**
 * The signature covers the instant and the token, not the event: one token is good for one report, so that a replay with
 * another event in it is a repetition of the first and changes nothing.
 */
function readEvent(event: JsonRecord, token: string): readonly ProviderReport[] {
  const named = lookUp(statuses, event["event"]);
  if (named === undefined) return [];
  const isFailed = event["event"] === "failed";
  const temporary = isFailed && event["severity"] !== "permanent";
  const delivery = recordOf(event["delivery-status"]);
  const reason = textOf(event["reason"]);
  return [
    reportOf({
      id: token,
      status: temporary ? "deferred" : named,
      echo: textOf(recordOf(event["user-variables"])["tern"]),
      providerMessageId: textOf(recordOf(recordOf(event["message"])["headers"])["message-id"]),
      at: secondsOf(event["timestamp"]),
      reason: textOf(delivery["message"]) ?? textOf(delivery["description"]) ?? textOf(recordOf(event["reject"])["reason"]) ?? reason,
      permanent: isFailed && !temporary && !blameless.has(reason ?? ""),
      address: textOf(event["recipient"]),
      link: named === "clicked" ? textOf(event["url"]) : undefined,
      machine: textOf(recordOf(event["client-info"])["bot"]) !== undefined,
    }),
  ];
}
