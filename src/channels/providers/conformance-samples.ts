import { appServer, browser, newServiceAccount } from "../push/push-kit.ts";
import type { Channel, MessageContent, Outcome } from "../../domain/message/message.ts";

/** What a provider brings to the suite that all go through. */
export interface Sample {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Else the channel's. */
  readonly content?: MessageContent;
  /** Else an email address. */
  readonly to?: string;
  /** Where its documents say other than docs/semantics.md says of answers in general: by the name of the case. */
  readonly differs?: Readonly<Record<string, Outcome["kind"]>>;
}

/** Content of each channel, as full as it gets. */
export const contents: Readonly<Partial<Record<Channel, MessageContent>>> = {
  email: {
    channel: "email",
    subject: "Grüße",
    html: "<p>Hi</p>",
    text: "Hi",
    from: '"Shop, The" <shop@example.com>',
    replyTo: "Help <help@example.com>",
    cc: ["Grace <grace@example.com>", "ADA@example.com"],
    bcc: ["archive@example.com"],
    headers: {
      "List-Unsubscribe": "<https://example.com/u/1>, <mailto:u@example.com>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-ID": "<news.example.com>",
    },
    attachments: [{ name: "Rechnung März.pdf", type: "application/pdf", content: "JVBERi0xLjQK" }],
  },
  sms: { channel: "sms", body: "Grüße" },
  whatsapp: { channel: "whatsapp", body: "Grüße" },
  slack: { channel: "slack", text: "Grüße", blocks: [{ type: "section", text: { type: "mrkdwn", text: "Grüße" } }] },
  push: {
    channel: "push",
    title: "Grüße",
    body: "Your order is on its way",
    image: "https://example.com/box.png",
    link: "https://example.com/orders/1",
    actions: [{ id: "track", title: "Track it", link: "https://example.com/orders/1/track" }],
    data: { order: "1" },
    badge: 3,
    sound: "default",
    ttl: 3_600,
    collapseKey: "order-1",
  },
  webhook: { channel: "webhook", url: "https://example.com/hook", method: "POST", headers: { "x-ref": "1" }, body: '{"a":1}' },
};

const from = "Shop <shop@example.com>";
const number = "+49 151 1234567";

/** One line per provider. */
export const samples: Readonly<Record<string, Sample>> = {
  brevo: { settings: { apiKey: "xkeysib-1", from, webhookSecret: "hook-secret" } },
  "cloudflare-email": { settings: { accountId: "0123456789abcdef0123456789abcdef", apiToken: "cf-token", from } },
  expo: { settings: { accessToken: "expo-token", androidChannel: "orders" }, to: "ExponentPushToken[abc]" },
  fcm: { settings: { serviceAccount: (await newServiceAccount()).file, androidChannel: "orders" }, to: "fcm-token" },
  mailgun: {
    settings: { apiKey: "key-1", domain: "mg.example.com", from, webhookSigningKey: "signing-1", tracking: false },
    differs: { "404": "misconfigured" },
  },
  mandrill: { settings: { apiKey: "md-1234567890", from, webhookKey: "hook-1" } },
  messagebird: { settings: { accessKey: "live_1", from: "+4915199999", signingKey: "signing-1" }, to: number },
  onesignal: {
    settings: { appId: "b98881cc-1e94-4366-bbd9-db8f3429292b", apiKey: "os_v2_app_1" },
    to: "e4e87830-b954-11e3-811d-f3b376925f15",
  },
  outbox: { settings: {} },
  plivo: { settings: { authId: "MAXXXXXXXXXXXXXXXXXX", authToken: "plivo-token", from: "+14155550100" }, to: number },
  postmark: { settings: { serverToken: "server-token", from, messageStream: "broadcast", webhookSecret: "hook-secret", tracking: true } },
  resend: { settings: { apiKey: "re_123456", from } },
  sendgrid: { settings: { apiKey: "SG.abc", from, tracking: false } },
  ses: { settings: { region: "eu-central-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/key", from, configurationSet: "tern" } },
  slack: {
    settings: { botToken: "xoxb-1", channel: "#sales" },
    to: "U123",
    // HTTP says 200 also where Slack refuses: without its word nobody knows.
    differs: { "200": "uncertain", "201 without a body": "uncertain", "404": "misconfigured", "410": "misconfigured" },
  },
  telnyx: { settings: { apiKey: "KEY1", from: "+14155550100" }, to: number },
  twilio: { settings: { accountSid: `AC${"0".repeat(32)}`, authToken: "twilio-token", from: "+14155550100" }, to: number },
  "twilio-whatsapp": { settings: { accountSid: `AC${"0".repeat(32)}`, authToken: "twilio-token", from: "+14155550100" }, to: number },
  vonage: { settings: { apiKey: "abcd1234", apiSecret: "vonage-secret", from: "Shop" }, to: number },
  "vonage-sms": {
    settings: { apiKey: "abcd1234", apiSecret: "vonage-secret", from: "Shop", signatureMethod: "sha256" },
    to: number,
    // HTTP says 200 whatever happened: without a status nobody knows.
    differs: { "200": "uncertain", "201 without a body": "uncertain" },
  },
  "web-push": {
    settings: { publicKey: appServer.publicKey, privateKey: appServer.privateKey, subject: "mailto:ops@example.com" },
    to: browser.token,
    differs: { "404": "unreachable", "410": "unreachable", "an address that may not be called": "unreachable" },
  },
  smtp: { settings: { host: "mail.example.com", port: 587, security: "starttls", username: "shop", password: "secret-password", from } },
  webhook: { settings: { headers: { authorization: "Bearer abcdef" }, hosts: ["example.com"] } },
  "whatsapp-cloud": { settings: { accessToken: "meta-token", phoneNumberId: "106540352242922", version: "v23.0" }, to: number },
};
