import { describe, expect, it } from "vitest";
import { isStoppedAtProvider } from "../../domain/consent/stop.ts";
import { kindOf } from "../provider-definition.ts";
import type { Reply } from "../reply.ts";

const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  kind: "answer",
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  complete: true,
  at: 0,
});
const outcomeOf = (type: string, reply: Reply) => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  return kind.outcome(reply);
};

const twilio = (code: number, message: string) => ({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status: 400 });
const vonage = (code: number | string, detail: string) => ({
  type: `https://developer.vonage.com/api-errors/messages#${code}`,
  title: "x",
  detail,
  instance: "1",
});
const vonageSms = (...statuses: string[]) => ({
  "message-count": String(statuses.length),
  messages: statuses.map((status) =>
    status === "0" ? { to: "1", "message-id": "0A1", status } : { to: "1", status, "error-text": "Reason" },
  ),
});
const messagebird = (code: number, parameter: string | null = null) => ({ errors: [{ code, description: "Reason", parameter }] });
const telnyx = (code: string, pointer?: string) => ({
  errors: [{ code, title: "Reason", ...(pointer !== undefined && { source: { pointer } }) }],
});
const meta = (code: number) => ({ error: { message: `(#${code}) Reason`, type: "OAuthException", code, fbtrace_id: "x" } });
const refusedBySlack = (error: string) => ({ ok: false, error });

