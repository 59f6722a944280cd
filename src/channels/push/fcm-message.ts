import type { Sending } from "../provider.ts";
import { groupName, type PushContent } from "./group-name.ts";
import { soundOf } from "./sound.ts";

/** What of a template FCM shows by itself, and what it hands to the app. Source: the FCM v1 reference (projects.messages). */
export const fcmMessage = ({ id, echo, to }: Sending, content: PushContent, androidChannel: string | undefined): object => {
  const { title, body, image, link, badge, ttl, collapseKey, actions } = content;
  const group = groupName(content, id);
  const sound = soundOf(content);
  return {
    token: to,
    notification: { title, body, image },
    data: fcmData(content, echo),
    android: {
      priority: "HIGH",
      ...(ttl !== undefined && { ttl: `${ttl}s` }),
      // A device keeps four of them at most, so only those that were asked for.
      ...(collapseKey !== undefined && { collapse_key: collapseKey }),
      notification: { tag: group, sound, notification_count: badge, channel_id: androidChannel },
    },
    apns: {
      headers: { "apns-push-type": "alert", "apns-priority": "10", "apns-collapse-id": group },
      payload: { aps: { alert: { title, body }, badge, sound, ...(image !== undefined && { "mutable-content": 1 }) } },
      ...(image !== undefined && { fcm_options: { image } }),
    },
    webpush: {
      headers: { Urgency: "high", ...(ttl !== undefined && { TTL: String(ttl) }) },
      notification: {
        title,
        body,
        image,
        tag: group,
        ...(actions !== undefined && { actions: actions.map((action) => ({ action: action.id, title: action.title })) }),
      },
      // FCM refuses any other scheme, for all platforms.
      ...(link?.startsWith("https://") === true && { fcm_options: { link } }),
    },
  };
};

/** Names that FCM keeps for itself; a message with one of them would be refused. */
const reserved = /^(?:from|message_type|google\..*|gcm\..*)$/;

/** All values are text, as FCM wants them. */
const fcmData = ({ data = {}, link, actions }: PushContent, echo: string): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(data).filter(([name]) => !reserved.test(name))),
  tern: echo,
  ...(link !== undefined && { link }),
  ...(actions !== undefined && { actions: JSON.stringify(actions) }),
});
