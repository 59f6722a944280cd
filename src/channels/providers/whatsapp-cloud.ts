import * as z from "zod";
import { bytesOf, fromHex, hmac, sameBytes, sameText } from "../bytes.ts";
import { acceptedAs, type CodeRules, codedOutcome, codeOf, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { type JsonRecord, jsonOf, listOf, recordOf, refused, reportOf, secondsOf, textOf } from "../inbound.ts";
import type { HttpProvider, InboundCall, InboundReading, ProviderReport } from "../provider.ts";
import { jsonBody, readReply } from "../reply.ts";
import { digitsOf, plusDigits } from "../sms/text-message.ts";

const settings = z.strictObject({
  accessToken: keySetting("Access token of a system user with the permission whatsapp_business_messaging", "EAAJB0123456789"),
  phoneNumberId: z
    .string()
    .regex(/^\d{5,30}$/, "digits")
    .meta({ description: "Id of the business telephone number (not the number itself)", examples: ["106540352242922"] }),
  version: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, "like v23.0")
    .default("v23.0")
    .describe("Version of the Graph API (v23.0 when left out)"),
  appSecret: keySetting("Secret of the app: signs the webhooks", "0123456789abcdef0123456789abcdef").optional(),
  verifyToken: keySetting("A word of yours that Meta says back when the webhook's address is set", "a-word-of-yours").optional(),
});

/**
 * Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. What is wrong with one
 * template or its parameters (132xxx, 131008, 131009) says nothing of the account. 131049 (Meta thinks that the user has had
 * enough for a day) may be tried again after a day only, which is longer than messages are tried. 131050 (no more marketing from
 * this business) fails the message alone: a login code is still wanted, and Meta refuses the next advertisement by itself.
 */
const rules: CodeRules = {
  retry: new Set(["1", "2", "4", "80007", "130429", "131000", "131016", "131048", "131056", "133004"]),
  unreachable: new Set(["131026"]),
  rejected: new Set("100 130472 131008 131009 131047 131049 131050 131051 132000 132001 132005 132007 132012 132015 132016".split(" ")),
  misconfigured: new Set(["0", "3", "10", "33", "190", "200", "368", "131005", "131031", "131042", "131045", "133010"]),
};

/** WhatsApp Business Platform (Meta's Cloud API). */
export const whatsappCloud: HttpProvider<typeof settings> = {
  type: "whatsapp-cloud",
  title: "WhatsApp Cloud API",
  via: "http",
  channels: ["whatsapp"],
  // Source: developers.facebook.com, WhatsApp, throughput: 80 messages a second and number; one every six seconds to the same user.
  suggestedRate: { count: 80, per: "PT1S" },
  cost: "Per delivered template, by kind and country; texts and utility templates within 24 hours of the user's last message are free (developers.facebook.com/docs/whatsapp/pricing)",
  settings,
  reports: ["delivered", "opened", "bounced", "unsubscribed"],
  secrets: ["accessToken", "appSecret", "verifyToken"],
  baseUrl: "https://graph.facebook.com",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "whatsapp") throw new Error(`expected whatsapp content, got ${content.channel}`);
    const { template } = content;
    return {
      method: "POST",
      url: `${baseUrl}/${given.version}/${given.phoneNumberId}/messages`,
      // Meta's contract wants a name and a version of three numbers.
      headers: { authorization: `Bearer ${given.accessToken}`, "content-type": "application/json", "user-agent": "Tern/1.0.0" },
      body: JSON.stringify({
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: digitsOf(message.to),
        biz_opaque_callback_data: message.echo,
        ...(template === undefined
          ? { type: "text", text: { body: content.body ?? "" } }
          : {
              type: "template",
              template: {
                name: template.name,
                language: { code: template.language },
                ...(template.parameters.length > 0 && {
                  components: [{ type: "body", parameters: template.parameters.map((text) => ({ type: "text", text })) }],
                }),
              },
            }),
      }),
    };
  },
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = recordOf(jsonBody(reply));
    if (isSuccess(reply)) return acceptedAs(recordOf(listOf(body["messages"])[0])["id"]);
    const error = recordOf(body["error"]);
    // 33 is no such object: of phoneNumberId, or none that the token may use. It comes beside "invalid parameter" too.
    return codedOutcome(reply, codeOf(error["error_subcode"] === 33 ? 33 : error["code"]), rules);
  },
  inbound: {
    async read(call, { appSecret, verifyToken, phoneNumberId }) {
      if (call.method === "GET") return greet(call, verifyToken);
      if (appSecret === undefined) return refused("no app secret is set");
      const signature = fromHex(/^sha256=([0-9a-f]{64})$/i.exec(call.headers["x-hub-signature-256"] ?? "")?.[1] ?? "-");
      if (signature === undefined) return refused("no signature");
      if (!sameBytes(await hmac("SHA-256", bytesOf(appSecret), call.body), signature)) return refused("the signature does not fit");
      return { kind: "reports", reports: readNotification(recordOf(jsonOf(call.body)), phoneNumberId) };
    },
  },
};

