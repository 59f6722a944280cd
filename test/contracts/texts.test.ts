import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/channels/provider-definition.ts";
import type { HttpCall, HttpProvider } from "../../src/channels/provider.ts";
import { samples } from "../../src/channels/providers/conformance-samples.ts";
import type { MessageContent, Outcome } from "../../src/domain/message/message.ts";
import { contentOf, officialContract, schemaOf } from "./official.ts";

interface Case {
  readonly name: string;
  readonly content: MessageContent;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const sms: MessageContent = { channel: "sms", body: "Grüße & mehr = 😀" };
const callbackUrl = "https://tern.example/hooks/w1/sms";
const waText: MessageContent = { channel: "whatsapp", body: "Grüße" };
const waTemplate = (name: string, parameters: readonly string[]): MessageContent => ({
  channel: "whatsapp",
  template: { name, language: "en_US", parameters },
});
const slackFull: MessageContent = {
  channel: "slack",
  text: "Grüße",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "Grüße" } }],
};
const accountSid = `AC${"0".repeat(32)}`;
const uuid = "b98881cc-1e94-4366-bbd9-db8f3429292b";

/** Where each provider's contract lies, which operation sends, and what it is sent. */
const operations: readonly (readonly [type: string, contract: string, path: string, cases: readonly Case[]])[] = [
  [
    "twilio",
    "twilio",
    "/2010-04-01/Accounts/{AccountSid}/Messages.json",
    [
      { name: "the least", content: sms },
      { name: "a callback", content: sms, settings: { callbackUrl } },
      { name: "a Messaging Service", content: sms, settings: { from: undefined, messagingServiceSid: `MG${"0".repeat(32)}` } },
      { name: "an API key", content: sms, settings: { apiKeySid: `SK${"0".repeat(32)}`, apiKeySecret: "s" } },
    ],
  ],
  [
    "twilio-whatsapp",
    "twilio",
    "/2010-04-01/Accounts/{AccountSid}/Messages.json",
    [
      { name: "a text", content: waText, settings: { callbackUrl } },
      { name: "a template", content: waTemplate(`HX${"a".repeat(32)}`, ["Ada", "42"]) },
      { name: "a template without places", content: waTemplate(`HX${"a".repeat(32)}`, []) },
    ],
  ],
  [
    "vonage",
    "vonage-messages",
    "/v1/messages",
    [
      { name: "the least", content: sms },
      { name: "a callback", content: sms, settings: { callbackUrl, from: "+447700900001" } },
    ],
  ],
  [
    "vonage-sms",
    "vonage-sms",
    "/sms/{format}",
    [
      { name: "unicode", content: sms },
      { name: "the GSM alphabet", content: { channel: "sms", body: "Grüße" }, settings: { callbackUrl } },
    ],
  ],
  [
    "messagebird",
    "messagebird",
    "/messages",
    [
      { name: "the least", content: sms },
      { name: "a callback", content: sms, settings: { callbackUrl, from: "Shop" } },
    ],
  ],
  [
    "plivo",
    "plivo",
    "/v1/Account/{auth_id}/Message/",
    [
      { name: "the least", content: sms },
      { name: "a callback and a Powerpack", content: sms, settings: { callbackUrl, from: undefined, powerpackUuid: uuid } },
    ],
  ],
  [
    "telnyx",
    "telnyx",
    "/v2/messages",
    [
      { name: "the least", content: sms },
      { name: "a callback and a profile", content: sms, settings: { callbackUrl, from: undefined, messagingProfileId: uuid } },
    ],
  ],
  [
    "whatsapp-cloud",
    "whatsapp-cloud",
    "/{Version}/{Phone-Number-ID}/messages",
    [
      { name: "a text", content: waText },
      { name: "a template", content: waTemplate("order_shipped", ["Ada", "42"]) },
      { name: "a template without places", content: waTemplate("hello_world", []) },
    ],
  ],
  [
    "slack",
    "slack",
    "/api/chat.postMessage",
    [
      { name: "blocks", content: slackFull },
      { name: "text", content: { channel: "slack", text: "Hi" } },
    ],
  ],
  [
    "slack",
    "slack",
    "/services/{team}/{bot}/{secret}",
    [
      {
        name: "an incoming webhook",
        content: slackFull,
        settings: { botToken: undefined, channel: undefined, webhookUrl: "https://hooks.slack.com/services/T1/B1/abc" },
      },
    ],
  ],
];

