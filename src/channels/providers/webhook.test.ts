import { describe, expect, it } from "vitest";
import type { MessageContent } from "../../domain/message/message.ts";
import { webhook } from "./webhook.ts";

const content = { channel: "webhook", url: "https://example.com/hook", method: "POST", headers: {}, body: "{}" } as const;
const call = (more: Partial<Extract<MessageContent, { channel: "webhook" }>> = {}, headers?: Record<string, string>) =>
  webhook.request(
    { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: content.url, content: { ...content, ...more } },
    { ...(headers && { headers }) },
    "",
  );

describe("webhook request", () => {
  it("is the one that the template describes", () => {
    expect(call({ method: "PUT", headers: { "X-Ref": "1" } })).toEqual({
      method: "PUT",
      url: "https://example.com/hook",
      headers: { "content-type": "application/json", "x-ref": "1", "idempotency-key": "m0abc" },
      body: "{}",
    });
  });

  it("has the provider's headers unless the template sets them itself; never another idempotency key", () => {
    const { headers } = call(
      { headers: { "X-B": "template", "Content-Type": "text/plain" } },
      { "x-a": "provider", "X-B": "provider", "Idempotency-Key": "mine" },
    );
    expect(headers).toEqual({ "content-type": "text/plain", "x-a": "provider", "x-b": "template", "idempotency-key": "m0abc" });
  });

  it("has no body with GET", () => {
    expect(call({ method: "GET" })).toEqual({ method: "GET", url: "https://example.com/hook", headers: { "idempotency-key": "m0abc" } });
  });
});

describe("webhook outcome", () => {
  it.each([301, 401, 403])("%i says nothing about the provider: the template's request was wrong", (status) => {
    expect(webhook.outcome({ kind: "answer", status, headers: {}, body: "", complete: true, at: 0 })).toMatchObject({ kind: "rejected" });
  });
});
