import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { bytesOf, hmac, sameText, toBase64 } from "../bytes.ts";
import { signedUrls, urlSetting } from "../callback-url.ts";
import { isForIt, senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting } from "../email/mail.ts";
import { writeMailbox, type Mailbox } from "../email/mailbox.ts";
import { jsonOf, type JsonRecord, listOf, lookUp, recordOf, refused, reportOf, secondsOf, textOf } from "../inbound.ts";
import type { Attempted, HttpProvider, InboundCall, ProviderReport } from "../provider.ts";
import { type Answer, describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  apiKey: keySetting("API key of Mailchimp Transactional", "md-123abc"),
  from: senderSetting,
  subaccount: z.string().min(1).max(255).optional().describe("Subaccount to send as"),
  webhookKey: keySetting("Key of the webhook, as its list of webhooks shows it").optional(),
  callbackUrl: urlSetting(
    "The webhook's address as Mandrill has it, which it signs: needed only where something in between rewrites host or path",
  ).optional(),
  tracking: z.boolean().optional().describe("Whether Mandrill itself tracks opens and clicks; left out, as the account is set"),
});

/** Mailchimp Transactional, once Mandrill: email. Its key is in the body. */
export const mandrill: HttpProvider<typeof settings> = {
  type: "mandrill",
  title: "Mailchimp Transactional (Mandrill)",
  via: "http",
  channels: ["email"],
  cost: "Blocks of 25,000 from $20, each recipient counted, beside a Mailchimp plan (mandrill.zendesk.com/hc/en-us/articles/205582847)",
  settings,
  reports: ["opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["apiKey", "webhookKey"],
  baseUrl: "https://mandrillapp.com",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    const headers = { ...mail.headers, ...(mail.replyTo !== undefined && { "Reply-To": writeMailbox(mail.replyTo) }) };
    return {
      method: "POST",
      url: `${baseUrl}/api/1.4/messages/send`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        key: given.apiKey,
        message: {
          from_email: mail.from.email,
          from_name: mail.from.name,
          to: [recipient(mail.to, "to"), ...mail.cc.map((one) => recipient(one, "cc")), ...mail.bcc.map((one) => recipient(one, "bcc"))],
          subject: mail.subject,
          html: mail.html,
          text: mail.text,
          headers: Object.keys(headers).length > 0 ? headers : undefined,
          attachments:
            mail.attachments.length > 0 ? mail.attachments.map(({ name, type, content }) => ({ type, name, content })) : undefined,
          images:
            mail.images.length > 0 ? mail.images.map(({ contentId, type, content }) => ({ type, name: contentId, content })) : undefined,
          metadata: { tern: message.echo },
          // One mail for all of them, so that copies are seen as copies.
          preserve_recipients: true,
          subaccount: given.subaccount,
          track_opens: given.tracking,
          track_clicks: given.tracking,
        },
      }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    return reply.status === 200 ? readResults(reply, attempted) : readError(reply);
  },
  inbound: {
    async read(call, { webhookKey, callbackUrl }) {
      // Both are asked when a webhook is added, before its key is known; nothing is read from them.
      if (call.method === "HEAD") return { kind: "answer", status: 200, body: "" };
      const events = new URLSearchParams(call.body).get("mandrill_events");
      if (events === "[]") return { kind: "answer", status: 200, body: "" };
      if (webhookKey === undefined) return refused("no webhookKey is set");
      const given = call.headers["x-mandrill-signature"] ?? "";
      const fits = await Promise.all(
        signedUrls(call, callbackUrl).map(async (url) => sameText(await signatureOf({ ...call, url }, webhookKey), given)),
      );
      if (!fits.includes(true)) return refused("the signature does not fit");
      return { kind: "reports", reports: listOf(jsonOf(events ?? "")).flatMap((event) => readEvent(recordOf(event))) };
    },
  },
};

const recipient = ({ email, name }: Mailbox, type: "to" | "cc" | "bcc") => ({ email, ...(name !== undefined && { name }), type });

/** Why Mandrill did not send, and what of it is the address's own fault. Source: its reject reasons. */
const dead = new Set(["hard-bounce", "spam", "unsub", "custom", "invalid"]);
const ofSender = new Set(["invalid-sender", "unsigned"]);

function readResults(reply: Answer, attempted: Attempted | undefined): Outcome {
  const results = listOf(jsonOf(reply.body)).map(recordOf);
  const taken = results.find(({ status }) => status === "sent" || status === "queued" || status === "scheduled");
  // One answer for each address: whoever got it has it. That the one it is for is dead is known all the same.
  const own = results.find(({ email }) => isForIt(email, attempted));
  const first = own ?? results[0];
  const isDead = dead.has(reasonOf(first)) && (own !== undefined || results.length === 1);
  if (isDead) return { kind: "unreachable", detail: `${reply.status} ${reasonOf(first)}` };
  if (taken !== undefined || first === undefined) return takenAs(reply, taken?.["_id"]);
  const reason = reasonOf(first);
  const detail = `${reply.status} ${reason}`;
  if (ofSender.has(reason)) return senderRefused(detail, attempted);
  // The rest are of this mail: what a rule of the account's refuses ("rule") it refuses of others too, but not of all.
  if (reason === "test-mode-limit") return { kind: "misconfigured", detail };
  return { kind: "rejected", detail };
}

const reasonOf = (result: JsonRecord | undefined): string => textOf(result?.["reject_reason"]) ?? textOf(result?.["status"]) ?? "rejected";

/** Errors have long come as 500 whatever they were: the name says it. Source: Mandrill's error names. */
function readError(reply: Answer): Outcome {
  const name = jsonBody(reply)?.["name"];
  switch (name) {
    case "Invalid_Key":
    case "PaymentRequired":
    case "Unknown_Subaccount":
      return { kind: "misconfigured", detail: describe(reply) };
    case "RequestLimitExceeded":
      return retryAfter(reply);
    case "ValidationError":
      return { kind: "rejected", detail: describe(reply) };
    default:
      return readReply(reply);
  }
}

/** HMAC-SHA1 over the address as it was configured and every parameter, sorted by name. */
const signatureOf = async (call: InboundCall, key: string): Promise<string> => {
  const parameters = [...new URLSearchParams(call.body)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return toBase64(await hmac("SHA-1", bytesOf(key), call.url + parameters.flat().join("")));
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  send: "sent",
  deferral: "deferred",
  hard_bounce: "bounced",
  soft_bounce: "bounced",
  reject: "bounced",
  open: "opened",
  click: "clicked",
  spam: "complained",
  unsub: "unsubscribed",
};

function readEvent(event: JsonRecord): readonly ProviderReport[] {
  const name = textOf(event["event"]);
  const status = lookUp(statuses, name);
  const message = recordOf(event["msg"]);
  const of = textOf(event["_id"]) ?? textOf(message["_id"]);
  if (status === undefined || of === undefined) return [];
  const link = status === "clicked" ? textOf(event["url"]) : undefined;
  return [
    reportOf({
      id: [of, name, secondsOf(event["ts"]), link?.slice(-200)].join(":"),
      status,
      echo: textOf(recordOf(message["metadata"])["tern"]),
      providerMessageId: of,
      at: secondsOf(event["ts"]),
      reason: textOf(message["diag"]) ?? textOf(message["bounce_description"]) ?? textOf(recordOf(message["reject"])["reason"]),
      permanent: name === "hard_bounce",
      address: textOf(message["email"]),
      link,
    }),
  ];
}