/** Answers as the providers' pages show them, and what they mean for the message. */
const answers: readonly (readonly [type: string, what: string, reply: Reply, kind: string])[] = [
  ["twilio", "a message", answer(201, { sid: "SM1", status: "queued" }), "accepted"],
  ["twilio", "a number that said STOP", answer(400, twilio(21610, "Attempt to send to unsubscribed recipient")), "unreachable"],
  ["twilio", "a number that is none", answer(400, twilio(21211, "Invalid 'To' Phone Number")), "unreachable"],
  ["twilio", "a landline", answer(400, twilio(21614, "'To' number is not a valid mobile number")), "unreachable"],
  ["twilio", "a full queue", answer(429, twilio(21611, "This 'From' number has exceeded the maximum number of queued messages")), "retry"],
  ["twilio", "too many calls", answer(429, twilio(20429, "Too Many Requests")), "retry"],
  ["twilio", "no such account", answer(401, twilio(20003, "Authenticate")), "misconfigured"],
  [
    "twilio",
    "a sender not of the account",
    answer(400, twilio(21606, "The From phone number is not a valid SMS-capable number")),
    "misconfigured",
  ],
  ["twilio", "an account that is not there", answer(404, twilio(20404, "The requested resource was not found")), "misconfigured"],
  [
    "twilio",
    "a sender not of the account, as newer codes say it",
    answer(400, twilio(21660, "Mismatch between the 'From' number")),
    "misconfigured",
  ],
  ["twilio", "a service without numbers", answer(400, twilio(21703, "The Messaging Service contains no phone numbers.")), "misconfigured"],
  ["twilio", "a number without WhatsApp", answer(400, twilio(63003, "Channel could not find To address")), "unreachable"],
  ["twilio", "no permission for a country", answer(400, twilio(21408, "Permission to send an SMS has not been enabled")), "rejected"],
  ["twilio", "a text too long", answer(400, twilio(21617, "The concatenated message body exceeds the 1600 character limit")), "rejected"],
  ["twilio", "a gateway that says a code", answer(504, twilio(20429, "x")), "uncertain"],
  ["vonage", "a message", answer(202, { message_uuid: "u1" }), "accepted"],
  ["vonage", "throttling", answer(429, vonage(1010, "Please wait, then retry your request")), "retry"],
  ["vonage", "a barred number", answer(422, vonage(1050, "Number barred")), "unreachable"],
  ["vonage", "a number that opted out", answer(422, vonage(1240, "Illegal Number")), "unreachable"],
  ["vonage", "no credit", answer(402, vonage("low-balance", "You do not have enough credit")), "misconfigured"],
  ["vonage", "a sender that the country does not allow", answer(422, vonage(1120, "Illegal Sender Address")), "rejected"],
  ["vonage", "invalid parameters", answer(422, vonage(1150, "Invalid params")), "rejected"],
  ["vonage", "no access", answer(401, vonage("unauthorized", "You did not provide correct credentials.")), "misconfigured"],
  ["vonage", "an inner error", answer(500, { type: "x#1030", title: "Internal error", detail: "There was an error" }), "retry"],
  ["vonage-sms", "a text of one part", answer(200, vonageSms("0")), "accepted"],
  ["vonage-sms", "a text of three parts", answer(200, vonageSms("0", "0", "0")), "accepted"],
  ["vonage-sms", "throttling", answer(200, vonageSms("1")), "retry"],
  ["vonage-sms", "an inner error", answer(200, vonageSms("5")), "retry"],
  ["vonage-sms", "a barred number", answer(200, vonageSms("7")), "unreachable"],
  ["vonage-sms", "bad credentials", answer(200, vonageSms("4")), "misconfigured"],
  ["vonage-sms", "no credit", answer(200, vonageSms("9")), "misconfigured"],
  ["vonage-sms", "invalid parameters", answer(200, vonageSms("3")), "rejected"],
  ["vonage-sms", "a status that objects have by birth", answer(200, vonageSms("constructor")), "rejected"],
  ["vonage-sms", "parts taken and parts refused: sent again, some would come twice", answer(200, vonageSms("0", "1")), "uncertain"],
  ["vonage-sms", "a page", answer(200, "<html>"), "uncertain"],
  ["messagebird", "a message", answer(201, { id: "e807" }), "accepted"],
  ["messagebird", "a wrong key", answer(401, messagebird(2)), "misconfigured"],
  ["messagebird", "no balance", answer(422, messagebird(25)), "misconfigured"],
  ["messagebird", "an invalid number", answer(422, messagebird(10)), "rejected"],
  ["messagebird", "no number it could reach", answer(422, messagebird(9, "recipients")), "unreachable"],
  ["messagebird", "a sender that is none", answer(422, messagebird(10, "originator")), "misconfigured"],
  ["messagebird", "a text that is none", answer(422, messagebird(9, "body")), "rejected"],
  ["messagebird", "a field that objects have by birth", answer(422, messagebird(9, "constructor")), "rejected"],
  ["messagebird", "an inner error", answer(500, messagebird(99)), "retry"],
  ["messagebird", "too many calls", answer(429, messagebird(0)), "retry"],
  ["plivo", "a message", answer(202, { message: "message(s) queued", message_uuid: ["db3c"], api_id: "x" }), "accepted"],
  ["plivo", "a wrong token", answer(401, { api_id: "x", error: "authentication failed" }), "misconfigured"],
  ["plivo", "a country not allowed", answer(403, { api_id: "x", error: "geo permission" }), "rejected"],
  ["plivo", "a missing field", answer(400, { api_id: "x", error: "dst parameter not present" }), "rejected"],
  ["plivo", "too many calls", answer(429, { error: "too many requests" }), "retry"],
  ["telnyx", "a message", answer(200, { data: { id: "4038" } }), "accepted"],
  ["telnyx", "a number that said STOP", answer(409, telnyx("40300")), "unreachable"],
  ["telnyx", "a landline", answer(400, telnyx("40001")), "unreachable"],
  ["telnyx", "a number that is none", answer(422, telnyx("10002", "/to")), "unreachable"],
  ["telnyx", "a sender that is none", answer(422, telnyx("10002", "/from")), "misconfigured"],
  ["telnyx", "a wrong key", answer(401, telnyx("10009")), "misconfigured"],
  ["telnyx", "too many calls", answer(429, telnyx("10011"), { "retry-after": "3" }), "retry"],
  ["telnyx", "the day's limit spent", answer(429, telnyx("40333")), "misconfigured"],
  ["telnyx", "a disabled profile", answer(403, telnyx("40312")), "misconfigured"],
  ["telnyx", "a full queue", answer(400, telnyx("40318")), "retry"],
  ["telnyx", "an inner time-out", answer(408, telnyx("10008")), "uncertain"],
  ["telnyx", "an unexpected error", answer(500, telnyx("10007")), "retry"],
  ["whatsapp-cloud", "a message", answer(200, { messaging_product: "whatsapp", messages: [{ id: "wamid.1" }] }), "accepted"],
  ["whatsapp-cloud", "a number without WhatsApp", answer(400, meta(131026)), "unreachable"],
  ["whatsapp-cloud", "too many to one user", answer(429, meta(131056)), "retry"],
  ["whatsapp-cloud", "too many calls", answer(400, meta(80007)), "retry"],
  ["whatsapp-cloud", "an inner error", answer(500, meta(131000)), "retry"],
  ["whatsapp-cloud", "an expired token", answer(401, meta(190)), "misconfigured"],
  ["whatsapp-cloud", "an invalid parameter", answer(400, meta(100)), "rejected"],
  [
    "whatsapp-cloud",
    "a number that is not the account's",
    answer(400, { error: { ...meta(100).error, error_subcode: 33 } }),
    "misconfigured",
  ],
  ["whatsapp-cloud", "a locked account", answer(403, meta(131031)), "misconfigured"],
  ["whatsapp-cloud", "a closed window", answer(400, meta(131047)), "rejected"],
  ["whatsapp-cloud", "a template that is not there", answer(404, meta(132001)), "rejected"],
  ["whatsapp-cloud", "a user who has had enough for today", answer(400, meta(131049)), "rejected"],
  ["whatsapp-cloud", "a user who wants no more marketing: a login code is still wanted", answer(400, meta(131050)), "rejected"],
  ["slack", "a message by a bot", answer(200, { ok: true, channel: "C1", ts: "1503435956.000247" }), "accepted"],
  ["slack", "a message by webhook", answer(200, "ok"), "accepted"],
  ["slack", "too many calls", answer(429, refusedBySlack("ratelimited"), { "retry-after": "30" }), "retry"],
  ["slack", "a bad token", answer(200, refusedBySlack("invalid_auth")), "misconfigured"],
  ["slack", "no such channel", answer(200, refusedBySlack("channel_not_found")), "rejected"],
  ["slack", "blocks that are none", answer(200, refusedBySlack("invalid_blocks")), "rejected"],
  ["slack", "an error it has no name for here", answer(200, refusedBySlack("new_error")), "rejected"],
  ["slack", "an error after which it may have been posted", answer(200, refusedBySlack("fatal_error")), "uncertain"],
  ["slack", "a webhook that was removed", answer(404, "no_service"), "misconfigured"],
  ["slack", "a webhook's archived channel", answer(410, "channel_is_archived"), "misconfigured"],
  ["slack", "a payload that is none", answer(400, "invalid_payload"), "rejected"],
  ["slack", "a webhook's failure in plain text", answer(500, "rollup_error"), "uncertain"],
];

