import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { readSns, snsToleranceMs } from "../aws/sns.ts";
import { signAws } from "../aws/sigv4.ts";
import { bytesOf, toBase64 } from "../bytes.ts";
import { senderRefused, takenAs } from "../email/answers.ts";
import { keySetting, mailOf, senderSetting, type Mail } from "../email/mail.ts";
import { asciiAddress, domainOf, readMailbox } from "../email/mailbox.ts";
import { buildMime, encodeHeaders, encodeMailbox } from "../email/mime.ts";
import { textOf } from "../inbound.ts";
import type { Attempted, HttpProvider, Sending } from "../provider.ts";
import { type Answer, describe, jsonBody, readReply, retryAfter } from "../reply.ts";
import { readSesEvent } from "../aws/ses-events.ts";

const settings = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "a region such as eu-central-1")
    .meta({ description: "AWS region whose SES sends", examples: ["eu-central-1"] }),
  accessKeyId: keySetting("Access key of an IAM user that may ses:SendEmail and ses:SendRawEmail", "AKIAIOSFODNN7EXAMPLE"),
  secretAccessKey: keySetting("Its secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
  sessionToken: z
    .string()
    .regex(/^[!-~]{1,4000}$/, "printable text without spaces")
    .optional()
    .describe("Session token, for temporary credentials only"),
  from: senderSetting,
  configurationSet: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe("Configuration set; without one SES says nothing back of a single message"),
  topicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/)
    .optional()
    .meta({
      description: "ARN of the SNS topic that the configuration set publishes to: events of any other are refused",
      examples: ["arn:aws:sns:eu-central-1:123456789012:ses-events"],
    }),
});

/** Amazon SES, API v2: email. Addresses on its suppression list are accepted and reported as bounces. */
export const ses: HttpProvider<typeof settings> = {
  type: "ses",
  title: "Amazon SES",
  via: "http",
  channels: ["email"],
  // What a new account has; the quota of yours is in its console (docs.aws.amazon.com/ses/latest/dg/quotas.html).
  suggestedRate: { count: 1, per: "PT1S" },
  cost: "$0.10 per 1,000 and for attachments by the GB (aws.amazon.com/ses/pricing)",
  settings,
  reports: ["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  secrets: ["secretAccessKey", "sessionToken"],
  baseUrl: "https://email.{region}.amazonaws.com",
  request(message, given, baseUrl) {
    const mail = mailOf(message, given.from);
    return {
      method: "POST",
      url: `${baseUrl.replace("{region}", given.region)}/v2/email/outbound-emails`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        FromEmailAddress: encodeMailbox(mail.from),
        Destination: { ToAddresses: [mail.to.email], CcAddresses: addresses(mail.cc), BccAddresses: addresses(mail.bcc) },
        ReplyToAddresses: mail.replyTo && [encodeMailbox(mail.replyTo)],
        Content: isSimple(mail) ? simpleContent(mail) : rawContent(mail, message),
        // Said back only through a configuration set.
        EmailTags: [{ Name: "tern", Value: message.echo }],
        ConfigurationSetName: given.configurationSet,
      }),
    };
  },
  authorize: (call, { region, accessKeyId, secretAccessKey, sessionToken }, { now }) =>
    signAws(call, { accessKeyId, secretAccessKey, sessionToken }, { region, service: "ses", at: now() }),
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    return reply.status === 200 ? takenAs(reply, jsonBody(reply)?.["MessageId"]) : readError(reply, attempted);
  },
  inbound: {
    toleranceMs: snsToleranceMs,
    async read(call, { topicArn }, ports) {
      const reading = await readSns(call, topicArn, ports);
      return reading.kind === "other" ? reading.reading : { kind: "reports", reports: readSesEvent(reading.message, reading.id) };
    },
  },
};

const addresses = (list: Mail["cc"]) => (list.length > 0 ? list.map(({ email }) => email) : undefined);

const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });

/** What is sent without files, and with headers as it takes them beside a subject and a body. Source: SES API v2, MessageHeader. */
const isSimple = ({ attachments, images, headers }: Mail): boolean => {
  const values = Object.values(encodeHeaders(headers));
  return attachments.length + images.length === 0 && values.length <= 15 && values.every((value) => value.length <= 870);
};

const simpleContent = (mail: Mail) => {
  const headers = Object.entries(encodeHeaders(mail.headers)).map(([Name, Value]) => ({ Name, Value }));
  return {
    Simple: {
      Subject: utf8(mail.subject),
      Body: { Text: mail.text === undefined ? undefined : utf8(mail.text), Html: mail.html === undefined ? undefined : utf8(mail.html) },
      Headers: headers.length > 0 ? headers : undefined,
    },
  };
};

const rawContent = (mail: Mail, { id }: Sending) => ({
  Raw: { Data: toBase64(bytesOf(buildMime(mail, { messageId: `${id}@tern.invalid`, boundary: id }))) },
});

/** Names of errors, by what follows. Source: SES API v2, SendEmail and common errors. */
const operators = new Set([
  "AccountSuspendedException",
  "SendingPausedException",
  "NotFoundException",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignatureException",
  "MissingAuthenticationTokenException",
  "AccessDeniedException",
  "ExpiredTokenException",
]);
const again = new Set(["TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"]);

function readError(reply: Answer, attempted: Attempted | undefined): Outcome {
  const body = jsonBody(reply);
  // "Name:http://…" in the header, "namespace#Name" in the body.
  const said = reply.headers["x-amzn-errortype"]?.split(":")[0] ?? textOf(body?.["__type"])?.split("#").at(-1);
  const name = said ?? "";
  const detail = name === "" ? describe(reply) : `${reply.status} ${name}${messageOf(body)}`.slice(0, 300);
  if (operators.has(name)) return { kind: "misconfigured", detail };
  if (name === "MailFromDomainNotVerifiedException") return senderRefused(detail, attempted);
  if (name === "MessageRejected" && namesSender(textOf(body?.["message"] ?? body?.["Message"]) ?? "", attempted))
    return senderRefused(detail, attempted);
  if (again.has(name)) return { ...retryAfter(reply), detail };
  return { ...readReply(reply), detail };
}

/**
 * "Email address is not verified. The following identities failed the check in region EU-WEST-1: shop@example.com": is our sender
 * among them? Others are recipients of an account that is still in the sandbox.
 */
const namesSender = (said: string, attempted: Attempted | undefined): boolean => {
  const [, identities] = /not verified\..*?: (.+)$/is.exec(said) ?? [];
  const content = attempted?.message.content;
  if (identities === undefined || attempted === undefined || content?.channel !== "email") return false;
  const { from: own } = attempted.settings as { readonly from: string }; // SES has the setting
  const sender = asciiAddress(readMailbox(content.from?.trim() || own).email).toLowerCase();
  return identities
    .toLowerCase()
    .split(/, */)
    .some((identity) => [sender, domainOf(sender)].includes(readMailbox(identity).email));
};

const messageOf = (body: Readonly<Record<string, unknown>> | undefined): string => {
  const text = textOf(body?.["message"] ?? body?.["Message"]);
  return text === undefined ? "" : `: ${text.replace(/[\p{Cc}\s]+/gu, " ")}`;
};
