import { describe, expect, it } from "vitest";
import { contents, samples } from "../../src/channels/providers/conformance-samples.ts";
import { kindOf } from "../../src/channels/provider-definition.ts";
import type { HttpCall, HttpProvider } from "../../src/channels/provider.ts";
import type { MessageContent } from "../../src/domain/message/message.ts";
import { contentOf, officialContract, schemaOf } from "./official.ts";

/** Where each provider's contract lies, and which operation sends. */
const operations: readonly (readonly [type: string, contract: string, path: string])[] = [
  ["resend", "resend", "/emails"],
  ["sendgrid", "sendgrid", "/v3/mail/send"],
  ["postmark", "postmark", "/email"],
  ["mailgun", "mailgun", "/v3/{domain_name}/messages"],
  ["mandrill", "mandrill", "/api/1.4/messages/send"],
  ["brevo", "brevo", "/v3/smtp/email"],
  ["ses", "ses-v2", "/v2/email/outbound-emails"],
];

const { attachments: _attachments, ...withoutFiles } = contents.email as Extract<MessageContent, { channel: "email" }>;
const withImages: MessageContent = {
  ...(contents.email as Extract<MessageContent, { channel: "email" }>),
  attachments: [
    { name: "a.pdf", type: "application/pdf", content: "JVBERi0xLjQK" },
    { name: "logo.png", type: "image/png", content: "iVBORw0KGgo=", contentId: "logo@shop" },
  ],
};
const mails: readonly (readonly [string, MessageContent])[] = [
  ["the least", { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" }],
  ["everything", contents.email as MessageContent],
  ["everything but files", withoutFiles],
  ["files and images", withImages],
  ["no text part", { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "" }],
];

const httpKind = (type: string): HttpProvider => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  return kind;
};

/** What was sent, as the contract describes it: JSON as it is, a form as its fields, those of free choice by the contract's example. */
const bodyOf = async (call: HttpCall): Promise<{ readonly type: string; readonly body: unknown }> => {
  const type = (call.headers["content-type"] ?? "").split(";")[0] ?? "";
  if (type === "application/json") return { type, body: JSON.parse(String(call.body)) };
  const form = await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map((value) => (typeof value === "string" ? value : "(a file)"));
    fields[name.replace(/^h:.*/, "h:X-My-Header").replace(/^v:.*/, "v:my-var")] = values.length === 1 ? values[0] : values;
  }
  return { type, body: fields };
};

describe.each(operations)("%s against its official contract", (type, name, path) => {
  const contract = officialContract(name);
  const kind = httpKind(type);
  const settings = samples[type]?.settings ?? {};
  const request = (content: MessageContent) =>
    kind.request(
      { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: "Ada <ada@example.com>", content },
      settings,
      kind.baseUrl ?? "",
    );

  describe.skipIf(contract === undefined)("requests", () => {
    const operation = contract?.paths[path]?.["post"];

    // Brevo takes no images inline, and says so.
    it.each(mails.filter(([, content]) => type !== "brevo" || content !== withImages))("a mail with %s is one", async (_, content) => {
      if (!contract || !operation) throw new Error(`expected POST ${path}`);
      const call = request(content);
      expect(new URL(call.url).pathname).toMatch(new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`));
      const { type: mediaType, body } = await bodyOf(call);
      const { schema } = contentOf(contract, operation)[mediaType] ?? {};
      expect(schema, mediaType).toBeDefined();
      expect(schemaOf(contract, schema).safeParse(body).error?.issues ?? []).toEqual([]);
    });

    it("the check finds what is wrong", async () => {
      if (!contract || !operation) throw new Error(`expected POST ${path}`);
      const { type: mediaType, body } = await bodyOf(request(withoutFiles));
      const schema = schemaOf(contract, contentOf(contract, operation)[mediaType]?.schema);
      // Mailgun's form takes fields of any name.
      expect(schema.safeParse({ ...(body as object), colour: "red" }).success).toBe(type === "mailgun");
      expect(schema.safeParse({}).success).toBe(false);
    });
  });
});