describe("what providers of texts answer", () => {
  it.each(answers)("%s: %s", (type, _, reply, kind) => expect(outcomeOf(type, reply).kind).toBe(kind));

  it.each(["channel_not_found", "is_archived", "not_in_channel"])(
    "Slack's %s is one user's fault, or the provider's own channel's",
    (error) => {
      const kind = kindOf("slack");
      if (kind.via !== "http") throw new Error("expected HTTP");
      const outcomeTo = (to: string) =>
        kind.outcome(answer(200, refusedBySlack(error)), {
          message: { workspace: "w", user: "u:1", id: "m", echo: "w-0-m", to, content: { channel: "slack", text: "Hi" } },
          settings: { botToken: "xoxb-1", channel: "#sales" },
        }).kind;
      expect(outcomeTo("U123")).toBe("rejected");
      expect(outcomeTo("")).toBe("misconfigured");
    },
  );

  it.each([
    ["twilio", answer(400, twilio(21610, "Attempt to send to unsubscribed recipient"))],
    ["telnyx", answer(409, telnyx("40300"))],
  ])("that %s was told to stop is said so that a START lifts it", (type, reply) => {
    const { kind, detail = "" } = outcomeOf(type, reply);
    expect([kind, isStoppedAtProvider(detail)]).toEqual(["unreachable", true]);
    expect(detail).toMatch(/: 4\d\d (?:21610|40300): /);
  });

  it.each([
    ["twilio", answer(201, { sid: "SM1" }), "SM1"],
    ["vonage", answer(202, { message_uuid: "u1" }), "u1"],
    ["vonage-sms", answer(200, vonageSms("0", "0")), "0A1"],
    ["messagebird", answer(201, { id: "e807" }), "e807"],
    ["plivo", answer(202, { message_uuid: ["db3c"] }), "db3c"],
    ["telnyx", answer(200, { data: { id: "4038" } }), "4038"],
    ["whatsapp-cloud", answer(200, { messages: [{ id: "wamid.1" }] }), "wamid.1"],
    ["slack", answer(200, { ok: true, channel: "C1", ts: "1.2" }), "C1/1.2"],
  ])("%s's own id of the message is kept", (type, reply, id) => {
    expect(outcomeOf(type, reply)).toEqual({ kind: "accepted", providerMessageId: id });
  });

  it.each(["telnyx", "slack", "twilio", "vonage-sms"])("the wait that %s asks for is kept", (type) => {
    const bodies: Readonly<Record<string, unknown>> = {
      telnyx: telnyx("10011"),
      slack: refusedBySlack("ratelimited"),
      twilio: twilio(20429, "x"),
      "vonage-sms": vonageSms("1"),
    };
    const status = type === "vonage-sms" || type === "slack" ? 200 : 429;
    expect(outcomeOf(type, answer(status, bodies[type], { "retry-after": "30" }))).toMatchObject({ kind: "retry", retryAfterMs: 30_000 });
  });

  it.each([
    ["twilio", answer(400, twilio(21606, "The From phone number is not valid")), "400 21606: The From phone number is not valid"],
    ["vonage", answer(422, vonage(1150, "The value is invalid")), "422 The value is invalid"],
    ["vonage-sms", answer(200, vonageSms("4")), "4 Reason"],
    ["messagebird", answer(401, messagebird(2)), "401 2: Reason"],
    ["plivo", answer(401, { api_id: "x", error: "authentication failed" }), "401 authentication failed"],
    ["telnyx", answer(401, telnyx("10009")), "401 10009: Reason"],
    ["whatsapp-cloud", answer(401, meta(190)), "401 190: (#190) Reason"],
    ["slack", answer(200, refusedBySlack("invalid_auth")), "200 invalid_auth"],
    ["slack", answer(404, "no_service"), "404 no_service"],
  ])("what %s says against a message is told to people", (type, reply, detail) => {
    expect(outcomeOf(type, reply)).toMatchObject({ detail });
  });
});
