import * as z from "zod";
import type { Sending } from "../provider.ts";
import { readMailbox, type Mailbox } from "./mailbox.ts";

/** An email as providers are told of it: addresses taken apart, nobody named twice, empty parts left out. */
export interface Mail {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo?: Mailbox;
  readonly subject: string;
  readonly html?: string;
  readonly text?: string;
  /** The template's own and those of lists; never one of the message's own fields. */
  readonly headers: Readonly<Record<string, string>>;
  /** `content` is base64. */
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[];
}

/** @param sender The provider's own, for templates that name none. */
export const mailOf = ({ to, content }: Sending, sender: string): Mail => {
  if (content.channel !== "email") throw new Error(`expected email content, got ${content.channel}`);
  // Some providers refuse an address named twice, and nobody wants the mail twice.
  const known = new Set<string>();
  const unknown = ({ email }: Mailbox): boolean => {
    const folded = email.toLowerCase();
    if (known.has(folded) || folded === "") return false;
    known.add(folded);
    return true;
  };
  const first = readMailbox(to);
  known.add(first.email.toLowerCase());
  return {
    from: readMailbox(content.from ?? sender),
    to: first,
    cc: (content.cc ?? []).map(readMailbox).filter(unknown),
    bcc: (content.bcc ?? []).map(readMailbox).filter(unknown),
    ...(content.replyTo !== undefined && content.replyTo !== "" && { replyTo: readMailbox(content.replyTo) }),
    subject: lineOf(content.subject),
    ...(content.html !== "" && { html: content.html }),
    // An email without any part is none; an empty text is.
    ...((content.text !== "" || content.html === "") && { text: content.text }),
    headers: Object.fromEntries(Object.entries(content.headers ?? {}).map(([name, value]) => [name, lineOf(value)])),
    attachments: (content.attachments ?? []).map((one) => ({ ...one, name: lineOf(one.name) })),
  };
};

/** Header values are one line: a line end would begin another header. */
const lineOf = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

/** The setting every email provider has. */
export const senderSetting = z
  .string()
  .min(3)
  .max(320)
  .refine((text) => /^[^\s@<>]+@[^\s@<>]+$/.test(readMailbox(text).email), 'an address or "Name <address>"')
  .describe(
    'Who mails come from where a template names nobody: an address or "Name <address>", of a domain the provider lets you send from',
  );

/** Printable ASCII without spaces: what keys and tokens are made of. */
export const keySetting = (what: string) =>
  z
    .string()
    .regex(/^[\u0021-\u007e]{1,500}$/, "printable text without spaces")
    .describe(what);
