import * as z from "zod";
import { isAddress, readMailbox } from "../../../src/channels/email/mailbox.ts";
import { definitionKey } from "../../../src/domain/definition-key.ts";
import { e164 } from "../../../src/domain/message/e164.ts";
import { userId } from "../known-users.ts";

/** Files of one call. */
const maxFiles = 10;
/** Bytes of all files of a call together, decoded. */
const maxFileBytes = 1_000_000;
/** Bytes of the whole call: files grow by a third as base64. */
export const maxCallBytes = 2_000_000;

/** One line: nothing in it may begin another header, nor turn the direction in which it is read. */
const line = z.string().regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u, "is one line of text");

const attachment = z.strictObject({
  name: line.max(200).regex(/^(?!\.{1,2}$)[^/\\]+$/, "a file's name has no slashes, and is more than dots"),
  // Parts made of parts have an encoding of their own, which is not a file's.
  type: z.string().regex(/^(?!multipart\/|message\/)[\w.+-]{1,60}\/[\w.+-]{1,100}$/i, "a file's media type such as application/pdf"),
  content: z.base64().min(1).describe("base64"),
  contentId: z
    .string()
    .regex(/^[\w.-]{1,60}(?:@[\w.-]{1,60})?$/, "letters, digits, . _ - and perhaps one @")
    .optional()
    .describe("of an image that stands in the HTML as `cid:` and this, instead of a file that goes along"),
});

const emailAddress = line.max(254).refine(isAddress, "is no e-mail address");
const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, "a telephone number as +49301234567");

/** A user by exactly one name. Addresses are looked up in the directory. */
const user = z
  .strictObject({ id: userId.optional(), email: emailAddress.optional(), phone: phoneNumber.optional() })
  .refine(
    (named) => Object.values(named).filter((value) => value !== undefined).length === 1,
    "name the user by exactly one of id, email, phone",
  );

export const sendCallSchema = z
  .strictObject({
    user,
    channel: z.enum(["email", "sms", "push", "whatsapp", "slack", "webhook"]),
    template: definitionKey.optional(),
    content: z.record(z.string(), z.unknown()).optional().describe("as a locale of a template of the channel, instead of one"),
    to: line.max(1_000).optional().describe("instead of the user's own address"),
    data: z.record(z.string(), z.json()).optional().describe("`data` in the template"),
    attachments: z.array(attachment).max(maxFiles).optional(),
    sendAt: z.iso.datetime({ offset: true }).optional(),
    provider: definitionKey.optional(),
    locale: z
      .string()
      .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,5}$/, "a language tag such as en or pt-BR")
      .optional(),
    transactional: z.boolean().default(true).describe("false: consent, caps and quiet hours apply; needs a topic"),
    topic: definitionKey.optional(),
  })
  .superRefine((call, context) => {
    const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
    if ((call.template === undefined) === (call.content === undefined)) refuse("template", "give either a template or content");
    if (!call.transactional && call.topic === undefined) refuse("topic", "a message that is not transactional belongs to a topic");
    if (call.attachments !== undefined && call.channel !== "email") refuse("attachments", "only emails carry files");
    const ids = new Set<string>();
    for (const [index, { type, contentId }] of (call.attachments ?? []).entries()) {
      if (contentId === undefined) continue;
      const path = ["attachments", index, "contentId"];
      if (!/^image\//i.test(type)) context.addIssue({ code: "custom", path, message: "only images stand in the HTML" });
      if (ids.has(contentId)) context.addIssue({ code: "custom", path, message: "another image has it" });
      ids.add(contentId);
    }
    const wrong = call.to === undefined ? undefined : wrongAddress(call.channel, call.to);
    if (wrong !== undefined) refuse("to", wrong);
    const bytes = (call.attachments ?? []).reduce((sum, { content }) => sum + decodedLength(content), 0);
    if (bytes > maxFileBytes) refuse("attachments", `the files of a message may hold ${maxFileBytes} bytes together`);
  });

export type SendCall = z.output<typeof sendCallSchema>;

const decodedLength = (base64: string): number => Math.floor((base64.length * 3) / 4) - (/=*$/.exec(base64)?.[0].length ?? 0);

/** Why nothing can be sent to the address; of channels whose addresses have no form of their own, nothing is said. */
const wrongAddress = (channel: SendCall["channel"], to: string): string | undefined => {
  if (channel === "webhook") return "a webhook's address is in its content";
  // Exactly one: who else stands in a list would not be looked up among the suppressed.
  if (channel === "email") return isAddress(readMailbox(to).email) ? undefined : "is not one e-mail address";
  if (channel !== "sms" && channel !== "whatsapp") return undefined;
  const read = e164(to);
  return read.ok ? undefined : read.reason;
};
