/** Made-up messages of the short channels, as full as they get, with addresses that must lead nowhere. */
import { message } from "./fixture-messages.ts";

const subscription = JSON.stringify({
  endpoint: "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn0123456789",
  keys: { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", auth: "BTBZMqHH6r4Tts7J_aSIgg" },
});

const of = (channel: string, to: string, content: object) => ({
  ...message,
  id: channel,
  channel,
  to,
  subject: null,
  followed: null,
  content: { channel, ...content },
  timeline: message.timeline.map((fact) => ({ ...fact, channel })),
});

/** By the path their pages ask for. */
export const shortMessages: Readonly<Record<string, unknown>> = {
  "/messages/push": of("push", subscription, {
    title: "Your parcel is on its way, Ada",
    body: "It comes tomorrow between 9 and 12.\nNobody at home? Choose a neighbour.",
    image: "https://tracker.example.com/parcel.png",
    link: "javascript:window.top.hacked=true",
    actions: [
      { id: "track", title: "Track it", link: "https://shop.example.com/orders/1" },
      { id: "later", title: "Another day" },
    ],
    data: { order: "1", carrier: "bicycle" },
    badge: 3,
    sound: "none",
    ttl: 5_400,
    collapseKey: "order-1",
  }),
  "/messages/whatsapp": of("whatsapp", "+4915112345678", {
    template: { name: "order_shipped", language: "en_GB", parameters: ["Ada", "tomorrow between 9 and 12", "<b>bold</b>"] },
  }),
  "/messages/slack": of("slack", "", {
    text: "Order &lt;7&gt; was paid",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "A new order" } },
      {
        type: "section",
        text: { type: "mrkdwn", text: "*Ada Lovelace* &lt;!channel&gt; bought a trail shoe" },
        fields: [
          { type: "mrkdwn", text: "*Sum*\n89.00 €" },
          { type: "mrkdwn", text: "*Country*\nGermany" },
        ],
      },
      { type: "divider" },
      {
        type: "context",
        elements: [
          { type: "mrkdwn", text: "Order 7" },
          { type: "mrkdwn", text: "Thursday" },
        ],
      },
      { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Open it" }, url: "https://shop.example.com/7" }] },
    ],
  }),
  "/messages/sms": of("sms", "+4915112345678", { body: `Your parcel comes tomorrow, Ada – it’s ${"very ".repeat(12)}close.` }),
  "/messages/webhook": of("webhook", "https://shop.example.com/hooks/cart", {
    url: "https://shop.example.com/hooks/cart",
    method: "POST",
    headers: { "content-type": "application/json", "x-ref": "1" },
    body: '{"user":"ada","cart":{"items":2}}',
  }),
};
