import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../domain/message/message.ts";
import { answeredAt, attempted, emailTypes, outcomeOf, type Said } from "./email-kit.test-suite.ts";

interface Case extends Said {
  readonly outcome: Partial<Outcome> & Pick<Outcome, "kind">;
}

/** Answers as each provider's documentation shows them. */
const answers: Readonly<Record<string, readonly Case[]>> = {
  sendgrid: [
    { status: 202, body: "", headers: { "x-message-id": "abc" }, outcome: { kind: "accepted", providerMessageId: "abc" } },
    {
      status: 400,
      body: { errors: [{ message: "Does not contain a valid address.", field: "personalizations.0.to" }] },
      outcome: { kind: "rejected", detail: "400 Does not contain a valid address." },
    },
    { status: 401, body: { errors: [{ message: "authorization required", field: null }] }, outcome: { kind: "misconfigured" } },
    {
      status: 403,
      body: { errors: [{ message: "The from address does not match a verified Sender Identity." }] },
      outcome: { kind: "misconfigured" },
    },
    { status: 413, body: { errors: [{ message: "content too large" }] }, outcome: { kind: "rejected" } },
    {
      status: 429,
      body: { errors: [{ field: null, message: "too many requests" }] },
      headers: { "x-ratelimit-reset": String(answeredAt / 1000 + 30) },
      outcome: { kind: "retry", retryAfterMs: 30_000 },
    },
    { status: 500, body: { errors: [{ message: "internal server error" }] }, outcome: { kind: "retry" } },
  ],
  postmark: [
    {
      status: 200,
      body: { To: "a@example.com", MessageID: "m1", ErrorCode: 0, Message: "OK" },
      outcome: { kind: "accepted", providerMessageId: "m1" },
    },
    {
      status: 422,
      body: { ErrorCode: 406, Message: "You tried to send to recipients that have been marked as inactive." },
      outcome: { kind: "unreachable" },
    },
    {
      status: 422,
      body: { ErrorCode: 300, Message: "Invalid 'To' address" },
      outcome: { kind: "rejected", detail: "422 300: Invalid 'To' address" },
    },
    { status: 422, body: { ErrorCode: 400, Message: "Sender Signature not found" }, outcome: { kind: "misconfigured" } },
    { status: 422, body: { ErrorCode: 412, Message: "Pending approval" }, outcome: { kind: "misconfigured" } },
    { status: 401, body: { ErrorCode: 10, Message: "Bad token" }, outcome: { kind: "misconfigured" } },
    { status: 503, body: { ErrorCode: 100, Message: "Maintenance" }, outcome: { kind: "retry" } },
    {
      status: 422,
      body: { ErrorCode: 1235, Message: "The 'MessageStream' provided does not exist on this server." },
      outcome: { kind: "misconfigured" },
    },
    { status: 422, body: { ErrorCode: 429, Message: "Too many requests" }, outcome: { kind: "retry" } },
    { status: 422, body: { ErrorCode: 999_999, Message: "New" }, outcome: { kind: "rejected" } },
    { status: 500, body: "", outcome: { kind: "uncertain" } },
  ],
  mailgun: [
    {
      status: 200,
      body: { id: "<m1@mg.example.com>", message: "Queued. Thank you." },
      outcome: { kind: "accepted", providerMessageId: "m1@mg.example.com" },
    },
    {
      status: 400,
      body: { message: "to parameter is not a valid address" },
      outcome: { kind: "rejected", detail: "400 to parameter is not a valid address" },
    },
    { status: 401, body: "Forbidden", outcome: { kind: "misconfigured", detail: "401 Forbidden" } },
    { status: 404, body: { message: "Domain not found: mg.example.com" }, outcome: { kind: "misconfigured" } },
    {
      status: 429,
      body: { message: "Domain example.com is not allowed to send: limit exceeded, try again after 120 seconds" },
      outcome: { kind: "retry", retryAfterMs: 120_000 },
    },
    {
      status: 429,
      body: { message: "Domain example.com is not allowed to send: recipient limit exceeded, try again after 2 hours" },
      outcome: { kind: "retry", retryAfterMs: 7_200_000 },
    },
    { status: 500, body: { message: "Internal Server Error" }, outcome: { kind: "retry" } },
  ],
  mandrill: [
    {
      status: 200,
      body: [{ email: "a@example.com", status: "sent", _id: "m1", reject_reason: null }],
      outcome: { kind: "accepted", providerMessageId: "m1" },
    },
    {
      status: 200,
      body: [{ email: "a@example.com", status: "rejected", _id: "m1", reject_reason: "hard-bounce" }],
      outcome: { kind: "unreachable" },
    },
    {
      status: 200,
      body: [{ email: "a@example.com", status: "rejected", _id: "m1", reject_reason: "unsigned" }],
      outcome: { kind: "misconfigured" },
    },
    {
      status: 200,
      body: [{ email: "a@example.com", status: "rejected", _id: "m1", reject_reason: "soft-bounce" }],
      outcome: { kind: "rejected" },
    },
    { status: 200, body: [{ email: "a", status: "invalid", _id: "m1" }], outcome: { kind: "unreachable" } },
    // A rule of the account's refuses what it was made for, not everything.
    {
      status: 200,
      body: [{ email: "a@example.com", status: "rejected", _id: "m1", reject_reason: "rule" }],
      outcome: { kind: "rejected" },
    },
    // A copy's dead address says nothing against whom the mail is for.
    {
      status: 200,
      body: [
        { email: "c@example.com", status: "rejected", reject_reason: "hard-bounce", _id: "m0" },
        { email: "a@example.com", status: "queued", _id: "m1" },
      ],
      outcome: { kind: "accepted", providerMessageId: "m1" },
    },
    {
      status: 500,
      body: { status: "error", code: -1, name: "Invalid_Key", message: "Invalid API key" },
      outcome: { kind: "misconfigured" },
    },
    { status: 500, body: { status: "error", name: "RequestLimitExceeded", message: "Slow down" }, outcome: { kind: "retry" } },
    {
      status: 500,
      body: { status: "error", code: -2, name: "ValidationError", message: "Validation error" },
      outcome: { kind: "rejected" },
    },
    { status: 500, body: { status: "error", name: "GeneralError", message: "Unknown" }, outcome: { kind: "retry" } },
  ],
  brevo: [
    { status: 201, body: { messageId: "<m1@relay.example>" }, outcome: { kind: "accepted", providerMessageId: "m1@relay.example" } },
    {
      status: 400,
      body: { code: "invalid_parameter", message: "email is not valid in to" },
      outcome: { kind: "rejected", detail: "400 invalid_parameter: email is not valid in to" },
    },
    { status: 401, body: { code: "unauthorized", message: "Key not found" }, outcome: { kind: "misconfigured" } },
    { status: 400, body: { code: "not_enough_credits", message: "No credits" }, outcome: { kind: "misconfigured" } },
    { status: 402, body: { code: "not_enough_credits", message: "No credits" }, outcome: { kind: "misconfigured" } },
    {
      status: 429,
      body: { code: "too_many_requests", message: "Too many" },
      headers: { "x-sib-ratelimit-reset": "4" },
      outcome: { kind: "retry", retryAfterMs: 4_000 },
    },
  ],
  ses: [
    { status: 200, body: { MessageId: "m1" }, outcome: { kind: "accepted", providerMessageId: "m1" } },
    {
      status: 400,
      body: { message: "Email address is not verified." },
      headers: { "x-amzn-errortype": "MessageRejected:http://internal.amazon.com/coral/" },
      outcome: { kind: "rejected", detail: "400 MessageRejected: Email address is not verified." },
    },
    { status: 400, body: { __type: "com.amazonaws.sesv2#SendingPausedException", message: "Paused" }, outcome: { kind: "misconfigured" } },
    {
      status: 403,
      body: { message: "The security token is invalid" },
      headers: { "x-amzn-errortype": "UnrecognizedClientException" },
      outcome: { kind: "misconfigured" },
    },
    {
      status: 429,
      body: { message: "Maximum sending rate exceeded." },
      headers: { "x-amzn-errortype": "TooManyRequestsException" },
      outcome: { kind: "retry" },
    },
    {
      status: 400,
      body: { message: "Daily quota" },
      headers: { "x-amzn-errortype": "LimitExceededException" },
      outcome: { kind: "retry" },
    },
    {
      status: 404,
      body: { message: "No configuration set" },
      headers: { "x-amzn-errortype": "NotFoundException" },
      outcome: { kind: "misconfigured" },
    },
  ],
  "cloudflare-email": [
    {
      status: 200,
      body: { success: true, errors: [], messages: [], result: { delivered: ["a@example.com"], permanent_bounces: [], queued: [] } },
      outcome: { kind: "accepted" },
    },
    {
      status: 200,
      body: { success: true, errors: [], messages: [], result: { delivered: [], permanent_bounces: ["a@example.com"], queued: [] } },
      outcome: { kind: "unreachable" },
    },
    {
      status: 200,
      body: { success: true, errors: [], result: { delivered: [], permanent_bounces: ["c@example.com"], queued: ["a@example.com"] } },
      outcome: { kind: "accepted" },
    },
    {
      status: 400,
      body: { success: false, errors: [{ code: 10_200, message: "email.sending.error.email.invalid" }], result: null },
      outcome: { kind: "rejected", detail: "400 10200: email.sending.error.email.invalid" },
    },
    {
      status: 403,
      body: { success: false, errors: [{ code: 10_203, message: "email.sending.error.email.sending_disabled" }] },
      outcome: { kind: "misconfigured" },
    },
    {
      status: 429,
      body: { success: false, errors: [{ code: 10_004, message: "email.sending.error.throttled" }] },
      outcome: { kind: "retry" },
    },
    {
      status: 200,
      body: { success: false, errors: [{ code: 10_004, message: "email.sending.error.throttled" }] },
      outcome: { kind: "retry" },
    },
    {
      status: 500,
      body: { success: false, errors: [{ code: 10_002, message: "email.sending.error.internal_server" }] },
      outcome: { kind: "retry" },
    },
  ],
};

