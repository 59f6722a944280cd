import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { listOf, recordOf, textOf, type JsonRecord } from "../inbound.ts";
import type { HttpProvider, Receipt } from "../provider.ts";
import { groupName } from "../push/group-name.ts";
import { soundOf } from "../push/sound.ts";
import { describe, jsonBody, readReply, retryAfter, type Answer, type Reply } from "../reply.ts";

const settings = z.strictObject({
  accessToken: z
    .string()
    .regex(/^[\u0021-\u007e]{1,200}$/, "an access token is printable text without spaces")
    .optional()
    .meta({
      description: "Needed where the Expo project asks for one (enhanced security)",
      examples: ["AbCdEfGhIjKlMnOpQrStUvWxYz0123456789ABCD"],
    }),
  androidChannel: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "Notification channel of the Android app; left out, the app's default one", examples: ["orders"] }),
});

/** Expo's push service, for apps that register Expo push tokens. */
export const expo: HttpProvider<typeof settings> = {
  type: "expo",
  title: "Expo",
  via: "http",
  channels: ["push"],
  devices: ["expo"],
  settings,
  // By receipts, see below; a good one says only that Apple or Google took it.
  reports: ["bounced"],
  secrets: ["accessToken"],
  baseUrl: "https://exp.host",
  // Source: docs.expo.dev/push-notifications/sending-notifications, Request errors
  suggestedRate: { count: 600, per: "PT1S" },
  cost: "No charge (docs.expo.dev/push-notifications/faq)",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "push") throw new Error(`expected push content, got ${content.channel}`);
    const { title, body, image, link, data, actions, badge, ttl } = content;
    const group = groupName(content, message.id);
    return {
      method: "POST",
      url: `${baseUrl}/--/api/v2/push/send`,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(given.accessToken !== undefined && { authorization: `Bearer ${given.accessToken}` }),
      },
      // Always a list: then the answer is one too.
      body: JSON.stringify([
        {
          to: message.to,
          title,
          body,
          data: { ...data, tern: message.echo, link, actions },
          sound: soundOf(content),
          badge,
          ttl,
          priority: "high",
          channelId: given.androidChannel,
          ...(image !== undefined && { richContent: { image }, mutableContent: true }),
          collapseId: group,
          tag: group,
        },
      ]),
    };
  },
  // Source: docs.expo.dev/push-notifications/sending-notifications: after 15 minutes, kept for a day, 1,000 a call.
  receipts: {
    afterSeconds: 900,
    most: 1_000,
    request: (ids, { accessToken }, baseUrl) => ({
      method: "POST",
      url: `${baseUrl}/--/api/v2/push/getReceipts`,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ ids }),
    }),
    read: readReceipts,
  },
  outcome: readExpoReply,
};

function readReceipts(reply: Reply): ReadonlyMap<string, Receipt> | undefined {
  if (reply.kind !== "answer" || reply.status !== 200 || !reply.complete) return undefined;
  const { data } = jsonBody(reply) ?? {};
  if (data === undefined) return undefined;
  return new Map(
    Object.entries(recordOf(data)).map(([id, said]): [string, Receipt] => {
      const receipt = recordOf(said);
      if (receipt["status"] !== "error") return [id, {}];
      const { kind, detail = "" } = readExpoError(reply, receipt);
      const failed = {
        reason: detail,
        permanent: kind === "unreachable",
        ...(kind === "misconfigured" && { misconfigured: true as const }),
      };
      return [id, { failed }];
    }),
  );
}

function readExpoReply(reply: Reply): Outcome {
  if (reply.kind !== "answer") return readReply(reply);
  const body = jsonBody(reply) ?? {};
  const isGood = reply.status >= 200 && reply.status < 300;
  const ticket = recordOf(listOf(body["data"])[0]);
  if (isGood && (ticket["status"] === "error" || ticket["details"] !== undefined)) return readExpoError(reply, ticket);
  const problem = recordOf(listOf(body["errors"])[0]);
  if (isGood && textOf(problem["code"]) !== undefined) return readRequestError(reply, problem);
  const id = textOf(ticket["id"]);
  const outcome = readReply(reply);
  return outcome.kind === "accepted" && id !== undefined ? { ...outcome, providerMessageId: id } : outcome;
}

/** What a ticket or receipt says went wrong. Source: docs.expo.dev/push-notifications/sending-notifications, Individual errors */
const readExpoError = (reply: Answer, said: JsonRecord): Outcome => {
  const name = textOf(recordOf(said["details"])["error"]) ?? "error";
  const detail = `${name}: ${(textOf(said["message"]) ?? "").slice(0, 200)}`;
  switch (name) {
    case "DeviceNotRegistered":
      return { kind: "unreachable", detail };
    case "MessageRateExceeded":
    case "ExpoError":
    case "ProviderError":
      return { ...retryAfter(reply), kind: "retry", detail };
    case "InvalidCredentials":
    case "MismatchSenderId":
      return { kind: "misconfigured", detail };
    default:
      return { kind: "rejected", detail };
  }
};

/** An error of the whole request that came with a good status. */
const readRequestError = (reply: Answer, { code }: JsonRecord): Outcome => {
  if (code === "TOO_MANY_REQUESTS") return retryAfter(reply);
  return { kind: code === "UNAUTHORIZED" ? "misconfigured" : "rejected", detail: describe(reply) };
};
