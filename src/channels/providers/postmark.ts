import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { isForIt, senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting } from "../email/mail.ts";
import { writeMailbox } from "../email/mailbox.ts";
import { hasSecret, instantOf, type JsonRecord, jsonOf, recordOf, refused, reportOf, textOf } from "../inbound.ts";
import type { Attempted, HttpProvider, ProviderReport } from "../provider.ts";
import { type Answer, describe, jsonBody, readReply, retryAfter } from "../reply.ts";

const settings = z.strictObject({
  serverToken: keySetting("API token of the Postmark server", "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"),
  from: senderSetting,
  messageStream: z
    .string()
    .regex(/^[a-z0-9-]{1,30}$/)
    .optional()
    .describe('Id of the message stream; left out: "outbound", for transactional mail. Bulk mail belongs on a broadcast stream'),
  webhookSecret: keySetting(
    "A secret of yours that the webhook gives as its Basic password, as a Bearer token or in the header x-webhook-secret",
  ).optional(),
  tracking: z.boolean().optional().describe("Whether Postmark itself tracks opens and clicks; left out, as the server is set"),
});

/** Postmark, email. */
export const postmark: HttpProvider<typeof settings> = {
  type: "postmark",
  title: "Postmark",
  via: "http",
  channels: ["email"],
  cost: "$15 a month for 10,000, then $1.80 per 1,000; Cc and Bcc count too (postmarkapp.com/support/article/understanding-your-postmark-invoice)",
  settings,
  reports: ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["serverToken", "webhookSecret"],
  baseUrl: "https://api.postmarkapp.com",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    const files = [
      ...mail.attachments.map(({ name, type, content }) => ({ Name: name, Content: content, ContentType: type })),
      ...mail.images.map(({ name, type, content, contentId }) => ({
        Name: name,
        Content: content,
        ContentType: type,
        ContentID: `cid:${contentId}`,
      })),
    ];
    const headers = Object.entries(mail.headers).map(([Name, Value]) => ({ Name, Value }));
    return {
      method: "POST",
      url: `${baseUrl}/email`,
      headers: { "x-postmark-server-token": given.serverToken, accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({
        From: writeMailbox(mail.from),
        To: writeMailbox(mail.to),
        Cc: mail.cc.length > 0 ? mail.cc.map(writeMailbox).join(",") : undefined,
        Bcc: mail.bcc.length > 0 ? mail.bcc.map(writeMailbox).join(",") : undefined,
        ReplyTo: mail.replyTo && writeMailbox(mail.replyTo),
        Subject: mail.subject,
        HtmlBody: mail.html,
        TextBody: mail.text,
        Headers: headers.length > 0 ? headers : undefined,
        Attachments: files.length > 0 ? files : undefined,
        MessageStream: given.messageStream,
        Metadata: splitEcho(message.echo),
        TrackOpens: given.tracking,
        TrackLinks: given.tracking === undefined ? undefined : given.tracking ? "HtmlAndText" : "None",
      }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = jsonBody(reply);
    const code = body?.["ErrorCode"];
    // Their codes look like HTTP statuses and are none: what the body says goes first, whatever the status.
    if (typeof code === "number" && code !== 0) return readCode(code, reply, attempted);
    // It went to copies only: "Message OK, but will not deliver to these inactive addresses: …".
    const [, inactive = ""] = /inactive addresses: (.*?)\.? *(?:Inactive recipients|$)/is.exec(textOf(body?.["Message"]) ?? "") ?? [];
    if (inactive.split(/, */).some((address) => isForIt(address, attempted))) return { kind: "unreachable", detail: describe(reply) };
    return reply.status >= 200 && reply.status < 300 ? takenAs(reply, body?.["MessageID"]) : readReply(reply);
  },
  inbound: {
    async read(call, { webhookSecret }) {
      // Not 403: after one Postmark never tries again.
      if (!(await hasSecret(call, webhookSecret))) return refused("the webhook secret is missing or another", 401);
      return { kind: "reports", reports: readRecord(recordOf(jsonOf(call.body))) };
    },
  },
};

/** A value of Metadata holds 80 characters. Source: Postmark, Custom metadata. */
const splitEcho = (echo: string): Readonly<Record<string, string>> =>
  Object.fromEntries((echo.match(/.{1,80}/g) ?? []).map((part, index) => [`tern${index}`, part]));

/** Codes by which the operator must act: a bad token, an account that may not send. Source: Postmark, API error codes. */
const misconfigured = new Set([10, 405, 412, 413]);
/** A sender that is not there, or not confirmed. */
const ofSender = new Set([400, 401]);
const again = new Set([100, 429]);

function readCode(code: number, reply: Answer, attempted: Attempted | undefined): Outcome {
  if (code === 406) return { kind: "unreachable", detail: describe(reply) };
  if (misconfigured.has(code)) return { kind: "misconfigured", detail: describe(reply) };
  if (again.has(code)) return retryAfter(reply);
  const said = textOf(jsonBody(reply)?.["Message"]) ?? "";
  // 300 is said of any field; of the sender's it says which.
  if (ofSender.has(code) || (code === 300 && /'From'/.test(said))) return senderRefused(describe(reply), attempted);
  // There is no such stream, or nothing may be sent by it: a setting is wrong, no message.
  if (/'MessageStream'/.test(said)) return { kind: "misconfigured", detail: describe(reply) };
  return reply.status < 400 ? { kind: "rejected", detail: describe(reply) } : readReply(reply);
}

/** Bounces after which Postmark itself sends nothing more. */
const hard = new Set(["HardBounce", "BadEmailAddress", "ManuallyDeactivated"]);
/** Bounces that are none: an absence note, a challenge, a subscription. */
const noBounces = new Set(["AutoResponder", "AddressChange", "ChallengeVerification", "Subscribe", "OpenRelayTest", "VirusNotification"]);

function readRecord(record: JsonRecord): readonly ProviderReport[] {
  const type = textOf(record["RecordType"]);
  const time = record["DeliveredAt"] ?? record["BouncedAt"] ?? record["ReceivedAt"] ?? record["ChangedAt"];
  const read = statusOf(type, record);
  if (read === undefined) return [];
  const metadata = recordOf(record["Metadata"]);
  const messageId = textOf(record["MessageID"]);
  const address = textOf(record["Recipient"]) ?? textOf(record["Email"]);
  return [
    reportOf({
      id: [type, messageId, typeof record["ID"] === "number" ? record["ID"] : textOf(time), address].join(":"),
      status: read.status,
      echo: textOf(["tern0", "tern1", "tern2"].map((name) => textOf(metadata[name]) ?? "").join("")),
      providerMessageId: messageId,
      at: instantOf(time),
      reason: textOf(record["Details"]) ?? textOf(record["Description"]) ?? textOf(record["SuppressionReason"]),
      permanent: read.permanent,
      address,
      link: textOf(record["OriginalLink"]),
    }),
  ];
}

function statusOf(type: string | undefined, record: JsonRecord): Pick<ProviderReport, "status" | "permanent"> | undefined {
  switch (type) {
    case "Delivery":
      return { status: "delivered" };
    case "Open":
      return { status: "opened" };
    case "Click":
      return { status: "clicked" };
    case "SpamComplaint":
      return { status: "complained" };
    case "Bounce":
      return bounceOf(textOf(record["Type"]) ?? "", record["Inactive"] === true);
    case "SubscriptionChange":
      return record["SuppressSending"] === true ? suppressionOf(record["SuppressionReason"]) : undefined;
    default:
      return undefined;
  }
}

function bounceOf(type: string, inactive: boolean): Pick<ProviderReport, "status" | "permanent"> | undefined {
  if (noBounces.has(type)) return undefined;
  if (type === "Unsubscribe") return { status: "unsubscribed" };
  if (type === "SpamComplaint") return { status: "complained" };
  if (type === "Transient") return { status: "deferred" };
  return { status: "bounced", permanent: inactive || hard.has(type) };
}

const suppressionOf = (reason: unknown): Pick<ProviderReport, "status" | "permanent"> =>
  reason === "HardBounce" ? { status: "bounced", permanent: true } : { status: reason === "SpamComplaint" ? "complained" : "unsubscribed" };