describe.each(Object.entries(answers))("%s", (type, cases) => {
  it.each(cases)("$status $body is $outcome.kind", ({ outcome, ...said }) => expect(outcomeOf(type, said)).toMatchObject(outcome));
});

describe.each(emailTypes)("%s", (type) => {
  it("a page with status 200 is no provider's answer: what became of the mail is not known", () => {
    expect(outcomeOf(type, { status: 200, body: "\n<!doctype html><title>Welcome</title>" }).kind).toBe("uncertain");
  });

  it("any answer is one of the six outcomes, said in a line; only a success is taken for one", () => {
    const names = [
      "id",
      "name",
      "code",
      "message",
      "errors",
      "error",
      "result",
      "ErrorCode",
      "Message",
      "MessageID",
      "status",
      "reject_reason",
      "email",
      "success",
      "permanent_bounces",
      "delivered",
      "field",
      "__type",
    ];
    const words = [
      "constructor",
      "__proto__",
      "invalid_api_key",
      "MessageRejected",
      "from",
      "sender",
      "hard-bounce",
      "ada@example.com",
      "two\r\nlines",
    ];
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(...words, null, true, 0, 10, 300, 406, -1, 1e300),
        fc.array(tie("body"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie("body"), { maxKeys: 5 }),
      ),
    }));
    const headers = fc.dictionary(
      fc.constantFrom("retry-after", "x-amzn-errortype", "x-message-id", "x-ratelimit-reset", "x-sib-ratelimit-reset"),
      fc.constantFrom("", "7", "-1", "1e400", "MessageRejected", "Throttling:http://x", "soon"),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), body, headers, fc.boolean(), (status, said, given, known) => {
        const outcome = outcomeOf(type, { status, body: said, headers: given }, known ? attempted(type) : undefined);
        expect(["accepted", "retry", "rejected", "unreachable", "misconfigured", "uncertain"]).toContain(outcome.kind);
        if (outcome.kind === "accepted") expect(status).toBeLessThan(300);
        else expect(outcome.detail).toMatch(/^[^\r\n]{1,400}$/);
        if (outcome.kind === "retry" && outcome.retryAfterMs !== undefined) expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
