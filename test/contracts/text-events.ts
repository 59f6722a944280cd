import type { ProviderReport } from "../../src/channels/provider.ts";

/** An event as a provider documents it, and what is to be read in it. */
export interface TextEvent {
  readonly case: string;
  readonly payload: unknown;
  /** Of each report: its status, and "for good" where the number is suppressed. */
  readonly expected: readonly string[];
  readonly report?: Partial<ProviderReport>;
}

interface TextEvents {
  /** Written from the documentation: every clone has them. */
  readonly own: readonly TextEvent[];
  /** What the collected samples say, by their names. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

export const echo = "w1-0-m0abc";
const address = "+491511234567";
const digits = address.slice(1);
const at = Date.parse("2026-03-05T09:59:58Z");

const twilio = (fields: Readonly<Record<string, string>>) => ({
  MessageSid: "SM1",
  AccountSid: "AC1",
  To: address,
  From: "+14155550100",
  ...fields,
});
const vonage = (fields: Readonly<Record<string, unknown>>) => ({
  message_uuid: "u1",
  to: digits,
  from: "447700900001",
  timestamp: "2026-03-05T09:59:58Z",
  channel: "sms",
  ...fields,
});
const vonageError = (code: number) => ({
  type: `https://developer.vonage.com/api-errors/messages#${code}`,
  title: code,
  detail: "Absent Subscriber",
});
const vonageSms = (fields: Readonly<Record<string, string>>) => ({
  messageId: "0B1",
  msisdn: digits,
  to: "Shop",
  "message-timestamp": "2026-03-05 09:59:58",
  "client-ref": echo,
  "err-code": "0",
  ...fields,
});
const messagebird = (fields: Readonly<Record<string, string>>) => ({
  id: "e807",
  reference: echo,
  recipient: digits,
  statusDatetime: "2026-03-05T09:59:58+00:00",
  ...fields,
});
const plivo = (fields: Readonly<Record<string, string>>) => ({
  MessageUUID: "db3c",
  To: digits,
  From: "14155550100",
  Type: "sms",
  ErrorCode: "",
  ...fields,
});
const telnyx = (type: string, status: string, errors: readonly unknown[] = []) => ({
  data: {
    record_type: "event",
    id: "ae9f",
    event_type: type,
    occurred_at: "2026-03-05T09:59:58.000000Z",
    payload: { id: "4038", to: [{ phone_number: address, status }], webhook_url: `https://tern.example/hooks/w1/sms?tern=${echo}`, errors },
  },
});
const whatsapp = (value: Readonly<Record<string, unknown>>, phone = "106540352242922") => ({
  object: "whatsapp_business_account",
  entry: [
    { id: "1", changes: [{ field: "messages", value: { messaging_product: "whatsapp", metadata: { phone_number_id: phone }, ...value } }] },
  ],
});
const waStatus = (status: string, more: Readonly<Record<string, unknown>> = {}) =>
  whatsapp({
    statuses: [{ id: "wamid.1", status, timestamp: String(at / 1000), recipient_id: digits, biz_opaque_callback_data: echo, ...more }],
  });
const waMessage = (more: Readonly<Record<string, unknown>>) =>
  whatsapp({ messages: [{ from: digits, id: "wamid.2", timestamp: String(at / 1000), ...more }] });

const stop = { status: "inbound", address, text: "STOP" } as const;

const twilioEvents: TextEvents = {
  own: [
    {
      case: "delivery",
      payload: twilio({ MessageStatus: "delivered" }),
      expected: ["delivered"],
      report: { id: "SM1:delivered", echo, address, providerMessageId: "SM1" },
    },
    { case: "sending", payload: twilio({ MessageStatus: "sent" }), expected: ["sent"] },
    { case: "queueing", payload: twilio({ MessageStatus: "queued" }), expected: [] },
    { case: "reading", payload: twilio({ MessageStatus: "read" }), expected: ["opened"] },
    {
      case: "landline",
      payload: twilio({ MessageStatus: "undelivered", ErrorCode: "30006" }),
      expected: ["bounced for good"],
      report: { reason: "30006" },
    },
    { case: "switched-off telephone", payload: twilio({ MessageStatus: "undelivered", ErrorCode: "30003" }), expected: ["bounced"] },
    { case: "number that said STOP", payload: twilio({ MessageStatus: "failed", ErrorCode: "21610" }), expected: ["bounced for good"] },
    {
      case: "number without WhatsApp",
      payload: twilio({ MessageStatus: "undelivered", ErrorCode: "63024" }),
      expected: ["bounced for good"],
    },
    { case: "carrier's filter", payload: twilio({ MessageStatus: "undelivered", ErrorCode: "30007" }), expected: ["bounced"] },
    {
      case: "STOP",
      payload: { MessageSid: "SM2", SmsStatus: "received", From: address, Body: "STOP", OptOutType: "STOP" },
      expected: ["inbound"],
      report: stop,
    },
    {
      case: "word of the account's own that stands for STOP",
      payload: { MessageSid: "SM2", SmsStatus: "received", From: address, Body: "Basta", OptOutType: "STOP" },
      expected: ["inbound"],
      report: { address, text: "Basta", wish: "stop" },
    },
    {
      case: "WhatsApp text",
      payload: { MessageSid: "SM2", SmsStatus: "received", From: `whatsapp:${address}`, Body: "Hi & bye = ü" },
      expected: ["inbound"],
      report: { address, text: "Hi & bye = ü", id: "SM2:received" },
    },
    {
      case: "WhatsApp answer to a message",
      payload: { MessageSid: "SM3", SmsStatus: "received", From: `whatsapp:${address}`, Body: "Yes", OriginalRepliedMessageSid: "SM1" },
      expected: ["inbound"],
      report: { address, text: "Yes", providerMessageId: "SM1" },
    },
  ],
  samples: { delivered: ["delivered"], undelivered: ["bounced"], "inbound STOP": ["inbound"] },
};

/** By type of provider. */
export const textEvents: Readonly<Record<string, TextEvents>> = {
  twilio: twilioEvents,
  "twilio-whatsapp": twilioEvents,
  vonage: {
    own: [
      {
        case: "delivery",
        payload: vonage({ status: "delivered", client_ref: echo }),
        expected: ["delivered"],
        report: { id: "u1:delivered", echo, address, at, providerMessageId: "u1" },
      },
      { case: "submission", payload: vonage({ status: "submitted" }), expected: ["sent"] },
      {
        case: "number that is gone",
        payload: vonage({ status: "undeliverable", error: vonageError(1190) }),
        expected: ["bounced for good"],
        report: { reason: "1190 Absent Subscriber" },
      },
      { case: "switched-off telephone", payload: vonage({ status: "undeliverable", error: vonageError(1180) }), expected: ["bounced"] },
      { case: "throttling", payload: vonage({ status: "rejected", error: vonageError(1000) }), expected: ["bounced"] },
      {
        case: "STOP",
        payload: vonage({ to: "447700900001", from: digits, message_type: "text", text: "STOP" }),
        expected: ["inbound"],
        report: { ...stop, at },
      },
    ],
    samples: { "messages status delivered": ["delivered"], "messages status rejected": ["bounced"] },
  },
  "vonage-sms": {
    own: [
      {
        case: "delivery",
        payload: vonageSms({ status: "delivered" }),
        expected: ["delivered"],
        report: { id: "0B1:delivered", echo, address, at, providerMessageId: "0B1" },
      },
      { case: "acceptance by the network", payload: vonageSms({ status: "accepted" }), expected: ["sent"] },
      { case: "buffering", payload: vonageSms({ status: "buffered" }), expected: ["deferred"] },
      { case: "unknown end", payload: vonageSms({ status: "unknown", "err-code": "1" }), expected: [] },
      {
        case: "number that is gone",
        payload: vonageSms({ status: "failed", "err-code": "3" }),
        expected: ["bounced for good"],
        report: { reason: "failed, error 3" },
      },
      { case: "number that opted out", payload: vonageSms({ status: "rejected", "err-code": "9" }), expected: ["bounced for good"] },
      { case: "expiry", payload: vonageSms({ status: "expired", "err-code": "2" }), expected: ["bounced"] },
      {
        case: "STOP",
        payload: {
          messageId: "0C1",
          msisdn: digits,
          to: "447700900001",
          text: "STOP",
          keyword: "STOP",
          type: "text",
          "message-timestamp": "2026-03-05 09:59:58",
        },
        expected: ["inbound"],
        report: { ...stop, at },
      },
    ],
    samples: { "sms dlr": ["delivered"] },
  },
  messagebird: {
    own: [
      {
        case: "delivery",
        payload: messagebird({ status: "delivered", statusReason: "successfully delivered" }),
        expected: ["delivered"],
        report: { id: `e807:${digits}:delivered`, echo, address, at, providerMessageId: "e807" },
      },
      { case: "sending", payload: messagebird({ status: "sent" }), expected: ["sent"] },
      { case: "buffering", payload: messagebird({ status: "buffered" }), expected: ["deferred"] },
      { case: "scheduling", payload: messagebird({ status: "scheduled" }), expected: [] },
      {
        case: "unknown subscriber",
        payload: messagebird({ status: "delivery_failed", statusReason: "unknown subscriber", statusErrorCode: "1" }),
        expected: ["bounced for good"],
        report: { reason: "unknown subscriber, error 1" },
      },
      {
        case: "rejection by the carrier",
        payload: messagebird({ status: "delivery_failed", statusReason: "carrier rejected" }),
        expected: ["bounced"],
      },
      { case: "expiry", payload: messagebird({ status: "expired" }), expected: ["bounced"] },
      {
        case: "STOP",
        payload: { id: "f1", originator: digits, recipient: "3197010240000", body: "STOP", createdDatetime: "2026-03-05T09:59:58Z" },
        expected: ["inbound"],
        report: { ...stop, at, id: "f1:received" },
      },
    ],
    samples: { "legacy status report (query string)": ["delivered"] },
  },
  plivo: {
    own: [
      {
        case: "delivery",
        payload: plivo({ Status: "delivered", MessageTime: "2026-03-05 09:59:58.000000" }),
        expected: ["delivered"],
        report: { id: "db3c:delivered", echo, address, at, providerMessageId: "db3c" },
      },
      {
        case: "second part's delivery",
        payload: plivo({ MessageUUID: "db3d", Status: "delivered", ParentMessageUUID: "db3c" }),
        expected: ["delivered"],
        report: { providerMessageId: "db3c" },
      },
      { case: "sending", payload: plivo({ Status: "sent" }), expected: ["sent"] },
      { case: "queueing", payload: plivo({ Status: "queued" }), expected: [] },
      {
        case: "number that is none",
        payload: plivo({ Status: "undelivered", ErrorCode: "50" }),
        expected: ["bounced for good"],
        report: { reason: "undelivered, error 50" },
      },
      { case: "number that opted out", payload: plivo({ Status: "failed", ErrorCode: "200" }), expected: ["bounced for good"] },
      { case: "spam filter", payload: plivo({ Status: "undelivered", ErrorCode: "30" }), expected: ["bounced"] },
      { case: "network's fault", payload: plivo({ Status: "undelivered", ErrorCode: "20" }), expected: ["bounced"] },
      {
        case: "STOP",
        payload: { MessageUUID: "in1", From: digits, To: "14155550100", Type: "sms", Text: "STOP" },
        expected: ["inbound"],
        report: { ...stop, id: "in1:received" },
      },
    ],
    samples: { delivered: ["delivered"] },
  },
  telnyx: {
    own: [
      {
        case: "delivery",
        payload: telnyx("message.finalized", "delivered"),
        expected: ["delivered"],
        report: { id: "ae9f", echo, address, at, providerMessageId: "4038" },
      },
      { case: "sending", payload: telnyx("message.sent", "sent"), expected: ["sent"] },
      { case: "unconfirmed delivery", payload: telnyx("message.finalized", "delivery_unconfirmed"), expected: ["sent"] },
      {
        case: "landline",
        payload: telnyx("message.finalized", "delivery_failed", [{ code: "40001", title: "Not routable" }]),
        expected: ["bounced for good"],
        report: { reason: "delivery_failed 40001 Not routable" },
      },
      {
        case: "carrier that is down",
        payload: telnyx("message.finalized", "delivery_failed", [{ code: "40006", title: "Recipient unavailable" }]),
        expected: ["bounced"],
      },
      { case: "expiry", payload: telnyx("message.finalized", "expired"), expected: ["bounced"] },
      {
        case: "STOP",
        payload: {
          data: {
            id: "bf63",
            event_type: "message.received",
            occurred_at: "2026-03-05T09:59:58Z",
            payload: {
              id: "7ee4",
              from: { phone_number: address },
              to: [{ phone_number: "+18445550001", status: "delivered" }],
              text: "STOP",
            },
          },
        },
        expected: ["inbound"],
        report: { ...stop, at, id: "bf63" },
      },
    ],
    samples: { "message.finalized delivered": ["delivered"], "message.finalized failed": ["bounced for good"] },
  },
  "whatsapp-cloud": {
    own: [
      {
        case: "delivery",
        payload: waStatus("delivered"),
        expected: ["delivered"],
        report: { id: "wamid.1:delivered", echo, address, at, providerMessageId: "wamid.1" },
      },
      { case: "reading", payload: waStatus("read"), expected: ["opened"] },
      {
        case: "number without WhatsApp",
        payload: waStatus("failed", { errors: [{ code: 131026, title: "Message undeliverable" }] }),
        expected: ["bounced for good"],
        report: { reason: "131026 Message undeliverable" },
      },
      {
        case: "closed window",
        payload: waStatus("failed", { errors: [{ code: 131047, title: "Re-engagement message" }] }),
        expected: ["bounced"],
      },
      { case: "opt-out of marketing", payload: waStatus("failed", { errors: [{ code: 131050, title: "x" }] }), expected: ["unsubscribed"] },
      { case: "another number's status", payload: whatsapp({ statuses: [{ id: "wamid.9", status: "sent" }] }, "999"), expected: [] },
      {
        case: "answer to a message",
        payload: waMessage({ type: "text", text: { body: "STOP" }, context: { id: "wamid.1" } }),
        expected: ["inbound"],
        report: { ...stop, at, providerMessageId: "wamid.1" },
      },
      {
        case: "button",
        payload: waMessage({ type: "button", button: { payload: "x", text: "STOP" } }),
        expected: ["inbound"],
        report: stop,
      },
      {
        case: "choice from a list",
        payload: waMessage({ type: "interactive", interactive: { type: "list_reply", list_reply: { id: "a", title: "Tomorrow" } } }),
        expected: ["inbound"],
        report: { text: "Tomorrow" },
      },
      { case: "picture", payload: waMessage({ type: "image", image: { id: "1" } }), expected: ["inbound"], report: { address } },
    ],
    samples: {
      "status sent": ["sent"],
      "status delivered": ["delivered"],
      "status read": ["opened"],
      "status failed": ["bounced for good"],
      "inbound Text Message": ["inbound"],
      "inbound Button Message": ["inbound"],
      "inbound Interactive Button Reply Message": ["inbound"],
    },
  },
};