const httpKind = (type: string): HttpProvider => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  return kind;
};
const requestOf = (type: string, { content, settings = {} }: Case): HttpCall => {
  const kind = httpKind(type);
  const to = type === "slack" ? "U123" : "+49 151 1234567";
  const message = { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to, content };
  const given = Object.fromEntries(Object.entries({ ...samples[type]?.settings, ...settings }).filter(([, value]) => value !== undefined));
  expect(kind.settings.safeParse(given).error?.issues ?? []).toEqual([]);
  return kind.request(message, given, kind.baseUrl ?? "");
};
const bodyOf = (call: HttpCall): { readonly type: string; readonly body: Record<string, unknown> } => {
  const type = (call.headers["content-type"] ?? "").split(";")[0] ?? "";
  const text = String(call.body);
  return {
    type,
    body: type === "application/json" ? (JSON.parse(text) as Record<string, unknown>) : Object.fromEntries(new URLSearchParams(text)),
  };
};

describe.each(operations)("%s against its official contract of %s: %s", (type, name, at, cases) => {
  const contract = officialContract(name);
  const operation = contract?.paths[at]?.["post"];

  describe.skipIf(contract === undefined)("requests", () => {
    it.each(cases)("a message with $name is one", (one) => {
      if (!contract || !operation) throw new Error(`expected POST ${at}`);
      const call = requestOf(type, one);
      expect(new URL(call.url).pathname).toMatch(new RegExp(`^${at.replace(/\{[\w-]+\}/g, "[^/]+").replaceAll(".", "\\.")}$`));
      const { type: mediaType, body } = bodyOf(call);
      const { schema } = contentOf(contract, operation)[mediaType] ?? {};
      expect(schema, mediaType).toBeDefined();
      // Of blocks the contract says no more than that they have a type.
      const issues = (schemaOf(contract, schema).safeParse(body).error?.issues ?? []).filter((issue) => !issue.startsWith(".blocks["));
      expect(issues).toEqual([]);
    });

    it("the check finds what is wrong", () => {
      if (!contract || !operation) throw new Error(`expected POST ${at}`);
      const [one] = cases;
      if (!one) throw new Error("expected a case");
      const { type: mediaType, body } = bodyOf(requestOf(type, one));
      const schema = schemaOf(contract, contentOf(contract, operation)[mediaType]?.schema);
      expect(schema.safeParse({ ...body, colour: "red" }).success).toBe(false);
      expect(schema.safeParse({}).success).toBe(false);
    });
  });

  const answers = Object.entries(operation?.responses ?? {}).flatMap(([status, { content = {} }]) =>
    Object.values(content).flatMap((media) => {
      const { example, examples } = media as { example?: unknown; examples?: Record<string, { value: unknown }> };
      return [...(example === undefined ? [] : [example]), ...Object.values(examples ?? {}).map(({ value }) => value)].map((body) => ({
        status,
        body,
      }));
    }),
  );
  // Telnyx gives no examples; what its pages say is in src/channels/providers/text-answers.test.ts.
  describe.skipIf(answers.length === 0)("answers", () => {
    it.each(answers)("its example of a $status is read", ({ status, body }) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const reply = { kind: "answer", status: Number(status), headers: {}, body: text, complete: true, at: 0 } as const;
      const outcome = httpKind(type).outcome(reply);
      const expected: Readonly<Record<string, readonly Outcome["kind"][]>> = {
        "200": ["accepted"],
        "201": ["accepted"],
        "202": ["accepted"],
        "400": ["rejected", "unreachable"],
        "401": ["misconfigured"],
        "403": type === "plivo" ? ["rejected"] : ["misconfigured"],
        "404": type === "slack" ? ["misconfigured"] : ["rejected"],
        "405": ["rejected"],
        "410": ["misconfigured"],
        "422": type === "messagebird" ? ["unreachable"] : ["rejected"],
        "429": ["retry"],
        // Slack's webhook says it in plain text, which anything in between could.
        "500": text.startsWith("{") ? ["retry"] : ["uncertain"],
      };
      expect(expected[status]).toContain(outcome.kind);
      if (outcome.kind === "accepted" && text !== "ok") expect(outcome.providerMessageId).toMatch(/\w{8}/);
    });
  });
});

