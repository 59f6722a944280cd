import * as z from "zod";
import { bytesOf, fromBase64 } from "../bytes.ts";
import { ecdsaRaw } from "../ecdsa.ts";
import { senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting } from "../email/mail.ts";
import type { Mailbox } from "../email/mailbox.ts";
import { encodeHeaders } from "../email/mime.ts";
import { jsonOf, type JsonRecord, listOf, lookUp, recordOf, refused, reportOf, secondsOf, textOf, untimely } from "../inbound.ts";
import type { HttpProvider, InboundCall, InboundReading, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  apiKey: keySetting(
    "An API key that may send mail (Mail Send). Of an account in the EU, also needs baseUrl https://api.eu.sendgrid.com",
    "SG.abc.def",
  ),
  from: senderSetting,
  webhookPublicKey: keySetting("Public key of the signed event webhook, in base64", "MFkwEwYHKoZIzj0CAQ").optional(),
  tracking: z.boolean().optional().describe("Whether SendGrid itself tracks opens and clicks; left out, as the account is set"),
});

/** SendGrid repeats a batch for a day. Source: its event webhook documentation. */
const toleranceMs = 25 * 3_600_000;

/** SendGrid (Twilio), email. Suppressed and bad addresses are accepted and reported later, by webhook. */
export const sendgrid: HttpProvider<typeof settings> = {
  type: "sendgrid",
  title: "SendGrid",
  via: "http",
  channels: ["email"],
  cost: "By monthly plan and volume (sendgrid.com/pricing)",
  settings,
  reports: ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["apiKey"],
  baseUrl: "https://api.sendgrid.com",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    const files = [
      ...mail.attachments.map(({ name, type, content }) => ({ content, type, filename: name, disposition: "attachment" })),
      ...mail.images.map(({ name, type, content, contentId }) => ({
        content,
        type,
        filename: name,
        disposition: "inline",
        content_id: contentId,
      })),
    ];
    const tracking = given.tracking === undefined ? undefined : { enable: given.tracking };
    return {
      method: "POST",
      url: `${baseUrl}/v3/mail/send`,
      headers: { authorization: `Bearer ${given.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        personalizations: [{ to: [person(mail.to)], cc: people(mail.cc), bcc: people(mail.bcc) }],
        from: person(mail.from),
        reply_to: mail.replyTo && person(mail.replyTo),
        subject: mail.subject,
        // The plainest first, as their documentation demands.
        content: [
          ...(mail.text === undefined || mail.text === "" ? [] : [{ type: "text/plain", value: mail.text }]),
          ...(mail.html === undefined ? [] : [{ type: "text/html", value: mail.html }]),
        ],
        headers: Object.keys(mail.headers).length > 0 ? encodeHeaders(mail.headers) : undefined,
        attachments: files.length > 0 ? files : undefined,
        custom_args: { tern: message.echo },
        tracking_settings: tracking && { click_tracking: tracking, open_tracking: tracking },
      }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    if (reply.status >= 200 && reply.status < 300) return takenAs(reply, reply.headers["x-message-id"]);
    // A sender that is not verified.
    if (reply.status === 403 && recordOf(listOf(jsonBody(reply)?.["errors"])[0])["field"] === "from")
      return senderRefused(describe(reply), attempted);
    if (reply.status !== 429) return readReply(reply);
    const resetAt = secondsOf(reply.headers["x-ratelimit-reset"]);
    return retryAfter(reply, resetAt === undefined ? undefined : resetAt - reply.at);
  },
  inbound: {
    toleranceMs,
    async read(call, { webhookPublicKey }) {
      const problem = await signatureProblem(call, webhookPublicKey);
      return problem === undefined ? readEvents(jsonOf(call.body)) : refused(problem);
    },
  },
};

const person = ({ email, name }: Mailbox) => ({ email, ...(name !== undefined && { name }) });
const people = (list: readonly Mailbox[]) => (list.length > 0 ? list.map(person) : undefined);

/** Their header holds an ECDSA signature as DER; it covers the timestamp and the body as it came, its last line end included. */
async function signatureProblem(call: InboundCall, publicKey: string | undefined): Promise<string | undefined> {
  const spki = publicKey === undefined ? undefined : fromBase64(publicKey);
  if (spki === undefined) return "no webhookPublicKey is set";
  const timestamp = call.headers["x-twilio-email-event-webhook-timestamp"];
  const late = untimely(secondsOf(timestamp), call, toleranceMs);
  if (late !== undefined) return late;
  const signature = ecdsaRaw(fromBase64(call.headers["x-twilio-email-event-webhook-signature"] ?? "") ?? new Uint8Array());
  try {
    const key = await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const fits =
      signature !== undefined &&
      (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, bytesOf(`${timestamp}${call.body}`)));
    return fits ? undefined : "the signature does not fit";
  } catch {
    return "webhookPublicKey is not a public key";
  }
}

const readEvents = (body: unknown): InboundReading => ({
  kind: "reports",
  reports: listOf(body).flatMap((event) => readEvent(recordOf(event))),
});

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  processed: "sent",
  deferred: "deferred",
  delivered: "delivered",
  bounce: "bounced",
  dropped: "bounced",
  open: "opened",
  click: "clicked",
  spamreport: "complained",
  unsubscribe: "unsubscribed",
  group_unsubscribe: "unsubscribed",
};

/** Reasons of a drop that are the address's own. */
const deadReasons = new Set(["Bounced Address", "Invalid"]);

function readEvent(event: JsonRecord): readonly ProviderReport[] {
  const status = lookUp(statuses, event["event"]);
  const id = textOf(event["sg_event_id"]);
  if (status === undefined || id === undefined) return [];
  const reason = textOf(event["reason"]) ?? (status === "deferred" ? textOf(event["response"]) : undefined);
  return [
    reportOf({
      // Test events of their console all have one id.
      id: `${id}:${textOf(event["event"])}`,
      status,
      echo: textOf(event["tern"]),
      // What was answered to the send, and behind it which of their machines had it (".filter…", ".recvd-…").
      providerMessageId: textOf(event["sg_message_id"])?.replace(/\.(?:filter|recv).*$/, ""),
      at: secondsOf(event["timestamp"]),
      reason,
      // "blocked" is the receiver's refusal of the mail, and a status of 4 passes.
      permanent:
        event["event"] === "dropped"
          ? deadReasons.has(reason ?? "")
          : event["event"] === "bounce" && event["type"] !== "blocked" && textOf(event["status"])?.startsWith("4") !== true,
      address: textOf(event["email"]),
      link: status === "clicked" ? textOf(event["url"]) : undefined,
      machine: event["sg_machine_open"] === true,
    }),
  ];
}
