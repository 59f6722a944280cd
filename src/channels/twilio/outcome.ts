import type { Outcome } from "../../domain/message/message.ts";
import { acceptedAs, type CodeRules, codedOutcome, codeOf, isSuccess } from "../coded-outcome.ts";
import { jsonBody, readReply, type Reply } from "../reply.ts";

/**
 * Source: twilio.com/docs/api/errors. 21408 and 21612 (no permission for the number's region, no way from this sender to it)
 * are about one number, not about the account: they do not stop the provider. Senders that are none, not the account's, or of a
 * service without any (21212 to 21660, 21703, 21705, 63007), and an account that is not there (20404) are.
 */
const rules: CodeRules = {
  stopped: new Set(["21610"]),
  unreachable: new Set(["21211", "21614", "63003", "63024"]),
  retry: new Set(["20429", "14107", "21611"]),
  misconfigured: new Set("20003 20404 21212 21603 21606 21608 21659 21660 21703 21705 63007".split(" ")),
  rejected: new Set(["21408", "21612", "21602", "21605", "21617"]),
};

export const readTwilioReply = (reply: Reply): Outcome => {
  if (reply.kind !== "answer") return readReply(reply);
  const body = jsonBody(reply);
  return isSuccess(reply) ? acceptedAs(body?.["sid"]) : codedOutcome(reply, codeOf(body?.["code"]), rules);
};
