import { describe, expect, it } from "vitest";
import type { MessageContent } from "../../domain/message/message.ts";
import type { Reply } from "../reply.ts";
import { resend } from "./resend.ts";

const settings = { apiKey: "re_123456", from: "Shop <shop@example.com>" };
const content: MessageContent = { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" };
const call = (more: Partial<Extract<MessageContent, { channel: "email" }>> = {}, ids = { workspace: "w1", id: "m0abc" }) => {
  const { body, ...rest } = resend.request(
    { ...ids, user: "u:1", echo: `${ids.workspace}-0-${ids.id}`, to: "ada@example.com", content: { ...content, ...more } },
    settings,
    "https://api.resend.com",
  );
  return { ...rest, body: JSON.parse(String(body)) as Record<string, unknown> };
};
const answer = (status: number, name?: string, headers: Record<string, string> = {}): Reply => ({
  kind: "answer",
  status,
  headers,
  complete: true,
  at: 0,
  body: name === undefined ? "" : JSON.stringify({ statusCode: status, name, message: `about ${name}` }),
});

describe("resend request", () => {
  it("is what the documentation asks for", () => {
    expect(call()).toEqual({
      method: "POST",
      url: "https://api.resend.com/emails",
      headers: { authorization: "Bearer re_123456", "content-type": "application/json", "idempotency-key": "m0abc" },
      body: {
        from: "Shop <shop@example.com>",
        to: ["ada@example.com"],
        subject: "Hi",
        html: "<p>Hi</p>",
        text: "Hi",
        tags: [{ name: "tern", value: "w1-0-m0abc" }],
      },
    });
  });

  it("takes what the template names", () => {
    expect(
      call({ from: "a@example.com", replyTo: "r@example.com", cc: ["c@example.com"], bcc: ["b@example.com"], headers: { "X-Ref": "1" } })
        .body,
    ).toMatchObject({
      from: "a@example.com",
      reply_to: "r@example.com",
      cc: ["c@example.com"],
      bcc: ["b@example.com"],
      headers: { "X-Ref": "1" },
    });
  });
});

describe("resend outcome", () => {
  it.each([
    [429, "rate_limit_exceeded", "retry"],
    [429, "daily_quota_exceeded", "misconfigured"],
    [429, "monthly_quota_exceeded", "misconfigured"],
    [409, "concurrent_idempotent_requests", "retry"],
    // It took another mail of this key: nothing is refused, and no other provider may be asked.
    [409, "invalid_idempotent_request", "uncertain"],
    [400, "invalid_idempotency_key", "rejected"],
    [401, "missing_api_key", "misconfigured"],
    [401, "restricted_api_key", "misconfigured"],
    [403, "invalid_api_key", "misconfigured"],
    [403, "validation_error", "misconfigured"],
    [422, "invalid_from_address", "misconfigured"],
    [422, "invalid_access", "misconfigured"],
    [451, "security_error", "misconfigured"],
    [422, "missing_required_field", "rejected"],
    [422, "validation_error", "rejected"],
    [405, "method_not_allowed", "rejected"],
    [500, "application_error", "retry"],
    [500, "internal_server_error", "retry"],
    [500, undefined, "uncertain"],
    [502, "application_error", "uncertain"],
  ] as const)("%i %s is %s", (status, name, kind) => {
    expect(resend.outcome(answer(status, name)).kind).toBe(kind);
  });

  it("keeps Resend's id of the mail", () => {
    expect(resend.outcome({ kind: "answer", status: 200, headers: {}, complete: true, at: 0, body: '{"id":"49a3999c"}' })).toEqual({
      kind: "accepted",
      providerMessageId: "49a3999c",
    });
  });

  it("is accepted also when the body broke off: the status had come", () => {
    expect(resend.outcome({ kind: "answer", status: 200, headers: {}, complete: false, at: 0, body: '{"id":"49' })).toEqual({
      kind: "accepted",
    });
  });

  it("keeps the wait that Resend asks for, also while the first request with the key is under way", () => {
    expect(resend.outcome(answer(429, "rate_limit_exceeded", { "retry-after": "2" }))).toMatchObject({
      kind: "retry",
      retryAfterMs: 2_000,
    });
    expect(resend.outcome(answer(409, "concurrent_idempotent_requests", { "retry-after": "1" }))).toMatchObject({
      kind: "retry",
      retryAfterMs: 1_000,
    });
  });
});