/** A rule by which an answer is read, and the class it falls into. */
interface Rule {
  readonly status?: number | readonly number[];
  readonly body?: string;
  readonly is?: unknown;
  readonly class: "accepted" | "retry" | "suppress" | "config" | "permanent";
}
const classes: Readonly<Record<Rule["class"], Outcome["kind"]>> = {
  accepted: "accepted",
  retry: "retry",
  suppress: "unreachable",
  config: "misconfigured",
  permanent: "rejected",
};
/** What is about one number, template or channel stops no provider; what may have been posted is not posted again. */
const differs: Readonly<Record<string, Readonly<Record<string, Outcome["kind"]>>>> = {
  twilio: { "21408": "rejected", "21612": "rejected" },
  "vonage-sms": { "15": "rejected" },
  plivo: { "403": "rejected" },
  telnyx: { "10008": "uncertain" },
  "whatsapp-cloud": Object.fromEntries(
    ["131008", "131049", "131050", "132000", "132001", "132005", "132007", "132012", "132015", "132016"].map(
      (code) => [code, "rejected"] as const,
    ),
  ),
  slack: {
    internal_error: "uncertain",
    fatal_error: "uncertain",
    channel_not_found: "rejected",
    is_archived: "rejected",
    not_in_channel: "rejected",
  },
};
const folder = process.env["TERN_CONTRACTS"];
const file = folder === undefined ? undefined : path.join(folder, "outcomes.json");
const known =
  file !== undefined && existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, { readonly rules: readonly Rule[] }>)
    : undefined;
if (known === undefined) console.warn("Skipped: rules by which answers are read (TERN_CONTRACTS names no folder with outcomes.json)");

/** `value` at "a.b" or "0.b" of a JSON body. */
const bodyWith = (place: string, value: unknown): unknown =>
  place
    .split(".")
    .toReversed()
    .reduce((inner: unknown, name) => (/^\d+$/.test(name) ? [inner] : { [name]: inner }), value);

describe.skipIf(known === undefined).each([
  ["twilio", "twilio"],
  ["twilio-whatsapp", "twilio"],
  ["vonage", "vonage-messages"],
  ["vonage-sms", "vonage-sms"],
  ["messagebird", "messagebird"],
  ["plivo", "plivo"],
  ["telnyx", "telnyx"],
  ["whatsapp-cloud", "whatsapp-cloud"],
  ["slack", "slack"],
])("%s reads answers by the rules collected from its documents", (type, name) => {
  const cases = (known?.[name]?.rules ?? []).flatMap((rule) =>
    [rule.is ?? null]
      .flat()
      .flatMap((said) =>
        [rule.status ?? 400].flat().map((status) => ({ body: rule.body, read: rule.class, said: said as unknown, status })),
      ),
  );
  it.each(cases)("$status $body $said: $read", ({ body, read, said, status }) => {
    // A body that says ok: false is what Slack's list means.
    const text = body === undefined ? "" : JSON.stringify({ ...(type === "slack" && { ok: false }), ...(bodyWith(body, said) as object) });
    const reply = { kind: "answer", status, headers: {}, body: text, complete: true, at: 0 } as const;
    expect(httpKind(type).outcome(reply).kind).toBe(differs[name]?.[String(said ?? status)] ?? classes[read]);
  });
});

it("speaks for the account by which it was made", () => {
  const call = requestOf("twilio", {
    name: "an API key",
    content: sms,
    settings: { apiKeySid: `SK${"1".repeat(32)}`, apiKeySecret: "key-secret" },
  });
  expect(call.headers["authorization"]).toBe(`Basic ${Buffer.from(`SK${"1".repeat(32)}:key-secret`).toString("base64")}`);
  expect(call.url).toContain(accountSid);
});
