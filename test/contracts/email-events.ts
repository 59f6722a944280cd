import type { ProviderReport } from "../../src/channels/provider.ts";

interface OwnEvent {
  readonly case: string;
  readonly payload: unknown;
  /** What the reports say, in short: the status, "for good" where the address is dead, "by a machine". */
  readonly expected: readonly string[];
  /** More of the first report. */
  readonly report?: Partial<ProviderReport>;
}

interface Events {
  /** Written from the provider's documentation: they are run in every clone. */
  readonly own: readonly OwnEvent[];
  /** What the official samples say, by their names. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

const echo = "w1-0-m0abc";
const address = "ada@example.com";
const at = Date.parse("2026-03-05T09:59:00Z");
const ts = at / 1000;

const sendgridEvent = (event: string, more: object = {}) => [
  { email: address, timestamp: ts, event, sg_event_id: `e-${event}`, sg_message_id: "abc.filter1.2", tern: echo, ...more },
];
const mailgunEvent = (event: string, more: object = {}) => ({
  "event-data": { event, id: "x", timestamp: ts + 0.5, recipient: address, "user-variables": { tern: echo }, ...more },
});
const mandrillEvent = (event: string, more: object = {}) => [
  { event, _id: "m1", ts, msg: { _id: "m1", email: address, metadata: { tern: echo }, ...more } },
];
const brevoEvent = (event: string, more: object = {}) => ({
  event,
  email: address,
  ts_event: ts,
  "message-id": "<m1@relay.example>",
  "X-Mailin-custom": echo,
  ...more,
});
const sesEvent = (eventType: string, more: object = {}) => ({
  eventType,
  mail: { messageId: "m1", timestamp: "2026-03-05T09:59:00.000Z", destination: [address], tags: { tern: [echo], "ses:x": ["y"] } },
  ...more,
});
const resendEvent = (type: string, more: object = {}) => ({
  type,
  created_at: "2026-03-05T09:59:00.000Z",
  data: { email_id: "m1", to: [address], tags: { tern: echo }, ...more },
});
const postmarkRecord = (RecordType: string, more: object = {}) => ({
  RecordType,
  MessageID: "m1",
  Metadata: { tern0: "w1-0", tern1: "-m0abc" },
  ...more,
});

const bounced = (type: string) => ({
  bounce: {
    bounceType: type,
    bounceSubType: "General",
    timestamp: "2026-03-05T09:59:00.000Z",
    bouncedRecipients: [{ emailAddress: address, diagnosticCode: "smtp; 550" }],
  },
});

/** Events of each email provider and what is made of them. */
export const emailEvents: Readonly<Record<string, Events>> = {
  resend: {
    own: [
      {
        case: "delivery",
        payload: resendEvent("email.delivered"),
        expected: ["delivered"],
        report: { id: "msg_1", echo, address, at, providerMessageId: "m1" },
      },
      {
        case: "bounce",
        payload: resendEvent("email.bounced", { bounce: { type: "Permanent", subType: "General", message: "no such\nmailbox" } }),
        expected: ["bounced for good"],
        report: { reason: "no such mailbox" },
      },
      { case: "passing bounce", payload: resendEvent("email.bounced", { bounce: { type: "Transient" } }), expected: ["bounced"] },
      { case: "suppression", payload: resendEvent("email.suppressed"), expected: ["bounced for good"] },
      {
        case: "failure",
        payload: resendEvent("email.failed", { failed: { reason: "reached_daily_quota" } }),
        expected: ["bounced"],
        report: { reason: "reached_daily_quota" },
      },
      {
        case: "click",
        payload: resendEvent("email.clicked", { click: { link: "https://example.com/a" } }),
        expected: ["clicked"],
        report: { link: "https://example.com/a" },
      },
      {
        case: "list of tags",
        payload: resendEvent("email.opened", { tags: [{ name: "tern", value: echo }] }),
        expected: ["opened"],
        report: { echo },
      },
    ],
    samples: {
      sent_event: ["sent"],
      delivered_event: ["delivered"],
      hard_bounced_event: ["bounced for good"],
      suppressed_event: ["bounced for good"],
      delivery_delayed_event: ["deferred"],
      complained_event: ["complained"],
      opened_event: ["opened"],
      clicked_event: ["clicked"],
    },
  },
  sendgrid: {
    own: [
      {
        case: "delivery",
        payload: sendgridEvent("delivered"),
        expected: ["delivered"],
        report: { id: "e-delivered:delivered", echo, address, at, providerMessageId: "abc" },
      },
      {
        case: "bounce",
        payload: sendgridEvent("bounce", { type: "bounce", status: "5.1.1", reason: "550 5.1.1 unknown" }),
        expected: ["bounced for good"],
        report: { reason: "550 5.1.1 unknown" },
      },
      { case: "block", payload: sendgridEvent("bounce", { type: "blocked", status: "5.7.1" }), expected: ["bounced"] },
      { case: "bounce that passes", payload: sendgridEvent("bounce", { type: "bounce", status: "4.4.1" }), expected: ["bounced"] },
      { case: "drop of a dead address", payload: sendgridEvent("dropped", { reason: "Bounced Address" }), expected: ["bounced for good"] },
      { case: "drop as spam", payload: sendgridEvent("dropped", { reason: "Spam Content" }), expected: ["bounced"] },
      { case: "open by Apple's proxy", payload: sendgridEvent("open", { sg_machine_open: true }), expected: ["opened by a machine"] },
      { case: "open", payload: sendgridEvent("open", { sg_machine_open: false }), expected: ["opened"] },
      {
        case: "click",
        payload: sendgridEvent("click", { url: "https://example.com/a" }),
        expected: ["clicked"],
        report: { link: "https://example.com/a" },
      },
      { case: "resubscription", payload: sendgridEvent("group_resubscribe"), expected: [] },
    ],
    samples: {
      "all events, one batch (official)": [
        "sent",
        "deferred",
        "delivered",
        "opened",
        "clicked",
        "bounced for good",
        "bounced for good",
        "complained",
        "unsubscribed",
        "unsubscribed",
      ],
      processed_event: ["sent"],
      delivered_event: ["delivered"],
      dropped_invalid_event: ["bounced for good"],
      dropped_bounced: ["bounced for good"],
      dropped_unsubscribed_event: ["bounced"],
      bounce_event: ["bounced for good"],
      deferred_event: ["deferred"],
      open_event: ["opened"],
      click_event: ["clicked"],
      compatibility_message_id_from_smtp_id: ["delivered"],
    },
  },
  postmark: {
    own: [
      {
        case: "delivery",
        payload: postmarkRecord("Delivery", { Recipient: address, DeliveredAt: "2026-03-05T09:59:00.1234567Z" }),
        expected: ["delivered"],
        report: { echo, address, at: at + 123, providerMessageId: "m1" },
      },
      {
        case: "bounce",
        payload: postmarkRecord("Bounce", { Type: "HardBounce", ID: 42, Email: address, Inactive: true, Details: "550" }),
        expected: ["bounced for good"],
        report: { reason: "550", address },
      },
      {
        case: "soft bounce",
        payload: postmarkRecord("Bounce", { Type: "SoftBounce", ID: 43, Email: address, Inactive: false }),
        expected: ["bounced"],
      },
      {
        case: "bounce by DMARC",
        payload: postmarkRecord("Bounce", { Type: "DMARCPolicy", ID: 44, Email: address, Inactive: false }),
        expected: ["bounced"],
      },
      { case: "passing trouble", payload: postmarkRecord("Bounce", { Type: "Transient", ID: 45, Email: address }), expected: ["deferred"] },
      { case: "absence note", payload: postmarkRecord("Bounce", { Type: "AutoResponder", ID: 46, Email: address }), expected: [] },
      { case: "mail to us", payload: { RecordType: "Inbound", MessageID: "m2" }, expected: [] },
      {
        case: "suppression after a bounce",
        payload: postmarkRecord("SubscriptionChange", {
          Recipient: address,
          SuppressSending: true,
          SuppressionReason: "HardBounce",
          ChangedAt: "2026-03-05T09:59:00Z",
        }),
        expected: ["bounced for good"],
      },
    ],
    samples: {
      Delivery: ["delivered"],
      "Bounce/HardBounce": ["bounced for good"],
      "SpamComplaint/SpamComplaint": ["complained"],
      Open: ["opened"],
      Click: ["clicked"],
      SubscriptionChange: ["unsubscribed"],
      bounce_event: ["bounced for good"],
      delivered_event: ["delivered"],
      open_event: ["opened"],
      click_event: ["clicked"],
      spam_event: ["complained"],
      unsubscribe: ["unsubscribed"],
      resubscribe: [],
      subscription_change_bounce: ["bounced for good"],
      bounce_unsubscribe_variant: ["unsubscribed"],
    },
  },
  mailgun: {
    own: [
      {
        case: "delivery",
        payload: mailgunEvent("delivered", { message: { headers: { "message-id": "m1@example.com" } } }),
        expected: ["delivered"],
        report: { echo, address, at: at + 500, providerMessageId: "m1@example.com" },
      },
      {
        case: "failure for good",
        payload: mailgunEvent("failed", { severity: "permanent", reason: "bounce", "delivery-status": { message: "5.1.1 gone" } }),
        expected: ["bounced for good"],
        report: { reason: "5.1.1 gone" },
      },
      {
        case: "failure that passes",
        payload: mailgunEvent("failed", { severity: "temporary", reason: "generic" }),
        expected: ["deferred"],
      },
      {
        case: "failure because they unsubscribed",
        payload: mailgunEvent("failed", { severity: "permanent", reason: "suppress-unsubscribe" }),
        expected: ["bounced"],
      },
      {
        case: "refusal by the receiver's filter",
        payload: mailgunEvent("failed", { severity: "permanent", reason: "espblock" }),
        expected: ["bounced"],
      },
      {
        case: "rejection",
        payload: mailgunEvent("rejected", { reject: { reason: "Sandbox" } }),
        expected: ["bounced"],
        report: { reason: "Sandbox" },
      },
      {
        case: "open by Apple's proxy",
        payload: mailgunEvent("opened", { "client-info": { bot: "apple" } }),
        expected: ["opened by a machine"],
      },
      {
        case: "click",
        payload: mailgunEvent("clicked", { url: "https://example.com/a", "client-info": { bot: "" } }),
        expected: ["clicked"],
        report: { link: "https://example.com/a" },
      },
    ],
    samples: {
      Accepted: ["sent"],
      "Accepted (Routed)": ["sent"],
      Delivered: ["delivered"],
      "Failed (Permanent)": ["bounced for good"],
      "Failed (Temporary)": ["deferred"],
      Opened: ["opened"],
      Clicked: ["clicked"],
      Unsubscribed: ["unsubscribed"],
      Complained: ["complained"],
      Stored: [],
      requires_webhook_signing_key: ["delivered"],
      delivered_event: ["delivered"],
      failed_permanent_event: ["bounced for good"],
      failed_temporary_event: ["deferred"],
      failed_greylisted_event: ["deferred"],
      rejected_event: ["bounced"],
      complained_event: ["complained"],
      unsubscribed_event: ["unsubscribed"],
      opened_event: ["opened"],
      clicked_event: ["clicked"],
      delivery_status_is_none_event: ["sent"],
    },
  },
  mandrill: {
    own: [
      { case: "sending", payload: mandrillEvent("send"), expected: ["sent"], report: { echo, address, at, providerMessageId: "m1" } },
      {
        case: "bounce",
        payload: mandrillEvent("hard_bounce", { diag: "smtp;550" }),
        expected: ["bounced for good"],
        report: { reason: "smtp;550" },
      },
      { case: "soft bounce", payload: mandrillEvent("soft_bounce"), expected: ["bounced"] },
      { case: "rejection", payload: mandrillEvent("reject"), expected: ["bounced"] },
      {
        case: "several at once",
        payload: [...mandrillEvent("spam"), ...mandrillEvent("unsub"), ...mandrillEvent("open")],
        expected: ["complained", "unsubscribed", "opened"],
      },
    ],
    samples: {
      send_event: ["sent"],
      hard_bounce_event: ["bounced for good"],
      click_event: ["clicked"],
      sync_event: [],
      old_tracking_url: ["sent"],
    },
  },
  brevo: {
    own: [
      {
        case: "delivery",
        payload: brevoEvent("delivered"),
        expected: ["delivered"],
        report: { echo, address, at, providerMessageId: "m1@relay.example" },
      },
      {
        case: "bounce",
        payload: brevoEvent("hard_bounce", { reason: " 550 gone " }),
        expected: ["bounced for good"],
        report: { reason: "550 gone" },
      },
      { case: "block", payload: brevoEvent("blocked"), expected: ["bounced"] },
      { case: "open by a proxy", payload: brevoEvent("unique_proxy_open"), expected: ["opened by a machine"] },
      {
        case: "batch",
        payload: [brevoEvent("request"), brevoEvent("click", { link: "https://example.com/a" })],
        expected: ["sent", "clicked"],
      },
    ],
    samples: {
      sent_event: ["sent"],
      delivered_event: ["delivered"],
      hard_bounce: ["bounced for good"],
      soft_bounce_event: ["bounced"],
      blocked: ["bounced"],
      spam: ["complained"],
      complaint: ["complained"],
      invalid_email: ["bounced for good"],
      error_email: ["bounced"],
      deferred_event: ["deferred"],
      opened_event: ["opened"],
      unique_opened_event: ["opened"],
      proxy_open_event: ["opened by a machine"],
      unique_proxy_open_event: ["opened by a machine"],
      clicked_event: ["clicked"],
      unsubscribe: ["unsubscribed"],
    },
  },
  ses: {
    own: [
      {
        case: "sending",
        payload: sesEvent("Send"),
        expected: ["sent"],
        report: { echo, address, at, providerMessageId: "m1", id: "19ba9823-d7f2-53c1-860e-cb10e0d13dfc:0" },
      },
      {
        case: "bounce",
        payload: sesEvent("Bounce", bounced("Permanent")),
        expected: ["bounced for good"],
        report: { reason: "smtp; 550" },
      },
      { case: "passing bounce", payload: sesEvent("Bounce", bounced("Transient")), expected: ["bounced"] },
      {
        case: "delay",
        payload: sesEvent("DeliveryDelay", { deliveryDelay: { delayType: "MailboxFull", delayedRecipients: [{ emailAddress: address }] } }),
        expected: ["deferred"],
        report: { reason: "MailboxFull" },
      },
      {
        case: "the opposite of a complaint",
        payload: sesEvent("Complaint", {
          complaint: { complaintFeedbackType: "not-spam", complainedRecipients: [{ emailAddress: address }] },
        }),
        expected: [],
      },
      {
        case: "unsubscription",
        payload: sesEvent("Subscription", { subscription: { newTopicPreferences: { unsubscribeAll: true } } }),
        expected: ["unsubscribed"],
      },
      {
        case: "unsubscription from a topic",
        payload: sesEvent("Subscription", {
          subscription: {
            newTopicPreferences: { unsubscribeAll: false, topicSubscriptionStatus: [{ topicName: "x", subscriptionStatus: "OptOut" }] },
          },
        }),
        expected: ["unsubscribed"],
      },
      {
        case: "subscription",
        payload: sesEvent("Subscription", { subscription: { newTopicPreferences: { unsubscribeAll: false } } }),
        expected: [],
      },
    ],
    samples: {
      bounce_event: ["bounced for good"],
      multiple_bounce_event: ["bounced for good", "bounced for good"],
      complaint_event: ["complained"],
      delivery_event: ["delivered"],
      send_event: ["sent"],
      reject_event: ["bounced"],
      open_event: ["opened"],
      click_event: ["clicked"],
      rendering_failure_event: ["bounced"],
      incorrect_received_event: [],
    },
  },
};
