import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { listOf, recordOf, textOf } from "../inbound.ts";
import type { HttpProvider } from "../provider.ts";
import { groupName } from "../push/group-name.ts";
import { uuidOf } from "../push/uuid.ts";
import { describe, jsonBody, readReply, type Reply } from "../reply.ts";

const settings = z.strictObject({
  appId: z.uuid().meta({ description: "OneSignal app id: Settings, Keys & IDs", examples: ["b98881cc-1e94-4366-bbd9-db8f3429292b"] }),
  apiKey: z
    .string()
    .regex(/^[\u0021-\u007e]{1,200}$/, "an API key is printable text without spaces")
    .meta({ description: "App API key: Settings, Keys & IDs", examples: ["os_v2_app_0123456789"] }),
});

/** OneSignal, push. The device's token is a OneSignal subscription id, as its SDKs tell it (`OneSignal.User.PushSubscription.id`). */
export const onesignal: HttpProvider<typeof settings> = {
  type: "onesignal",
  title: "OneSignal",
  via: "http",
  channels: ["push"],
  devices: ["uuid"],
  settings,
  reports: [],
  secrets: ["apiKey"],
  baseUrl: "https://api.onesignal.com",
  // Source: documentation.onesignal.com/reference/idempotent-notification-requests: a UUID, remembered for 30 days.
  idempotency: { field: "idempotency_key", lifeMs: 30 * 24 * 3_600_000 },
  // Source: documentation.onesignal.com/reference/rate-limits, free plan
  suggestedRate: { count: 150, per: "PT1S" },
  cost: "By plan (onesignal.com/pricing)",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "push") throw new Error(`expected push content, got ${content.channel}`);
    const { title, body, image, link, data, actions, badge, sound, ttl, collapseKey } = content;
    const buttons = actions?.map((action) => ({ id: action.id, text: action.title, url: action.link }));
    return {
      method: "POST",
      url: `${baseUrl}/notifications`,
      headers: { "content-type": "application/json", authorization: `Key ${given.apiKey}` },
      body: JSON.stringify({
        app_id: given.appId,
        target_channel: "push",
        include_subscription_ids: [message.to],
        // The language every message must have; which one it is, the template has decided.
        headings: { en: title },
        contents: { en: body },
        url: link,
        data: { ...data, tern: message.echo },
        ...(image !== undefined && { big_picture: image, chrome_web_image: image, ios_attachments: { image } }),
        ...(buttons !== undefined && { buttons, web_buttons: buttons.slice(0, 2) }),
        ...(badge !== undefined && { ios_badgeType: "SetTo", ios_badgeCount: badge }),
        // OneSignal plays the device's own where nothing is said, and none at this word of its own.
        ios_sound: sound === "none" ? "nil" : sound,
        ttl,
        collapse_id: groupName(content, message.id),
        web_push_topic: collapseKey === undefined ? undefined : groupName(content, message.id),
        idempotency_key: uuidOf(message.id),
      }),
    };
  },
  outcome: readOneSignalReply,
};

/** Lists of recipients it does not know, among the errors of a good answer. */
const unknownRecipients = ["invalid_player_ids", "invalid_aliases", "invalid_external_user_ids"];

/** What OneSignal says, as a bad request, of an app that is none or not the key's. */
const noApp = /app_id/i;

function readOneSignalReply(reply: Reply): Outcome {
  const outcome = readReply(reply);
  if (reply.kind === "answer" && reply.status === 400 && noApp.test(saidBy(jsonBody(reply)?.["errors"]) ?? ""))
    return { kind: "misconfigured", detail: describe(reply) };
  if (reply.kind !== "answer" || outcome.kind !== "accepted") return outcome;
  const { id, errors } = jsonBody(reply) ?? {};
  const isUnknown = unknownRecipients.some((name) => recordOf(errors)[name] !== undefined);
  // There is one recipient: whom nobody is subscribed as gets nothing.
  if (id === "" || isUnknown) return { kind: "unreachable", detail: saidBy(errors) ?? describe(reply) };
  const known = textOf(id);
  return { ...outcome, ...(known !== undefined && { providerMessageId: known }) };
}

const saidBy = (errors: unknown): string | undefined => textOf(listOf(errors)[0])?.slice(0, 200);
