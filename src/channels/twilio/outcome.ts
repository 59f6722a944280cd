import type { Outcome } from "../../domain/message/message.ts";
import { acceptedAs, type CodeRules, codedOutcome, codeOf, isSuccess } from "../coded-outcome.ts";
import { jsonBody, readReply, type Reply } from "../reply.ts";

/**
 * Source: twilio.com/docs/api/errors. 21408 and 21612 (no permission for the number's region, no way from this sender to it)
 * are about one number, not about the account: they do not stop the provider.
 */
const rules: CodeRules = {
  unreachable: new Set(["21610", "21211", "21614"]),
  retry: new Set(["20429", "14107", "21611"]),
  misconfigured: new Set(["20003", "21212", "21603", "21606", "21608"]),
  rejected: new Set(["21408", "21612", "21602", "21605", "21617"]),
};

export const readTwilioReply = (reply: Reply): Outcome => {
  if (reply.kind !== "answer") return readReply(reply);
  const body = jsonBody(reply);
  return isSuccess(reply) ? acceptedAs(body?.["sid"]) : codedOutcome(reply, codeOf(body?.["code"]), rules);
};