/** Meta asks whether the address is ours: it says our word, and we say back its challenge. */
async function greet(call: InboundCall, verifyToken: string | undefined): Promise<InboundReading> {
  const query = URL.canParse(call.url) ? new URL(call.url).searchParams : new URLSearchParams();
  const given = query.get("hub.verify_token");
  const challenge = query.get("hub.challenge");
  if (query.get("hub.mode") !== "subscribe" || given === null || challenge === null) return refused("not a handshake");
  if (verifyToken === undefined) return refused("no verify token is set");
  // A challenge is a number; anything else would have us say back what somebody wrote.
  if (!/^[\w-]{1,200}$/.test(challenge)) return refused("not a challenge");
  return (await sameText(given, verifyToken)) ? { kind: "answer", status: 200, body: challenge } : refused("another verify token", 403);
}

/** One app may serve several numbers, and calls one address for all: those of others are left out. */
function readNotification(body: JsonRecord, phoneNumberId: string): readonly ProviderReport[] {
  const values = listOf(body["entry"])
    .flatMap((entry) => listOf(recordOf(entry)["changes"]))
    .map((change) => recordOf(recordOf(change)["value"]))
    .filter((value) => recordOf(value["metadata"])["phone_number_id"] === phoneNumberId);
  return values.flatMap((value) => [
    ...listOf(value["statuses"]).flatMap((status) => readStatus(recordOf(status))),
    ...listOf(value["messages"]).flatMap((message) => readMessage(recordOf(message))),
  ]);
}

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  sent: "sent",
  delivered: "delivered",
  read: "opened",
  played: "opened",
  failed: "bounced",
};

/** Cannot be reached on WhatsApp. */
const permanent = new Set(["131026"]);
/** Wants no more marketing from this business. */
const optedOut = "131050";

function readStatus(status: JsonRecord): readonly ProviderReport[] {
  const id = textOf(status["id"]);
  const said = textOf(status["status"]);
  const read = said !== undefined && Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (id === undefined || said === undefined || read === undefined) return [];
  const error = recordOf(listOf(status["errors"])[0]);
  const code = codeOf(error["code"]);
  return [
    reportOf({
      id: `${id}:${said}`,
      status: code === optedOut ? "unsubscribed" : read,
      permanent: read === "bounced" && code !== undefined && permanent.has(code),
      echo: textOf(status["biz_opaque_callback_data"]),
      providerMessageId: id,
      at: secondsOf(status["timestamp"]),
      address: plusDigits(textOf(status["recipient_id"])),
      reason: code === undefined ? undefined : [code, textOf(error["title"])].filter(Boolean).join(" "),
    }),
  ];
}

function readMessage(message: JsonRecord): readonly ProviderReport[] {
  const id = textOf(message["id"]);
  const sender = textOf(message["from"]);
  if (id === undefined || sender === undefined) return [];
  const interactive = recordOf(message["interactive"]);
  const text =
    textOf(recordOf(message["text"])["body"]) ??
    textOf(recordOf(message["button"])["text"]) ??
    textOf(recordOf(interactive["button_reply"])["title"]) ??
    textOf(recordOf(interactive["list_reply"])["title"]);
  return [
    reportOf({
      id: `${id}:received`,
      status: "inbound",
      // What it answers to, where the user chose a message to answer.
      providerMessageId: textOf(recordOf(message["context"])["id"]),
      at: secondsOf(message["timestamp"]),
      address: plusDigits(sender),
      text,
    }),
  ];
}
