import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  kindOf,
  providerKinds,
  providerSchema,
  resendsUncertain,
  secretSettings,
  type ProviderDefinition,
} from "../provider-definition.ts";
import type { Reply } from "../reply.ts";
import { contents, samples } from "./conformance-samples.ts";

const answer = (status: number, body = "", headers: Record<string, string> = {}): Reply => ({
  kind: "answer",
  status,
  body,
  headers,
  complete: true,
  at: Date.parse("2026-03-05T10:00:00Z"),
});
const errorBody = JSON.stringify({ name: "application_error", message: "Internal server error" });

/** What every provider must keep, whatever it is: a new one only adds its sample. */
describe.each([...providerKinds.values()].map((kind) => [kind.type, kind] as const))("provider %s", (type, kind) => {
  const sample = samples[type];
  if (!sample) throw new Error(`expected a sample for ${type} in conformance-samples.ts`);
  const { settings } = sample;
  const definition = { key: "mine", type, channel: kind.channels[0], settings };

  it("takes its settings and refuses any it does not know", () => {
    expect(providerSchema.safeParse(definition).error).toBeUndefined();
    expect(providerSchema.safeParse({ ...definition, settings: { ...settings, colour: "red" } }).error?.issues[0]?.message).toMatch(
      /colour/,
    );
  });

  it.each(["name", "retries"])("refuses %s, which it does not have", (field) => {
    expect(providerSchema.safeParse({ ...definition, [field]: "x" }).error?.issues[0]?.message).toMatch(field);
  });

  it("refuses a channel it does not serve", () => {
    const other = (["email", "sms", "push", "whatsapp", "slack", "webhook", "in-app"] as const).find((one) => !kind.channels.includes(one));
    expect(providerSchema.safeParse({ ...definition, channel: other }).success).toBe(false);
  });

  it("names as secrets only settings that it has", () => {
    const fields = kind.settings && "shape" in kind.settings ? Object.keys(kind.settings.shape as object) : [];
    expect(fields).toEqual(expect.arrayContaining([...secretSettings(type)]));
  });

  it("says what each of its settings is", () => {
    const json = z.toJSONSchema(kind.settings, { unrepresentable: "any" }) as { properties?: Record<string, { description?: string }> };
    expect(Object.entries(json.properties ?? {}).filter(([, { description }]) => description === undefined)).toEqual([]);
  });

  if (kind.via !== "http") return;

  const content = sample.content ?? contents[kind.channels[0]];
  if (!content) throw new Error(`expected content for ${kind.channels[0]}`);
  const message = { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: sample.to ?? "ada@example.com", content };
  const request = () => kind.request(message, settings, kind.baseUrl ?? "");

  it("makes the same request from the same message, byte for byte", () => {
    expect(JSON.stringify(request())).toBe(JSON.stringify(request()));
    expect(JSON.stringify(kind.request({ ...message, user: "a:other" }, settings, kind.baseUrl ?? ""))).toBe(JSON.stringify(request()));
  });

  it("sends the message id as the idempotency key, and no such header where nobody promises to know it again", () => {
    const header = kind.idempotency && "header" in kind.idempotency ? kind.idempotency.header : "idempotency-key";
    const promised = (kind.idempotency && "header" in kind.idempotency) || type === "webhook";
    expect(new Headers(request().headers).get(header)).toBe(promised ? message.id : null);
  });

  it("sends a key made of the message id where the provider wants it in the body", () => {
    if (!kind.idempotency || !("field" in kind.idempotency)) return;
    const keyOf = (id: string): unknown =>
      (JSON.parse(String(kind.request({ ...message, id }, settings, kind.baseUrl ?? "").body)) as Record<string, unknown>)[
        kind.idempotency && "field" in kind.idempotency ? kind.idempotency.field : ""
      ];
    expect(keyOf("m0abc")).toEqual(expect.any(String));
    expect(keyOf("m0abc")).toBe(keyOf("m0abc"));
    expect(keyOf("m0abd")).not.toBe(keyOf("m0abc"));
  });

  it("makes a request that can be sent", () => {
    const { url, method, headers, body } = request();
    expect(() => new Request(url, { method, headers, ...(body !== undefined && { body }) })).not.toThrow();
    expect(new URL(url).protocol).toBe("https:");
  });

  it.each([
    ["200", answer(200, '{"id":"x"}'), "accepted"],
    ["201 without a body", answer(201), "accepted"],
    ["429", answer(429), "retry"],
    ["503", answer(503), "retry"],
    ["500 with a clear error body", answer(500, errorBody), "retry"],
    ["425", answer(425), "retry"],
    ["no connection", { kind: "no-connection", detail: "refused" }, "retry"],
    ["the edge could not connect", answer(521, "<html>"), "retry"],
    ["the edge found no such host", answer(530, "error code: 1016"), "retry"],
    ["400", answer(400, errorBody), "rejected"],
    ["404", answer(404), "rejected"],
    ["409", answer(409), "rejected"],
    ["410", answer(410), "rejected"],
    ["413", answer(413), "rejected"],
    ["422", answer(422, errorBody), "rejected"],
    ["a cut connection", { kind: "lost", detail: "cut" }, "uncertain"],
    ["408", answer(408), "uncertain"],
    ["500 without a body", answer(500), "uncertain"],
    ["500 with a page", answer(500, "<h1>Internal Server Error</h1>"), "uncertain"],
    ["500 with an empty object", answer(500, "{}"), "uncertain"],
    ["502", answer(502), "uncertain"],
    ["504", answer(504, errorBody), "uncertain"],
    ["520", answer(520), "uncertain"],
  ] as const)("reads %s as docs/semantics.md says", (name, reply, outcome) => {
    expect(kind.outcome(reply).kind).toBe(sample.differs?.[name] ?? outcome);
  });

  it.each([
    ["401", answer(401, errorBody)],
    ["403", answer(403)],
    ["a redirect, which is never followed", answer(302, "", { location: "http://169.254.169.254/" })],
    ["an address that may not be called", { kind: "blocked", detail: "not public" } as const],
  ])("does not try again after %s", (name, reply) => {
    expect([sample.differs?.[name] ?? "misconfigured", "rejected"]).toContain(kind.outcome(reply).kind);
  });

  it.each([
    ["7", 7_000],
    ["0.5", 500],
    ["Thu, 05 Mar 2026 10:00:30 GMT", 30_000],
    ["Thu, 05 Mar 2026 09:00:00 GMT", 0],
    ["999999999", 86_400_000],
    ["soon", undefined],
  ])("reads Retry-After: %s", (value, waitMs) => {
    expect(kind.outcome(answer(429, "", { "retry-after": value }))).toEqual({
      kind: "retry",
      detail: "429",
      ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    });
  });
});

