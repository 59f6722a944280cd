import type { Outcome } from "../../domain/message/message.ts";
import { acceptedAs } from "../coded-outcome.ts";
import type { Attempted } from "../provider.ts";
import type { Answer } from "../reply.ts";
import { asciiAddress, readMailbox } from "./mailbox.ts";

/**
 * Taken; `id` is the provider's own, where it gave one. A page is no provider's answer: whoever sent it (a `baseUrl` that is
 * another site's, something in between), it is not known what became of the mail.
 */
export const takenAs = (reply: Answer, id: unknown): Outcome =>
  /^\s*</.test(reply.body) ? { kind: "uncertain", detail: `${reply.status} with a page for an answer` } : acceptedAs(id);

/**
 * The provider refuses whom the mail is from. The provider's own sender is its operator's to mend, so nothing more is sent by it
 * until then; one that a template or call names concerns that message alone.
 */
export const senderRefused = (detail: string, attempted: Attempted | undefined): Outcome => {
  if (attempted === undefined || attempted.message.content.channel !== "email") return { kind: "misconfigured", detail };
  const { from } = attempted.message.content;
  const { from: own } = attempted.settings as { readonly from: string }; // every email provider has the setting
  return { kind: from === undefined || from.trim() === "" || same(from, own) ? "misconfigured" : "rejected", detail };
};

/** Is it the address that the mail is for, and not a copy's? Addresses come back as they were sent, or in small letters. */
export const isForIt = (address: unknown, attempted: Attempted | undefined): boolean =>
  typeof address === "string" && attempted !== undefined && same(address, asciiAddress(readMailbox(attempted.message.to).email));

const same = (a: string, b: string): boolean => readMailbox(a).email.toLowerCase() === readMailbox(b).email.toLowerCase();
