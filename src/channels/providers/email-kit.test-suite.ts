import type { MessageContent, Outcome } from "../../domain/message/message.ts";
import { kindOf } from "../provider-definition.ts";
import type { Attempted, HttpCall, HttpProvider } from "../provider.ts";
import { contents, samples } from "./conformance-samples.ts";

/** What tests of email providers over HTTP share. */
export const emailTypes = ["resend", "sendgrid", "postmark", "mailgun", "mandrill", "brevo", "ses", "cloudflare-email"];

export type Email = Extract<MessageContent, { channel: "email" }>;

export const everything = contents.email as Email;
const { attachments: _attachments, ...withoutFiles } = everything;
export { withoutFiles };
export const file = { name: "Rechnung März.pdf", type: "application/pdf", content: "JVBERi0xLjQK" };
export const lists = {
  "List-Unsubscribe": "<https://example.com/u/1>, <mailto:u@example.com>",
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  "List-ID": "<news.example.com>",
};

export const httpKind = (type: string): HttpProvider => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  return kind;
};

export const request = (
  type: string,
  content: MessageContent,
  settings = samples[type]?.settings ?? {},
  { echo = "w1-0-m0abc", to = "ada@example.com" } = {},
): HttpCall => {
  const kind = httpKind(type);
  return kind.request({ workspace: "w1", user: "u:1", id: "m0abc", echo, to, content }, settings, kind.baseUrl ?? "");
};

export const json = (call: HttpCall): Record<string, unknown> => JSON.parse(String(call.body)) as Record<string, unknown>; // all but Mailgun's are objects

/** An answer as a test writes it down. */
export interface Said {
  readonly status: number;
  /** JSON, but for texts. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answeredAt = Date.parse("2026-03-05T10:00:00Z");

export const outcomeOf = (type: string, { status, body, headers = {} }: Said, attempted?: Attempted): Outcome => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return httpKind(type).outcome({ kind: "answer", status, headers, body: text, complete: true, at: answeredAt }, attempted);
};

/** What a plain mail was attempted with. */
export const attempted = (
  type: string,
  { to = "ada@example.com", from }: { readonly to?: string; readonly from?: string | undefined } = {},
): Attempted => ({
  message: {
    workspace: "w1",
    user: "u:1",
    id: "m1",
    echo: "w1-0-m1",
    to,
    content: { channel: "email", subject: "Hi", html: "Hi", text: "Hi", ...(from !== undefined && { from }) },
  },
  settings: samples[type]?.settings,
});
