import * as z from "zod";
import { bytesOf, toBase64 } from "../bytes.ts";
import { callbackSetting } from "../callback-url.ts";
import { keySetting } from "../email/mail.ts";
import { formBody } from "../form.ts";
import type { HttpCall } from "../provider.ts";

/** Settings that say whose account it is. */
export const accountSettings = {
  accountSid: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, "AC and 32 hexadecimal digits")
    .meta({ description: "Account SID (AC…)", examples: ["AC0123456789abcdef0123456789abcdef"] }),
  authToken: keySetting(
    "Auth token of the account: signs its webhooks, and its calls where no API key is given",
    "0123456789abcdef0123456789abcdef",
  ),
  apiKeySid: z
    .string()
    .regex(/^SK[0-9a-fA-F]{32}$/, "SK and 32 hexadecimal digits")
    .optional()
    .meta({
      description: "SID of an API key (SK…), used in place of the auth token to send",
      examples: ["SK0123456789abcdef0123456789abcdef"],
    }),
  apiKeySecret: keySetting("Secret of the API key", "0123456789abcdef0123456789abcdef").optional(),
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-fA-F]{32}$/, "MG and 32 hexadecimal digits")
    .optional()
    .meta({
      description: "A Messaging Service (MG…) that chooses the sender; takes the place of `from`, or goes with it",
      examples: ["MG0123456789abcdef0123456789abcdef"],
    }),
  callbackUrl: callbackSetting(),
};

export const accountSecrets = ["authToken", "apiKeySecret"] as const;

interface Account {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeySid?: string | undefined;
  readonly apiKeySecret?: string | undefined;
  readonly messagingServiceSid?: string | undefined;
  readonly from?: string | undefined;
}

/** What the fields say only together; undefined where all is well. */
export const accountProblem = (given: Account): { readonly path: string; readonly message: string } | undefined => {
  if ((given.apiKeySid === undefined) !== (given.apiKeySecret === undefined))
    return { path: given.apiKeySid === undefined ? "apiKeySid" : "apiKeySecret", message: "an API key is its SID and its secret" };
  return given.from === undefined && given.messagingServiceSid === undefined
    ? { path: "from", message: "either from or messagingServiceSid says who messages come from" }
    : undefined;
};

/** Creates a message. Source: twilio.com/docs/messaging/api/message-resource. */
export const createMessage = (account: Account, baseUrl: string, fields: Readonly<Record<string, string | undefined>>): HttpCall => {
  const [user, password] =
    account.apiKeySid !== undefined && account.apiKeySecret !== undefined
      ? [account.apiKeySid, account.apiKeySecret]
      : [account.accountSid, account.authToken];
  return {
    method: "POST",
    url: `${baseUrl}/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
    headers: { authorization: `Basic ${toBase64(bytesOf(`${user}:${password}`))}`, "content-type": "application/x-www-form-urlencoded" },
    body: formBody({ ...fields, MessagingServiceSid: account.messagingServiceSid }),
  };
};
