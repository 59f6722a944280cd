import * as z from "zod";
import { withEcho } from "../callback-url.ts";
import type { HttpProvider } from "../provider.ts";
import { numberOf } from "../sms/text-message.ts";
import { accountProblem, accountSecrets, accountSettings, createMessage } from "../twilio/account.ts";
import { readTwilioCall } from "../twilio/inbound.ts";
import { readTwilioReply } from "../twilio/outcome.ts";
import { Unprepared } from "../unprepared.ts";

const settings = z
  .strictObject({
    ...accountSettings,
    from: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, "a telephone number with + and its country's code")
      .optional()
      .meta({ description: "The WhatsApp sender's number", examples: ["+4915123456789"] }),
  })
  .superRefine((given, context) => {
    const problem = accountProblem(given);
    if (problem !== undefined) context.addIssue({ code: "custom", path: [problem.path], message: problem.message });
  });

/** Twilio, WhatsApp. A template's name is the SID that its content has at Twilio (HX…). */
export const twilioWhatsapp: HttpProvider<typeof settings> = {
  type: "twilio-whatsapp",
  title: "Twilio (WhatsApp)",
  via: "http",
  channels: ["whatsapp"],
  // Source: twilio.com/docs/whatsapp/api: 80 messages a second and sender.
  suggestedRate: { count: 80, per: "PT1S" },
  cost: "$0.005 a message to Twilio beside what Meta takes for the template (twilio.com/en-us/whatsapp/pricing)",
  settings,
  reports: ["delivered", "opened", "bounced"],
  secrets: accountSecrets,
  baseUrl: "https://api.twilio.com",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "whatsapp") throw new Error(`expected whatsapp content, got ${content.channel}`);
    if (content.template !== undefined && !/^HX[0-9a-fA-F]{32}$/.test(content.template.name))
      throw new Unprepared({ kind: "rejected", detail: "with Twilio a template's name is its Content SID (HX…)" });
    const parameters = content.template?.parameters ?? [];
    return createMessage(given, baseUrl, {
      To: `whatsapp:${numberOf(message.to)}`,
      From: given.from && `whatsapp:${given.from}`,
      ...(content.template === undefined
        ? { Body: content.body }
        : {
            ContentSid: content.template.name,
            ContentVariables:
              parameters.length === 0 ? undefined : JSON.stringify(Object.fromEntries(parameters.map((value, at) => [`${at + 1}`, value]))),
          }),
      StatusCallback: given.callbackUrl && withEcho(given.callbackUrl, message.echo),
    });
  },
  outcome: readTwilioReply,
  inbound: { read: readTwilioCall },
};
