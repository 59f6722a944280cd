import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import type { HttpProvider } from "../provider.ts";
import { describe, jsonBody, readReply, retryAfter, type Reply } from "../reply.ts";

const settings = z.strictObject({
  apiKey: z.string().regex(/^[\u0021-\u007e]{1,200}$/, "an API key is printable text without spaces"),
  /** Sender where a template names none: an address or "Name <address>". */
  from: z.string().min(3).max(320),
  /** For the signature of Resend's own webhooks. */
  webhookSecret: z.string().min(1).max(200).optional(),
});

/** Error names by which the operator must act. Source: Resend's error reference. */
const misconfigured = new Set([
  "missing_api_key",
  "restricted_api_key",
  "invalid_api_key",
  "invalid_from_address",
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
  settings,
  // Source: resend.com/docs/dashboard/webhooks/event-types
  reports: ["delivered", "opened", "clicked", "bounced", "complained"],
  secrets: ["apiKey", "webhookSecret"],
  baseUrl: "https://api.resend.com",
  // Source: resend.com/docs/dashboard/emails/idempotency-keys: up to 256 characters, remembered for 24 hours.
  idempotency: { header: "idempotency-key", lifeMs: 24 * 3_600_000 },
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "email") throw new Error(`expected email content, got ${content.channel}`);
    return {
      method: "POST",
      url: `${baseUrl}/emails`,
      headers: { authorization: `Bearer ${given.apiKey}`, "content-type": "application/json", "idempotency-key": message.id },
      body: JSON.stringify({
        from: content.from ?? given.from,
        to: [message.to],
        subject: content.subject,
        html: content.html,
        text: content.text,
        reply_to: content.replyTo,
        cc: content.cc,
        bcc: content.bcc,
        headers: content.headers,
        tags: [{ name: "tern", value: message.echo }],
      }),
    };
  },
  outcome: readResendReply,
};

function readResendReply(reply: Reply): Outcome {
  if (reply.kind !== "answer") return readReply(reply);
  const body = jsonBody(reply);
  if (reply.status >= 200 && reply.status < 300) {
    const id = body?.["id"];
    return typeof id === "string" ? { kind: "accepted", providerMessageId: id } : { kind: "accepted" };
  }
  const name = body?.["name"];
  if (typeof name === "string" && misconfigured.has(name)) return { kind: "misconfigured", detail: describe(reply) };
  // The first request with this key is still under way: ask again later, the answer will be that one's.
  if (reply.status === 409 && name === "concurrent_idempotent_requests") return retryAfter(reply);
  return readReply(reply);
}
