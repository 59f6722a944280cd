import { describe, expect, it } from "vitest";
import type { Outcome } from "../../domain/message/message.ts";
import { kindOf } from "../provider-definition.ts";
import { samples } from "./conformance-samples.ts";

interface Case {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome: Partial<Outcome> & Pick<Outcome, "kind">;
}

const at = Date.parse("2026-03-05T10:00:00Z");

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
      headers: { "x-ratelimit-reset": String(at / 1000 + 30) },
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

/** How each provider refuses whom a mail is from. */
const refusals: Readonly<Record<string, readonly Omit<Case, "outcome">[]>> = {
  resend: [
    { status: 403, body: { statusCode: 403, name: "validation_error", message: "The shop.example domain is not verified." } },
    { status: 422, body: { statusCode: 422, name: "invalid_from_address", message: "Invalid `from` field." } },
  ],
  sendgrid: [
    { status: 403, body: { errors: [{ message: "The from address does not match a verified Sender Identity.", field: "from" }] } },
  ],
  postmark: [
    { status: 422, body: { ErrorCode: 400, Message: "The 'From' address you supplied is not a Sender Signature." } },
    { status: 422, body: { ErrorCode: 401, Message: "Sender signature not confirmed" } },
    { status: 422, body: { ErrorCode: 300, Message: "Invalid 'From' address: 'own@other.example' is not a verified sender signature." } },
  ],
  mailgun: [{ status: 400, body: { message: "'from' parameter is not a valid address. please check documentation" } }],
  mandrill: ["unsigned", "invalid-sender"].map((reject_reason) => ({
    status: 200,
    body: [{ email: "ada@example.com", status: "rejected", _id: "m1", reject_reason }],
  })),
  brevo: [{ status: 400, body: { code: "invalid_parameter", message: "Sender is invalid / inactive" } }],
  ses: [
    { status: 400, body: { message: "not verified" }, headers: { "x-amzn-errortype": "MailFromDomainNotVerifiedException" } },
    ...["own@other.example, shop@example.com", "Shop <shop@example.com>, Own <own@other.example>", "other.example, example.com"].map(
      (list) => ({
        status: 400,
        body: { message: `Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ${list}` },
        headers: { "x-amzn-errortype": "MessageRejected" },
      }),
    ),
  ],
};

const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

describe.each(Object.entries(refusals))("%s refuses a sender", (type, cases) => {
  const kind = kindOf(type);
  const outcomeFor = (from: string | undefined, { status, body, headers = {} }: Omit<Case, "outcome">): string => {
    if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
    const content = { channel: "email", subject: "Hi", html: "Hi", text: "Hi", ...(from !== undefined && { from }) } as const;
    const message = { workspace: "w1", user: "u:1", id: "m1", echo: "w1-0-m1", to: "ada@example.com", content };
    const reply = { kind: "answer", status, headers, body: textOf(body), complete: true, at } as const;
    return kind.outcome(reply, { message, settings: samples[type]?.settings }).kind;
  };

  it.each(cases)("$status $body: the provider's own is its operator's to mend, a message's own concerns that message alone", (refusal) => {
    expect(outcomeFor(undefined, refusal)).toBe("misconfigured");
    expect(outcomeFor("The Shop <SHOP@example.com>", refusal)).toBe("misconfigured");
    expect(outcomeFor(" ", refusal)).toBe("misconfigured");
    expect(outcomeFor("own@other.example", refusal)).toBe("rejected");
  });
});

it("ses: a recipient that is not verified, in an account of the sandbox, concerns that message alone", () => {
  const kind = kindOf("ses");
  if (kind.via !== "http") throw new Error("expected ses to be called over HTTP");
  const body = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ada@example.org";
  const reply = {
    kind: "answer",
    status: 400,
    headers: { "x-amzn-errortype": "MessageRejected" },
    body: JSON.stringify({ message: body }),
    complete: true,
    at,
  } as const;
  const content = { channel: "email", subject: "Hi", html: "Hi", text: "Hi" } as const;
  const message = { workspace: "w1", user: "u:1", id: "m1", echo: "w1-0-m1", to: "ada@example.org", content };
  expect(kind.outcome(reply, { message, settings: samples["ses"]?.settings }).kind).toBe("rejected");
});

describe("where copies were taken and whom the mail is for was not, the address is known to be dead, and nobody else is asked", () => {
  it.each([
    [
      "mandrill",
      [
        { email: "Ada@example.com", status: "rejected", reject_reason: "hard-bounce", _id: "m0" },
        { email: "c@example.com", status: "sent", _id: "m1" },
      ],
    ],
    [
      "cloudflare-email",
      { success: true, errors: [], result: { delivered: ["c@example.com"], permanent_bounces: ["ada@example.com"], queued: [] } },
    ],
    [
      "postmark",
      {
        ErrorCode: 0,
        MessageID: "m1",
        Message:
          "Message OK, but will not deliver to these inactive addresses: b@example.com, ada@example.com. Inactive recipients are ones that have generated a hard bounce.",
      },
    ],
  ])("%s", (type, body) => {
    const kind = kindOf(type);
    if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
    const reply = { kind: "answer", status: 200, headers: {}, body: JSON.stringify(body), complete: true, at } as const;
    const content = { channel: "email", subject: "Hi", html: "Hi", text: "Hi" } as const;
    const outcomeFor = (to: string) =>
      kind.outcome(reply, {
        message: { workspace: "w1", user: "u:1", id: "m1", echo: "w1-0-m1", to, content },
        settings: samples[type]?.settings,
      }).kind;
    expect(outcomeFor("Ada <ada@example.com>")).toBe("unreachable");
    expect(outcomeFor("c@example.com")).toBe("accepted");
  });
});

describe.each(Object.keys(answers))("%s", (type) => {
  it("a page with status 200 is no provider's answer: what became of the mail is not known", () => {
    const kind = kindOf(type);
    if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
    const reply = {
      kind: "answer",
      status: 200,
      headers: {},
      body: "\n<!doctype html><title>Welcome</title>",
      complete: true,
      at,
    } as const;
    expect(kind.outcome(reply).kind).toBe("uncertain");
  });
});

describe.each(Object.entries(answers))("%s", (type, cases) => {
  const kind = kindOf(type);
  it.each(cases)("$status $body is $outcome.kind", ({ status, body, headers = {}, outcome }) => {
    if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
    expect(kind.outcome({ kind: "answer", status, headers, body: textOf(body), complete: true, at })).toMatchObject(outcome);
  });
});
