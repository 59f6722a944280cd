import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { isForIt, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, refuseImages, senderSetting } from "../email/mail.ts";
import { listOf, recordOf } from "../inbound.ts";
import type { HttpProvider } from "../provider.ts";
import { type Answer, describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  accountId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits")
    .meta({ description: "Cloudflare account id", examples: ["0123456789abcdef0123456789abcdef"] }),
  apiToken: keySetting("API token with the permission to send email", "v1.0-abc"),
  from: senderSetting,
});

/**
 * Cloudflare Email Sending by its REST API: email, transactional only by its terms. It calls no webhook: what becomes of a mail it
 * tells a queue of the account. Source: developers.cloudflare.com/email-service/api/send-emails/rest-api
 */
export const cloudflareEmail: HttpProvider<typeof settings> = {
  type: "cloudflare-email",
  title: "Cloudflare Email Sending (transactional only)",
  via: "http",
  channels: ["email"],
  cost: "3,000 a month in Workers Paid, then $0.35 per 1,000 (developers.cloudflare.com/email-service/platform/pricing)",
  settings,
  reports: [],
  secrets: ["apiToken"],
  baseUrl: "https://api.cloudflare.com/client/v4",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    refuseImages(mail, "Cloudflare");
    return {
      method: "POST",
      url: `${baseUrl}/accounts/${given.accountId}/email/sending/send`,
      headers: { authorization: `Bearer ${given.apiToken}`, "content-type": "application/json" },
      body: JSON.stringify({
        from: mail.from.name === undefined ? mail.from.email : { address: mail.from.email, name: mail.from.name },
        to: [mail.to.email],
        cc: mail.cc.length > 0 ? mail.cc.map(({ email }) => email) : undefined,
        bcc: mail.bcc.length > 0 ? mail.bcc.map(({ email }) => email) : undefined,
        reply_to: mail.replyTo?.email,
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        headers: Object.keys(mail.headers).length > 0 ? mail.headers : undefined,
        attachments:
          mail.attachments.length > 0
            ? mail.attachments.map(({ name, type, content }) => ({ content, filename: name, type, disposition: "attachment" }))
            : undefined,
      }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = jsonBody(reply);
    if (reply.status < 200 || reply.status >= 300 || body?.["success"] === false) return readError(reply);
    const result = recordOf(body?.["result"]);
    const bounced = listOf(result["permanent_bounces"]);
    const isDead = bounced.length > 0 && listOf(result["delivered"]).length + listOf(result["queued"]).length === 0;
    return isDead || bounced.some((address) => isForIt(address, attempted))
      ? { kind: "unreachable", detail: "permanent bounce" }
      : takenAs(reply, undefined);
  },
};

function readError(reply: Answer): Outcome {
  const { code } = recordOf(listOf(jsonBody(reply)?.["errors"])[0]);
  if (code === 10004) return retryAfter(reply);
  // Sending is disabled for the zone or the account.
  if (code === 10203) return { kind: "misconfigured", detail: describe(reply) };
  return reply.status < 300 ? { kind: "rejected", detail: describe(reply) } : readReply(reply);
}
