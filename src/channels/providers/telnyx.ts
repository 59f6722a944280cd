import * as z from "zod";
import { stoppedAtProvider } from "../../domain/consent/stop.ts";
import { bytesOf, fromBase64 } from "../bytes.ts";
import { callbackSetting, echoIn, withEcho } from "../callback-url.ts";
import { acceptedAs, type CodeRules, codedOutcome, codeOf, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { instantOf, type JsonRecord, jsonOf, listOf, recordOf, refused, reportOf, secondsOf, textOf, untimely } from "../inbound.ts";
import type { HttpProvider, ProviderReport } from "../provider.ts";
import { jsonBody, readReply } from "../reply.ts";
import { numberOf, smsSenderSetting, textOfSms } from "../sms/text-message.ts";

const settings = z
  .strictObject({
    apiKey: keySetting("API key", "KEY0123456789ABCDEF_AbCdEfGhIj"),
    from: smsSenderSetting().optional(),
    messagingProfileId: z
      .guid()
      .optional()
      .meta({
        description: "Messaging profile: chooses the sender from its numbers; needed with a name as sender",
        examples: ["400174af-0a13-4e28-b4f5-0123456789ab"],
      }),
    publicKey: z
      .string()
      .refine((text) => fromBase64(text)?.length === 32, "the public key in Base64, of 32 bytes")
      .optional()
      .meta({
        description: "Public key of the account (API keys, Public key): what webhooks are signed with is checked by it",
        examples: ["MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
      }),
    callbackUrl: callbackSetting(),
  })
  .refine(({ from, messagingProfileId }) => from !== undefined || messagingProfileId !== undefined, {
    path: ["from"],
    error: "either from or messagingProfileId says who texts come from",
  })
  .refine(({ from, messagingProfileId }) => from === undefined || /^\+?\d+$/.test(from) || messagingProfileId !== undefined, {
    path: ["messagingProfileId"],
    error: "a name as sender needs a messaging profile",
  });

/** Blocked, because the number's owner said STOP. */
const stopped = "40300";

/**
 * Source: developers.telnyx.com/docs/messaging/messages/error-codes, developers.telnyx.com/api/errors. A profile that is
 * disabled, has no numbers or has spent its day's limit (429 until midnight), and a sender that is none, wait for the operator.
 */
const rules: CodeRules = {
  retry: new Set(["10007", "10011", "40011", "40318"]),
  stopped: new Set([stopped]),
  unreachable: new Set(["10002", "40001", "40012", "40310"]),
  misconfigured: new Set(["10009", "10010", "40003", "40305", "40312", "40314", "40321", "40333"]),
  // It gave up waiting for somebody else.
  uncertain: new Set(["10008"]),
};

/** Errors of a delivery after which the number is not tried again: no mobile, no number, said STOP. */
const permanent = new Set(["40001", "40012", "40300", "40310"]);

/** Source: Telnyx's SDKs: five minutes. Every try is signed anew. */
const toleranceMs = 5 * 60_000;

/** Telnyx, SMS. */
export const telnyx: HttpProvider<typeof settings> = {
  type: "telnyx",
  title: "Telnyx",
  via: "http",
  channels: ["sms"],
  // Source: developers.telnyx.com, messaging configuration and usage: an account begins with one a second; what waits longer than an hour is rejected.
  suggestedRate: { count: 1, per: "PT1S" },
  cost: "Per part, by country, and the carrier's fee in the United States (telnyx.com/pricing/messaging)",
  settings,
  reports: ["delivered", "bounced"],
  secrets: ["apiKey"],
  baseUrl: "https://api.telnyx.com",
  request: (message, given, baseUrl) => ({
    method: "POST",
    url: `${baseUrl}/v2/messages`,
    headers: { authorization: `Bearer ${given.apiKey}`, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({
      from: given.from,
      messaging_profile_id: given.messagingProfileId,
      to: numberOf(message.to),
      text: textOfSms(message),
      type: "SMS",
      webhook_url: given.callbackUrl && withEcho(given.callbackUrl, message.echo),
    }),
  }),
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = recordOf(jsonBody(reply));
    if (isSuccess(reply)) return acceptedAs(recordOf(body["data"])["id"]);
    const error = recordOf(listOf(body["errors"])[0]);
    const code = codeOf(error["code"]);
    // The sender's number that is none is the settings' fault.
    if (code === "10002" && recordOf(error["source"])["pointer"] === "/from")
      return { kind: "misconfigured", detail: "10002 the sender is not a number" };
    return codedOutcome(reply, code, rules);
  },
  inbound: {
    toleranceMs,
    async read(call, { publicKey }) {
      const timestamp = call.headers["telnyx-timestamp"];
      const signature = fromBase64(call.headers["telnyx-signature-ed25519"] ?? "");
      const key = fromBase64(publicKey ?? "");
      if (key?.length !== 32) return refused("no public key is set");
      if (timestamp === undefined || signature?.length !== 64) return refused("no signature");
      const late = untimely(secondsOf(timestamp), call, toleranceMs);
      if (late !== undefined) return refused(late);
      const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      if (!(await crypto.subtle.verify("Ed25519", imported, signature, bytesOf(`${timestamp}|${call.body}`))))
        return refused("the signature does not fit");
      return { kind: "reports", reports: readEvent(recordOf(recordOf(jsonOf(call.body))["data"])) };
    },
  },
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  sent: "sent",
  // The network took it and will say no more.
  delivery_unconfirmed: "sent",
  delivered: "delivered",
  expired: "bounced",
  sending_failed: "bounced",
  delivery_failed: "bounced",
};

function readEvent(event: JsonRecord): readonly ProviderReport[] {
  const id = textOf(event["id"]);
  const type = event["event_type"];
  if (id === undefined) return [];
  const payload = recordOf(event["payload"]);
  const at = instantOf(event["occurred_at"]);
  if (type === "message.received")
    return [
      reportOf({ id, status: "inbound", at, address: textOf(recordOf(payload["from"])["phone_number"]), text: textOf(payload["text"]) }),
    ];
  if (type !== "message.sent" && type !== "message.finalized") return [];
  const to = recordOf(listOf(payload["to"])[0]);
  const said = textOf(to["status"]) ?? "";
  const status = Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (status === undefined) return [];
  const error = recordOf(listOf(payload["errors"])[0]);
  const code = codeOf(error["code"]);
  const isPermanent = status === "bounced" && code !== undefined && permanent.has(code);
  const words = [said, code, textOf(error["title"])].filter(Boolean).join(" ");
  return [
    reportOf({
      id,
      status,
      permanent: isPermanent,
      // The address within the signed body; the one that was called is signed by nobody.
      echo: echoIn(textOf(payload["webhook_url"]) ?? ""),
      providerMessageId: textOf(payload["id"]),
      at,
      address: textOf(to["phone_number"]),
      reason: status !== "bounced" ? undefined : code === stopped ? stoppedAtProvider(words) : words,
    }),
  ];
}
