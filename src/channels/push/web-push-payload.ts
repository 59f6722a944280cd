import type { Sending } from "../provider.ts";
import { groupName, type PushContent } from "./group-name.ts";

/**
 * What the page's service worker is given, as JSON: `title`, and `options` as `showNotification` takes them; `data.link` is
 * for its click handler. With a link it is also a declarative message (W3C Push API), which browsers that know them show
 * without a service worker.
 */
export const webPushPayload = ({ id, echo }: Sending, content: PushContent): object => {
  const { title, body, image, link, actions, data, badge, sound } = content;
  const options = {
    body,
    image,
    tag: groupName(content, id),
    // A page cannot choose a sound, only none.
    ...(sound === "none" && { silent: true }),
    ...(actions !== undefined && { actions: actions.map((action) => ({ action: action.id, title: action.title, navigate: action.link })) }),
    data: { ...data, tern: echo, ...(link !== undefined && { link }) },
  };
  return {
    ...(link !== undefined && { web_push: 8030 }),
    notification: { title, ...(link !== undefined && { navigate: link }), ...options },
    ...(badge !== undefined && { app_badge: badge }),
  };
};