describe("providerSchema", () => {
  const resend = { key: "mail", type: "resend", channel: "email", settings: samples["resend"]?.settings };
  const problem = (input: unknown): string =>
    providerSchema
      .safeParse(input)
      .error?.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`)
      .join() ?? "";

  it("names the types there are", () => {
    expect(problem({ ...resend, type: "sendmail" })).toMatch(/type .*'resend'/);
  });

  it.each([
    ["https://eu.example.com/resend/", "https://eu.example.com/resend"],
    ["http://127.0.0.1:4400", "http://127.0.0.1:4400"],
    ["http://localhost:4400/", "http://localhost:4400"],
  ])("takes the base address %s", (baseUrl, kept) => {
    expect(providerSchema.parse({ ...resend, baseUrl })).toMatchObject({ baseUrl: kept });
  });

  it.each([
    "http://example.com",
    "https://10.0.0.1",
    "https://user:pw@example.com",
    "https://example.com?x=1",
    "ftp://example.com",
    "example.com",
  ])("refuses the base address %s", (baseUrl) => {
    expect(problem({ ...resend, baseUrl })).toMatch(/^baseUrl /);
  });

  it("has no base address where each message brings its own", () => {
    expect(problem({ key: "hooks", type: "webhook", channel: "webhook", settings: {}, baseUrl: "https://example.com" })).toMatch(/baseUrl/);
  });
});

describe("resendsUncertain: uncertain is retried only where the provider has an idempotency key or the operator says so", () => {
  it.each([
    ["resend", undefined, true],
    ["resend", "give-up", false],
    ["webhook", undefined, false],
    ["webhook", "resend", true],
    ["outbox", undefined, true],
    ["fcm", undefined, true],
    ["web-push", undefined, true],
    ["web-push", "give-up", false],
    ["expo", undefined, true],
    ["onesignal", undefined, true],
  ] as const)("%s with onUncertain %s: %s", (type, onUncertain, expected) => {
    const definition: ProviderDefinition = {
      key: "x",
      type,
      channel: kindOf(type).channels[0],
      settings: {},
      ...(onUncertain && { onUncertain }),
    };
    expect(resendsUncertain(definition)).toBe(expected);
  });
});
