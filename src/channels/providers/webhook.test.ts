import { describe, expect, it } from "vitest";
import type { MessageContent } from "../../domain/message/message.ts";
import { Webhook } from "standardwebhooks";
import { Unprepared } from "../unprepared.ts";
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

describe("webhook hosts: credentials go to known hosts only", () => {
  const settings = { headers: { authorization: "Bearer secret" }, hosts: ["shop.example", "127.0.0.1"] };
  const to = (url: string) =>
    webhook.request({ workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: url, content: { ...content, url } }, settings, "");

  it.each(["https://shop.example/hook", "https://SHOP.example:8443/", "https://eu.shop.example./x", "http://127.0.0.1:9/"])(
    "%s is called",
    (url) => expect(to(url).headers).toMatchObject({ authorization: "Bearer secret" }),
  );

  it.each([
    "https://evil.example/",
    "https://evilshop.example/",
    "https://shop.example.evil.example/",
    "https://shop.example@evil.example/",
    "https://evil.example/?shop.example",
    "https://evil.example#.shop.example",
    "//shop.example/",
    "",
  ])("%j is not, and nothing is sent", (url) => {
    expect(() => to(url)).toThrow(Unprepared);
  });

  it("are asked for where headers are set", () => {
    const problems = (given: object) =>
      webhook.settings.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(problems({ headers: { authorization: "x" } })).toEqual(["hosts: headers are sent to known hosts only: name them"]);
    expect(problems({ headers: {} })).toBeUndefined();
    expect(problems({})).toBeUndefined();
    expect(problems({ hosts: ["https://shop.example"] })?.[0]).toMatch(/^hosts.0: a host name/);
  });
});

describe("webhook signature: Standard Webhooks", () => {
  const signingSecret = `whsec_${btoa("thirty-two bytes of our own choice")}`;
  const now = Math.floor(Date.now() / 1000) * 1000;
  const ports = {
    now: () => now,
    call: () => Promise.reject(new Error("nothing is called")),
    cached: () => Promise.reject(new Error("nothing is kept")),
  };
  const message = {
    workspace: "w1",
    user: "u:1",
    id: "m0abc",
    echo: "w1-0-m0abc",
    to: content.url,
    content: { ...content, body: '{"a":"ü"}' },
  };

  it("is one that the specification's own library takes, and no other secret's", async () => {
    const call = await webhook.authorize?.(webhook.request(message, { signingSecret }, ""), { signingSecret }, ports, message);
    const headers = { ...call?.headers };
    expect(headers).toMatchObject({ "webhook-id": "m0abc", "webhook-timestamp": String(now / 1000) });
    expect(new Webhook(signingSecret).verify(String(call?.body), headers)).toEqual({ a: "ü" });
    expect(() => new Webhook(signingSecret).verify(`${String(call?.body)} `, headers)).toThrow();
    expect(() => new Webhook(`whsec_${btoa("another thirty-two bytes secret!!")}`).verify(String(call?.body), headers)).toThrow();
  });

  it("is left out without a secret", async () => {
    const call = webhook.request(message, {}, "");
    expect(await webhook.authorize?.(call, {}, ports, message)).toBe(call);
  });

  it.each(["whsec_", "secret", "whsec_AAAA", `whsec_${"A".repeat(120)}`, "whsec_!!!!"])("refuses the secret %j", (secret) => {
    expect(webhook.settings.safeParse({ signingSecret: secret }).error?.issues[0]?.message).toMatch(/24 to 64 bytes/);
  });
});

describe("webhook outcome", () => {
  it.each([301, 401, 403])("%i says nothing about the provider: the template's request was wrong", (status) => {
    expect(webhook.outcome({ kind: "answer", status, headers: {}, body: "", complete: true, at: 0 })).toMatchObject({ kind: "rejected" });
  });
});
