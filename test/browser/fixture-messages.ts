/** Made-up messages of every status, and one whose mail is hostile. */
import type { MessageSummary } from "../../src/api/message-view.ts";
import { ago } from "./fixture-clock.ts";

const statuses = ["sent", "queued", "skipped", "failed", "held", "delivered", "uncertain", "unsubscribed", "sent"];
export const messages: readonly MessageSummary[] = Array.from({ length: 60 }, (_, n) => {
  const status = statuses[n % statuses.length] ?? "sent";
  const channel = n % 5 === 4 ? "webhook" : "email";
  return {
    id: `m${n}`,
    user: `user-${n}`,
    anonymous: false,
    channel,
    template: "cart-reminder",
    topic: "offers",
    journey: "abandoned-cart",
    version: 2,
    run: "r1",
    step: "remind",
    provider: "outbox",
    status,
    attempts: 1,
    to: `someone.${n}@example.com`,
    subject: channel === "email" ? "You left something in your cart" : null,
    reason: status === "skipped" ? "exited: event “Order Completed”" : status === "failed" ? "422 The `to` address is not valid" : null,
    createdAt: ago(n * 7),
    updatedAt: ago(n * 7),
  };
});

/** Everything a mail may try against whoever previews it. */
const hostileHtml = `<h1 style="color:#0b7285">You left something</h1><p>Hello Ada, your <b>Trail shoe</b> still waits.</p>
<p><a href="https://shop.example.com/cart" style="background:#0b7285;color:#fff;padding:10px 18px;border-radius:6px;text-decoration:none">Back to the cart</a></p>
<script>parent.document.title = "broken out"; window.top.hacked = true; document.title = "ran";</script>
<img src="https://tracker.example.com/pixel.png" onerror="window.top.hacked = true; document.body.dataset.ran = 'yes'" alt="">
<meta http-equiv="refresh" content="0; url=https://evil.example.com/"><base href="https://evil.example.com/">
<iframe src="javascript:top.hacked=true"></iframe><form action="https://evil.example.com/"><button autofocus>Send</button></form>`;

export const message = {
  ...messages[0],
  content: {
    channel: "email",
    subject: "You left something in your cart",
    html: hostileHtml,
    text: "Hello Ada, your Trail shoe still waits.\n\nhttps://shop.example.com/cart",
    from: "Shop <hello@shop.example.com>",
    preheader: "It is still there",
  },
  due: null,
  sentAt: ago(0.2),
  providerMessageId: "outbox-m0",
  origin: "journey",
  transactional: false,
  copyOf: null,
  copies: 0,
  deadLetter: null,
  followed: {
    opens: 2,
    machineOpens: 1,
    links: [{ url: "https://shop.example.com/cart", clicks: 1, machineClicks: 4, firstAt: ago(0.1), lastAt: ago(0.1) }],
  },
  timeline: ["queued", "claimed", "sent"].map((status, n) => ({
    kind: "message",
    at: ago(1 - n / 3),
    message: "m0",
    createdAt: ago(1),
    status,
    channel: "email",
    template: "cart-reminder",
    attempts: n > 0 ? 1 : 0,
  })),
};

/** A text that a call asked for, whose provider never said what became of it. */
export const uncertainText = {
  ...messages[6],
  channel: "sms",
  template: "",
  topic: null,
  journey: null,
  version: null,
  run: null,
  step: null,
  provider: "texts",
  to: "+4915112345678",
  subject: null,
  reason: "502 without a clear answer",
  attempts: 2,
  content: { channel: "sms", body: "Your code is 4711" },
  due: null,
  sentAt: null,
  providerMessageId: null,
  origin: "call",
  transactional: true,
  copyOf: null,
  copies: 0,
  deadLetter: { mayBeOut: true },
  followed: null,
  timeline: ["queued", "claimed", "held", "claimed", "uncertain"].map((status, n) => ({
    kind: "message",
    at: ago(1 - n / 5),
    message: "m6",
    createdAt: ago(1),
    status,
    channel: "sms",
    template: "",
    provider: n < 3 ? "texts-first" : "texts",
    attempts: n === 0 ? 0 : n < 3 ? 1 : 2,
    ...(status === "held" && { reason: "refused: 429", until: ago(0.5) }),
  })),
};
