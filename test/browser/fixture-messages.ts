/** Made-up messages of every status, and one whose mail is hostile. */
import type { MessageSummary } from "../../src/api/management.ts";
import { ago } from "./fixture-clock.ts";

const statuses = ["sent", "queued", "skipped", "failed", "held", "delivered", "uncertain", "sent", "sent"];
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
