import * as z from "zod";
import type { Sending } from "../provider.ts";
import { Unprepared } from "../unprepared.ts";
import { asciiAddress, isAddress, readMailbox, type Mailbox } from "./mailbox.ts";

/** An email as providers are told of it: addresses taken apart, their domains by their IDNA names, nobody named twice, empty parts left out. */
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
  /** Files that go along. `content` is base64. */
  readonly attachments: readonly MailFile[];
  /** Images that stand in the HTML, by `cid:` and their `contentId`. */
  readonly images: readonly (MailFile & { readonly contentId: string })[];
}

interface MailFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/**
 * @param sender The provider's own, for templates that name none.
 * @throws Unprepared where something that has to be one address is none: `unreachable` where it is the user's
 */
export const mailOf = ({ to, content }: Sending, sender: string): Mail => {
  if (content.channel !== "email") throw new Error(`expected email content, got ${content.channel}`);
  // Some providers refuse an address named twice, and nobody wants the mail twice.
  const known = new Set<string>();
  const unknown = ({ email }: Mailbox): boolean => {
    const folded = email.toLowerCase();
    if (known.has(folded)) return false;
    known.add(folded);
    return true;
  };
  const files = (content.attachments ?? []).map((one) => ({ ...one, name: lineOf(one.name) }));
  const first = mailboxIn("to", to);
  known.add(first.email.toLowerCase());
  const copies = (field: "cc" | "bcc"): readonly Mailbox[] =>
    (content[field] ?? []).flatMap((text, index) => (isGiven(text) ? [mailboxIn(`${field}.${index}`, text)] : [])).filter(unknown);
  return {
    from: mailboxIn("from", isGiven(content.from) ? content.from : sender),
    to: first,
    cc: copies("cc"),
    bcc: copies("bcc"),
    ...(isGiven(content.replyTo) && { replyTo: mailboxIn("replyTo", content.replyTo) }),
    subject: lineOf(content.subject),
    ...(content.html !== "" && { html: content.html.toWellFormed() }),
    // An email without any part is none; an empty text is.
    ...((content.text !== "" || content.html === "") && { text: content.text.toWellFormed() }),
    headers: Object.fromEntries(
      Object.entries(content.headers ?? {})
        .map(([name, value]) => [name, lineOf(value)] as const)
        .filter(([, value]) => value !== ""),
    ),
    attachments: files.flatMap(({ contentId, ...file }) => (contentId === undefined ? [file] : [])),
    images: files.flatMap(({ contentId, ...file }) => (contentId === undefined ? [] : [{ ...file, contentId }])),
  };
};

/** For APIs that take none: a mail with a hole where its image should be is not what was asked for. @throws Unprepared */
export const refuseImages = ({ images }: Mail, provider: string): void => {
  if (images.length === 0) return;
  throw new Unprepared({ kind: "rejected", detail: `attachments: ${provider} takes no images inline (contentId)` });
};

/** What Liquid made nothing of is not said. */
const isGiven = (text: string | undefined): text is string => text !== undefined && text.trim() !== "";

const mailboxIn = (field: string, text: string): Mailbox => {
  const mailbox = readMailbox(text.toWellFormed());
  if (isAddress(mailbox.email)) return { ...mailbox, email: asciiAddress(mailbox.email) };
  const said = mailbox.email.slice(0, 100);
  throw new Unprepared({ kind: field === "to" ? "unreachable" : "rejected", detail: `${field} is not an email address: ${said}` });
};

/**
 * Header values are one line: a line end would begin another header. Half of a character that was cut in two (an emoji by `truncate`)
 * is no UTF-8, which some providers refuse the whole mail for.
 */
const lineOf = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
    .trim();

/** The setting every email provider has. */
export const senderSetting = z
  .string()
  .min(3)
  .max(320)
  .refine((text) => isAddress(readMailbox(text).email), 'an address or "Name <address>"')
  .meta({
    description:
      'Who mails come from where a template names nobody: an address or "Name <address>", of a domain the provider lets you send from',
    examples: ["Shop <hello@shop.example>"],
  });

/** Printable ASCII without spaces: what keys and tokens are made of. */
export const keySetting = (what: string, example?: string) =>
  z
    .string()
    .regex(/^[\u0021-\u007e]{1,500}$/, "printable text without spaces")
    .meta({ description: what, ...(example !== undefined && { examples: [example] }) });
