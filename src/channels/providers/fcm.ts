import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { jsonOf, listOf, recordOf, textOf } from "../inbound.ts";
import type { HttpCall, HttpProvider } from "../provider.ts";
import { fcmMessage } from "../push/fcm-message.ts";
import { googleToken, readServiceAccount, type ServiceAccount } from "../push/google-token.ts";
import { describe, jsonBody, readReply, retryAfter, type Answer, type Reply } from "../reply.ts";

const settings = z.strictObject({
  serviceAccount: z
    .string()
    .max(10_000)
    .refine((text) => readServiceAccount(text) !== undefined, "the text of a service account's key file (JSON)")
    .describe("The service account's key file, as text: Firebase console, Project settings, Service accounts"),
  androidChannel: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "Notification channel of the Android app; left out, the app's default one", examples: ["orders"] }),
});

/** Firebase Cloud Messaging, HTTP v1: Android, iOS through its apns block, and browsers that use the Firebase SDK. */
export const fcm: HttpProvider<typeof settings> = {
  type: "fcm",
  title: "Firebase Cloud Messaging",
  via: "http",
  channels: ["push"],
  devices: ["native"],
  settings,
  // The answer to the send is all it ever says of one message.
  reports: [],
  secrets: ["serviceAccount"],
  baseUrl: "https://fcm.googleapis.com",
  // Source: firebase.google.com/docs/cloud-messaging/throttling-and-quotas: 600,000 a minute; a rate counts to a thousand, evenly spread.
  suggestedRate: { count: 1_000, per: "PT1S" },
  cost: "No charge (firebase.google.com/pricing)",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "push") throw new Error(`expected push content, got ${content.channel}`);
    return {
      method: "POST",
      url: `${baseUrl}/v1/projects/${accountOf(given).projectId}/messages:send`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: fcmMessage(message, content, given.androidChannel) }),
    };
  },
  async authorize(call, given, ports) {
    const token = await googleToken(accountOf(given), ports);
    return { ...withExpiry(call, ports.now()), headers: { ...call.headers, authorization: `Bearer ${token}` } };
  },
  outcome: readFcmReply,
};

const accountOf = ({ serviceAccount }: z.output<typeof settings>): ServiceAccount => {
  const account = readServiceAccount(serviceAccount);
  if (account === undefined) throw new Error("the service account's key file cannot be read");
  return account;
};

/** Apple wants an instant where everyone else takes seconds: 0 = now or never. */
const withExpiry = (call: HttpCall, now: number): HttpCall => {
  const { message } = JSON.parse(String(call.body)) as { message: FcmParts }; // written by fcmMessage
  if (message.android.ttl === undefined) return call;
  const seconds = Number.parseInt(message.android.ttl, 10);
  const expiration = seconds === 0 ? "0" : String(Math.floor(now / 1000) + seconds);
  const apns = { ...message.apns, headers: { ...message.apns.headers, "apns-expiration": expiration } };
  return { ...call, body: JSON.stringify({ message: { ...message, apns } }) };
};

interface FcmParts {
  readonly android: { readonly ttl?: string };
  readonly apns: { readonly headers: Readonly<Record<string, string>> };
}

const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
/** Shortest waits where no Retry-After says more. Source: firebase.google.com/docs/cloud-messaging/scale-fcm */
const QUOTA_WAIT_MS = 60_000;
const TROUBLE_WAIT_MS = 10_000;

function readFcmReply(reply: Reply): Outcome {
  if (reply.kind !== "answer") return readReply(reply);
  if (reply.status >= 200 && reply.status < 300) {
    const name = textOf(jsonBody(reply)?.["name"]);
    return { kind: "accepted", ...(name !== undefined && { providerMessageId: name }) };
  }
  const details = listOf(recordOf(recordOf(jsonOf(reply.body))["error"])["details"]).map(recordOf);
  const code = textOf(details.find((detail) => detail["@type"] === FCM_ERROR)?.["errorCode"]);
  switch (code) {
    case "UNREGISTERED":
    case "SENDER_ID_MISMATCH":
      return { kind: "unreachable", detail: describe(reply) };
    case "INVALID_ARGUMENT":
      return readInvalid(reply, details);
    case "QUOTA_EXCEEDED":
      return retryAfter(reply, QUOTA_WAIT_MS);
    case "UNAVAILABLE":
    case "INTERNAL":
      return retryAfter(reply, TROUBLE_WAIT_MS);
    case "THIRD_PARTY_AUTH_ERROR":
      return { kind: "misconfigured", detail: describe(reply) };
    default:
      return readReply(reply);
  }
}

/** What FCM says of a token that was never one. Source: firebase.google.com/docs/cloud-messaging/manage-tokens, and what its SDKs meet. */
const noToken = /registration token/i;

/**
 * A token that is none, or a message FCM does not take (too big, a bad life, a bad name of data): both are INVALID_ARGUMENT.
 * Only where it names the token is it the token: a template that is too long must not cost everybody their devices.
 */
const readInvalid = (reply: Answer, details: readonly Readonly<Record<string, unknown>>[]): Outcome => {
  const requests = details.filter((detail) => detail["@type"] === BAD_REQUEST);
  const violations = requests.flatMap((detail) => listOf(detail["fieldViolations"]));
  const isToken =
    requests.length === 0
      ? noToken.test(textOf(recordOf(recordOf(jsonOf(reply.body))["error"])["message"]) ?? "")
      : violations.length > 0 && violations.every((violation) => recordOf(violation)["field"] === "message.token");
  return { kind: isToken ? "unreachable" : "rejected", detail: describe(reply) };
};
