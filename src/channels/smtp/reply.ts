import type { Outcome } from "../../domain/message/message.ts";
import { senderRefused } from "../email/answers.ts";
import type { Attempted } from "../provider.ts";
import type { SmtpEnd, SmtpReply, SmtpStage } from "./smtp.ts";

/** Enhanced codes that say the address itself is no good. Source: RFC 3463, 3.2 and 3.3; RFC 7505 (5.1.10). */
const deadAddress = new Set(["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"]);
/** The server wants to be logged in to, or otherwise: in whatever stage it says so. Source: RFC 4954, 6. */
const authentication = new Set([530, 534, 535, 538]);
/** Enhanced codes that are about whom the mail is from. Source: RFC 3463, 3.2; Exchange (5.7.60). */
const ofSender = new Set(["5.1.7", "5.1.8", "5.7.60"]);
/** Many servers say what they think of the sender only when a recipient is named; Postfix and Exchange in these words. */
const saysSender = /sender address rejected|not owned by user|send as this sender/i;
/** Stages in which a refusal is not about the message: the operator has to act. */
const ofTheServer = new Set<SmtpStage>(["greeting", "hello", "tls", "login"]);

/**
 * What the end of a conversation means. Until the dot that ends the mail is on its way nothing was taken, so whatever breaks
 * before may be tried again; what breaks after it leaves it open.
 */
export function readSmtpEnd(end: SmtpEnd, attempted?: Attempted): Outcome {
  switch (end.kind) {
    case "no-connection":
      return { kind: "retry", detail: end.detail };
    case "blocked":
      return { kind: "misconfigured", detail: end.detail };
    case "lost":
      return { kind: end.stage === "end" ? "uncertain" : "retry", detail: `${end.detail} (${end.stage})` };
    case "reply":
      return readSmtpReply(end, attempted);
  }
}

function readSmtpReply({ stage, reply, sole }: Extract<SmtpEnd, { readonly kind: "reply" }>, attempted?: Attempted): Outcome {
  const { code } = reply;
  const detail = describeReply(reply);
  // Only a yes to the whole mail is one: "yes" to anything before has handed nothing over.
  if (code >= 200 && code < 300) return stage === "end" ? accepted(reply) : { kind: "retry", detail };
  if (code >= 400 && code < 500) return { kind: "retry", detail };
  if (code < 500 || code > 599) return stage === "end" ? { kind: "uncertain", detail } : { kind: "retry", detail };
  if (authentication.has(code) || ofTheServer.has(stage)) return { kind: "misconfigured", detail };
  // A sender that may not send concerns every mail of theirs; one mail too big (552, 5.3.4) does not.
  if (stage === "sender")
    return code === 552 || reply.enhanced === "5.3.4" ? { kind: "rejected", detail } : senderRefused(detail, attempted);
  if (ofSender.has(reply.enhanced ?? "") || saysSender.test(reply.text)) return senderRefused(detail, attempted);
  if (stage === "recipient" && /\brelay/i.test(reply.text) && !logsIn(attempted)) return { kind: "misconfigured", detail };
  const isAddress = reply.enhanced !== undefined && deadAddress.has(reply.enhanced);
  return { kind: isAddress && (stage === "recipient" || sole) ? "unreachable" : "rejected", detail };
}

/** Who logs in and may not relay to an address is refused that address; who does not may relay to none. */
const logsIn = (attempted: Attempted | undefined): boolean =>
  (attempted?.settings as { readonly username?: string } | undefined)?.username !== undefined; // SMTP's setting

/** Servers say the name they queued it under in words of their own; these two are common. */
const accepted = (reply: SmtpReply): Outcome => {
  const [, id] = /(?:queued as|\bid[=:]?) ?<?([\w.@-]{4,200})/i.exec(reply.text) ?? [];
  return { kind: "accepted", ...(id !== undefined && { providerMessageId: id }) };
};

export const describeReply = ({ code, enhanced, text }: SmtpReply): string =>
  [code, enhanced, text]
    .filter((part) => part !== undefined && part !== "")
    .join(" ")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .slice(0, 300);
