import type { Channel, MessageContent, Outcome } from "../../domain/message/message.ts";

/** What a provider brings to the suite that all go through. */
export interface Sample {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Else the channel's. */
  readonly content?: MessageContent;
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
  sms: { channel: "sms", body: "Hi" },
  webhook: { channel: "webhook", url: "https://example.com/hook", method: "POST", headers: { "x-ref": "1" }, body: '{"a":1}' },
};

const from = "Shop <shop@example.com>";

/** One line per provider. */
export const samples: Readonly<Record<string, Sample>> = {
  brevo: { settings: { apiKey: "xkeysib-1", from, webhookSecret: "hook-secret" } },
  "cloudflare-email": { settings: { accountId: "0123456789abcdef0123456789abcdef", apiToken: "cf-token", from } },
  mailgun: {
    settings: { apiKey: "key-1", domain: "mg.example.com", from, webhookSigningKey: "signing-1", tracking: false },
    differs: { "404": "misconfigured" },
  },
  mandrill: { settings: { apiKey: "md-1234567890", from, webhookKey: "hook-1" } },
  outbox: { settings: {} },
  postmark: { settings: { serverToken: "server-token", from, messageStream: "broadcast", webhookSecret: "hook-secret", tracking: true } },
  resend: { settings: { apiKey: "re_123456", from } },
  sendgrid: { settings: { apiKey: "SG.abc", from, tracking: false } },
  ses: { settings: { region: "eu-central-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/key", from, configurationSet: "tern" } },
  webhook: { settings: { headers: { authorization: "Bearer abcdef" } } },
};
