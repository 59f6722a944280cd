import * as z from "zod";
import { bytesOf, sameText, sha256, toBase64, toHex } from "../bytes.ts";
import { callbackSetting } from "../callback-url.ts";
import { acceptedAs, type CodeRules, codedOutcome, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { instantOf, type JsonRecord, jsonOf, recordOf, refused, reportOf, secondsOf, textOf, untimely } from "../inbound.ts";
import { isPrivateKeyPem, readSharedJwt, signRsaJwt } from "../jwt.ts";
import type { HttpProvider, ProviderReport } from "../provider.ts";
import { jsonBody, readReply } from "../reply.ts";
import { bareSender, digitsOf, plusDigits, smsSenderSetting, textOfSms } from "../sms/text-message.ts";

const settings = z
  .strictObject({
    applicationId: z
      .guid()
      .optional()
      .meta({ description: "Id of the Vonage application whose key signs the calls", examples: ["78d335fa-323d-0114-9c3d-d6f0d48968cf"] }),
    privateKey: z
      .string()
      .max(10_000)
      .refine(isPrivateKeyPem, "a private key in PEM (BEGIN PRIVATE KEY)")
      .optional()
      .describe("The application's private key, as its file has it"),
    apiKey: keySetting("Key of the account, where no application is given", "abcd1234").optional(),
    apiSecret: keySetting("Secret of the account", "AbCdEf0123456789").optional(),
    from: smsSenderSetting(),
    signatureSecret: keySetting(
      "Signature secret of the account (API settings): signs the webhooks",
      "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
    ).optional(),
    callbackUrl: callbackSetting(),
  })
  .superRefine(({ applicationId, privateKey, apiKey, apiSecret }, context) => {
    const byKey = applicationId !== undefined && privateKey !== undefined;
    const bySecret = apiKey !== undefined && apiSecret !== undefined;
    if (
      byKey === bySecret ||
      (applicationId === undefined) !== (privateKey === undefined) ||
      (apiKey === undefined) !== (apiSecret === undefined)
    )
      context.addIssue({
        code: "custom",
        path: [byKey || bySecret ? "apiKey" : "applicationId"],
        message: "either applicationId and privateKey, or apiKey and apiSecret",
      });
  });

/** Source: developer.vonage.com/en/api-errors/messages. 1120 is about a sender that one country does not allow, not about the account. */
const rules: CodeRules = {
  retry: new Set(["1000"]),
  unreachable: new Set(["1050", "1190", "1240"]),
  misconfigured: new Set(["1060", "1070", "1080", "1140", "1160"]),
  rejected: new Set(["1120"]),
};

/** A number barred, gone, opted out of by its owner, without a route, or blocked by its network. */
const permanent = new Set(["1050", "1170", "1190", "1240", "1260", "1280"]);

/** A token lasts this long; it is made anew before. */
const tokenSeconds = 15 * 60;

/** Vonage repeats a webhook for 24 hours, and does not say whether it signs it anew: reports are the same however often they come. */
const toleranceMs = 25 * 3_600_000;

/** Vonage, SMS by the Messages API. Accounts with the SMS API alone: vonage-sms. */
export const vonage: HttpProvider<typeof settings> = {
  type: "vonage",
  title: "Vonage (Messages API)",
  via: "http",
  channels: ["sms"],
  // Source: developer.vonage.com, throughput limits: 30 API requests a second.
  suggestedRate: { count: 30, per: "PT1S" },
  cost: "Per part, by country and network; also for what is accepted and not delivered (vonage.com/communications-apis/sms/pricing)",
  settings,
  reports: ["delivered", "bounced"],
  secrets: ["privateKey", "apiSecret", "signatureSecret"],
  baseUrl: "https://api.nexmo.com",
  request: (message, given, baseUrl) => ({
    method: "POST",
    url: `${baseUrl}/v1/messages`,
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...(given.apiKey !== undefined && { authorization: `Basic ${toBase64(bytesOf(`${given.apiKey}:${given.apiSecret}`))}` }),
    },
    body: JSON.stringify({
      message_type: "text",
      channel: "sms",
      to: digitsOf(message.to),
      from: bareSender(given.from),
      text: textOfSms(message),
      client_ref: message.echo.length <= 100 ? message.echo : undefined,
      ...(given.callbackUrl !== undefined && { webhook_url: given.callbackUrl, webhook_version: "v1" }),
    }),
  }),
  async authorize(call, { applicationId, privateKey }, ports) {
    if (applicationId === undefined || privateKey === undefined) return call;
    const key = toHex(await sha256(`${applicationId} ${privateKey}`)).slice(0, 16);
    const token = await ports.cached(`vonage ${key}`, async () => {
      const iat = Math.floor(ports.now() / 1000);
      const exp = iat + tokenSeconds;
      // Nobody without the key can foresee it, and no two tokens of one key have the same.
      const jti = toHex(await sha256(`${privateKey} ${ports.now()}`)).slice(0, 32);
      return { value: await signRsaJwt({ application_id: applicationId, iat, exp, jti }, privateKey), expiresAt: exp * 1000 };
    });
    return { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } };
  },
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = recordOf(jsonBody(reply));
    return isSuccess(reply) ? acceptedAs(body["message_uuid"]) : codedOutcome(reply, errorCode(body), rules);
  },
  inbound: {
    toleranceMs,
    async read(call, { signatureSecret }) {
      const token = /^Bearer +(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
      // Vonage says that unsigned ones occur, and sends the signed one after an answer of 5xx.
      if (token === undefined) return refused("not signed", 503);
      if (signatureSecret === undefined) return refused("no signature secret is set");
      const claims = await readSharedJwt(token, signatureSecret);
      if (claims === undefined) return refused("the signature does not fit");
      const late = untimely(secondsOf(claims["iat"]), call, toleranceMs);
      if (late !== undefined) return refused(late);
      const hash = textOf(claims["payload_hash"]) ?? "";
      if (!(await sameText(hash.toLowerCase(), toHex(await sha256(call.body))))) return refused("the body is not the one that was signed");
      return { kind: "reports", reports: readEvent(recordOf(jsonOf(call.body))) };
    },
  },
};

/** The code stands at the end of the error's address, or as its title. */
const errorCode = (error: JsonRecord): string | undefined =>
  /#(\d{3,5})$/.exec(textOf(error["type"]) ?? "")?.[1] ?? /^\d{3,5}$/.exec(String(error["title"] ?? ""))?.[0];

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  submitted: "sent",
  delivered: "delivered",
  read: "opened",
  rejected: "bounced",
  undeliverable: "bounced",
};

function readEvent(event: JsonRecord): readonly ProviderReport[] {
  const id = textOf(event["message_uuid"]);
  if (id === undefined) return [];
  const at = instantOf(event["timestamp"]);
  const said = textOf(event["status"]);
  if (said === undefined) {
    if (textOf(event["message_type"]) === undefined) return [];
    return [
      reportOf({ id: `${id}:received`, status: "inbound", at, address: plusDigits(textOf(event["from"])), text: textOf(event["text"]) }),
    ];
  }
  const status = Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (status === undefined) return [];
  const error = recordOf(event["error"]);
  const code = errorCode(error);
  const isPermanent = status === "bounced" && code !== undefined && permanent.has(code);
  return [
    reportOf({
      id: `${id}:${said}`,
      status,
      permanent: isPermanent,
      echo: textOf(event["client_ref"]),
      providerMessageId: id,
      at,
      address: plusDigits(textOf(event["to"])),
      reason: code === undefined ? textOf(error["detail"]) : [code, textOf(error["detail"])].filter(Boolean).join(" "),
    }),
  ];
}
