import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting } from "../email/mail.ts";
import { readMailbox, writeMailbox } from "../email/mailbox.ts";
import { instantOf, jsonOf, type JsonRecord, listOf, lookUp, recordOf, refused, reportOf, textOf } from "../inbound.ts";
import type { Attempted, HttpProvider, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply, retryAfter, type Reply } from "../reply.ts";
import { standardToleranceMs, standardWebhookProblem } from "../standard-webhooks.ts";

const settings = z.strictObject({
  apiKey: keySetting("An API key that may send", "re_123abc"),
  from: senderSetting,
  webhookSecret: keySetting("Signing secret of the webhook (whsec_…)", "whsec_MfKQ9r8G").optional(),
});

/** Error names by which the operator must act. Source: Resend's error reference. */
const misconfigured = new Set([
  "missing_api_key",
  "restricted_api_key",
  "invalid_api_key",
  "invalid_access",
  "invalid_region",
  "security_error",
  "daily_quota_exceeded",
  "monthly_quota_exceeded",
]);

/** Resend (resend.com), email. Suppressed and bad addresses are accepted and reported later, by webhook. */
export const resend: HttpProvider<typeof settings> = {
  type: "resend",
  title: "Resend",
  via: "http",
  channels: ["email"],
  // Source: resend.com/changelog/api-rate-limit
  suggestedRate: { count: 2, per: "PT1S" },
  cost: "Free up to 3,000 a month; Pro $20 for 50,000, then $0.90 per 1,000 (resend.com/changelog/pay-as-you-go-pricing)",
  settings,
  // Source: resend.com/docs/dashboard/webhooks/event-types
  reports: ["delivered", "opened", "clicked", "bounced", "complained"],
  secrets: ["apiKey", "webhookSecret"],
  baseUrl: "https://api.resend.com",
  // Source: resend.com/docs/dashboard/emails/idempotency-keys: up to 256 characters, remembered for 24 hours.
  idempotency: { header: "idempotency-key", lifeMs: 24 * 3_600_000 },
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    const files = [
      ...mail.attachments.map(({ name, type, content }) => ({ filename: name, content, content_type: type })),
      ...mail.images.map(({ name, type, content, contentId }) => ({ filename: name, content, content_type: type, content_id: contentId })),
    ];
    return {
      method: "POST",
      url: `${baseUrl}/emails`,
      headers: { authorization: `Bearer ${given.apiKey}`, "content-type": "application/json", "idempotency-key": message.id },
      body: JSON.stringify({
        from: writeMailbox(mail.from),
        to: [writeMailbox(mail.to)],
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        reply_to: mail.replyTo && writeMailbox(mail.replyTo),
        cc: mail.cc.length > 0 ? mail.cc.map(writeMailbox) : undefined,
        bcc: mail.bcc.length > 0 ? mail.bcc.map(writeMailbox) : undefined,
        headers: Object.keys(mail.headers).length > 0 ? mail.headers : undefined,
        attachments: files.length > 0 ? files : undefined,
        tags: [{ name: "tern", value: message.echo }],
      }),
    };
  },
  outcome: readResendReply,
  inbound: {
    toleranceMs: standardToleranceMs,
    async read(call, { webhookSecret }) {
      const problem = await standardWebhookProblem(call, webhookSecret, "svix");
      if (problem !== undefined) return refused(problem);
      return { kind: "reports", reports: readEvent(recordOf(jsonOf(call.body)), call.headers["svix-id"] ?? "") };
    },
  },
};

function readResendReply(reply: Reply, attempted?: Attempted): Outcome {
  if (reply.kind !== "answer") return readReply(reply);
  const body = jsonBody(reply);
  if (reply.status >= 200 && reply.status < 300) return takenAs(reply, body?.["id"]);
  const name = body?.["name"];
  if (typeof name === "string" && misconfigured.has(name)) return { kind: "misconfigured", detail: describe(reply) };
  // A domain that is not verified is a 403 with the name of a validation error.
  if (name === "invalid_from_address" || (name === "validation_error" && reply.status === 403))
    return senderRefused(describe(reply), attempted);
  // It has taken a mail of this key that read otherwise (settings or this program changed between two tries): the user may have it.
  if (name === "invalid_idempotent_request") return { kind: "uncertain", detail: describe(reply) };
  // The first request with this key is still under way: ask again later, the answer will be that one's.
  if (reply.status === 409 && name === "concurrent_idempotent_requests") return retryAfter(reply);
  return readReply(reply);
}

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  "email.sent": "sent",
  "email.delivered": "delivered",
  "email.delivery_delayed": "deferred",
  "email.bounced": "bounced",
  "email.suppressed": "bounced",
  "email.failed": "bounced",
  "email.complained": "complained",
  "email.opened": "opened",
  "email.clicked": "clicked",
};

function readEvent(event: JsonRecord, id: string): readonly ProviderReport[] {
  const type = textOf(event["type"]);
  const status = lookUp(statuses, type);
  if (status === undefined) return [];
  const data = recordOf(event["data"]);
  const bounce = recordOf(data["bounce"]);
  const to = textOf(listOf(data["to"])[0]);
  return [
    reportOf({
      id,
      status,
      echo: echoIn(data["tags"]),
      providerMessageId: textOf(data["email_id"]),
      at: instantOf(event["created_at"]),
      reason: textOf(bounce["message"]) ?? textOf(recordOf(data["failed"])["reason"]) ?? textOf(recordOf(data["suppressed"])["message"]),
      // A bounce is permanent unless it says otherwise; a suppressed address has bounced or complained before.
      permanent: type === "email.suppressed" || (type === "email.bounced" && (textOf(bounce["type"]) ?? "Permanent") === "Permanent"),
      address: to === undefined ? undefined : readMailbox(to).email,
      link: textOf(recordOf(data["click"])["link"]),
    }),
  ];
}

/** Tags are told as an object; they are sent as a list. */
const echoIn = (tags: unknown): string | undefined =>
  textOf(recordOf(tags)["tern"]) ?? textOf(recordOf(listOf(tags).find((tag) => recordOf(tag)["name"] === "tern"))["value"]);
