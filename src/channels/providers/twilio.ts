import * as z from "zod";
import { withEcho } from "../callback-url.ts";
import type { HttpProvider } from "../provider.ts";
import { numberOf, smsSenderSetting, textOfSms } from "../sms/text-message.ts";
import { accountProblem, accountSecrets, accountSettings, createMessage } from "../twilio/account.ts";
import { readTwilioCall } from "../twilio/inbound.ts";
import { readTwilioReply } from "../twilio/outcome.ts";

const settings = z.strictObject({ ...accountSettings, from: smsSenderSetting().optional() }).superRefine((given, context) => {
  const problem = accountProblem(given);
  if (problem !== undefined) context.addIssue({ code: "custom", path: [problem.path], message: problem.message });
});

/** Twilio, SMS. */
export const twilio: HttpProvider<typeof settings> = {
  type: "twilio",
  title: "Twilio",
  via: "http",
  channels: ["sms"],
  // Twilio queues what is faster than the sender's own rate (1 a second for a long code of the United States) for up to ten hours.
  suggestedRate: { count: 10, per: "PT1S" },
  cost: "Per segment, by country; United States $0.0083 and the carrier's fee of $0.0025 to $0.0062 (twilio.com/en-us/sms/pricing)",
  settings,
  // Source: twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
  reports: ["delivered", "bounced"],
  secrets: accountSecrets,
  baseUrl: "https://api.twilio.com",
  request: (message, given, baseUrl) =>
    createMessage(given, baseUrl, {
      To: numberOf(message.to),
      From: given.from,
      Body: textOfSms(message),
      StatusCallback: given.callbackUrl && withEcho(given.callbackUrl, message.echo),
    }),
  outcome: readTwilioReply,
  inbound: { read: readTwilioCall },
};
