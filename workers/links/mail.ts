import type { ConsentProof } from "../../src/domain/consent/proof.ts";
import { linkInSubject } from "../../src/links/mail-link.ts";
import { readLink } from "../../src/links/message-link.ts";
import type { Env } from "../env.ts";
import { linkKeys } from "../link-keys.ts";
import { mayStillCome, subjectOf } from "./subject.ts";
import { optOut } from "./unsubscribe.ts";

/** What the platform gives of a mail that came in. */
export type IncomingMail = Pick<ForwardableEmailMessage, "from" | "headers" | "setReject">;

/**
 * A mail to the mailbox that List-Unsubscribe names: whoever holds its signed subject is unsubscribed, as by one click. Any other
 * goes back to its sender with the reason; nobody is answered.
 *
 * @throws where it cannot be done now: the platform then refuses the mail for the moment, and its sender tries again
 */
export const takeMail = async (mail: IncomingMail, env: Env): Promise<void> => {
  const url = linkInSubject((mail.headers.get("subject") ?? "").slice(0, 2_000));
  const link = url && readLink(url, await linkKeys(env));
  if (link === undefined)
    return mail.setReject("This mailbox only takes mails that unsubscribe, with the subject that your mail program was given");
  const subject = await subjectOf(env, link);
  if (subject === undefined) {
    if (mayStillCome(link, Date.now())) throw new Error("the message is not listed yet");
    return mail.setReject("Nothing is sent to you any more");
  }
  const proof: ConsentProof = { source: "mail", text: `Unsubscribe by mail from ${mail.from}`.slice(0, 1_000), message: link.message };
  await optOut({ env, link }, subject, { isAll: false, proof });
};
