import * as z from "zod";
import { stoppedAtProvider } from "../../domain/consent/stop.ts";
import { sameText, sha256, toHex } from "../bytes.ts";
import { callbackSetting, signedUrls } from "../callback-url.ts";
import { acceptedAs, type CodeRules, codedOutcome, codeOf, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { fieldOf, type FormFields, readForm } from "../form.ts";
import { instantOf, type JsonRecord, jsonOf, listOf, lookUp, recordOf, refused, reportOf, secondsOf, textOf } from "../inbound.ts";
import { readSharedJwt } from "../jwt.ts";
import type { HttpProvider, InboundCall, ProviderReport } from "../provider.ts";
import { describe, jsonBody, readReply } from "../reply.ts";
import { bareSender, digitsOf, plusDigits, smsSenderSetting, textOfSms } from "../sms/text-message.ts";

const settings = z.strictObject({
  accessKey: keySetting("Live access key of the MessageBird (Bird) account", "live_AbCdEfGhIjKlMnOpQrStUvWxY"),
  from: smsSenderSetting(),
  signingKey: keySetting("Signing key of the account: signs the webhooks", "AbCdEfGhIjKlMnOpQrStUvWxYz012345").optional(),
  callbackUrl: callbackSetting(),
});

/** Source: developers.messagebird.com, API errors: request not allowed, not enough balance; missing and invalid parameters, not found, bad request; internal errors. */
const rules: CodeRules = { misconfigured: new Set(["2", "25"]), rejected: new Set(["9", "10", "20", "21"]), retry: new Set(["98", "99"]) };

/** A missing or invalid parameter is named: whose number it is, or whose sender. */
const blamed = { recipient: "unreachable", recipients: "unreachable", originator: "misconfigured" } as const;

/** MessageBird (now Bird), SMS by its REST API. */
export const messagebird: HttpProvider<typeof settings> = {
  type: "messagebird",
  title: "MessageBird (Bird)",
  via: "http",
  channels: ["sms"],
  // Source: rate limits of the REST API: about 500 POSTs a second.
  suggestedRate: { count: 500, per: "PT1S" },
  cost: "Per part, by country; the carrier's fee beside it in the United States (bird.com/pricing)",
  settings,
  reports: ["delivered", "bounced"],
  secrets: ["accessKey", "signingKey"],
  baseUrl: "https://rest.messagebird.com",
  request: (message, given, baseUrl) => ({
    method: "POST",
    url: `${baseUrl}/messages`,
    headers: { authorization: `AccessKey ${given.accessKey}`, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({
      originator: bareSender(given.from),
      recipients: [digitsOf(message.to)],
      body: textOfSms(message),
      datacoding: "auto",
      // Without a reference there are no status reports.
      reference: message.echo,
      reportUrl: given.callbackUrl,
    }),
  }),
  outcome(reply) {
    if (reply.kind !== "answer") return readReply(reply);
    const body = recordOf(jsonBody(reply));
    if (isSuccess(reply)) return acceptedAs(body["id"]);
    const error = recordOf(listOf(body["errors"])[0]);
    const read = codedOutcome(reply, codeOf(error["code"]), rules);
    const about = read.kind === "rejected" ? lookUp(blamed, error["parameter"]) : undefined;
    return about === undefined ? read : { kind: about, detail: describe(reply) };
  },
  inbound: {
    // The token says itself how long it holds: a minute.
    toleranceMs: 60_000,
    async read(call, { signingKey, callbackUrl }) {
      const token = call.headers["messagebird-signature-jwt"];
      if (token === undefined || token === "") return refused("no signature");
      if (signingKey === undefined) return refused("no signing key is set");
      const claims = await readSharedJwt(token, signingKey);
      if (claims === undefined) return refused("the signature does not fit");
      const problem = await claimsProblem(claims, call, callbackUrl);
      return problem === undefined ? { kind: "reports", reports: reportsOf(fieldsOf(call)) } : refused(problem);
    },
  },
};

/** Source: developers.messagebird.com, verifying HTTP requests: issuer, times, address and body are all in the token. */
const claimsProblem = async (claims: JsonRecord, call: InboundCall, callbackUrl: string | undefined): Promise<string | undefined> => {
  if (claims["iss"] !== "MessageBird") return "not from MessageBird";
  const from = secondsOf(claims["nbf"]);
  const until = secondsOf(claims["exp"]);
  if (from === undefined || until === undefined) return "no instant";
  // Clocks differ by a second.
  if (call.at < from - 1_000) return "from the future";
  if (call.at >= until + 1_000) return "too old";
  const fits = await Promise.all(signedUrls(call, callbackUrl).map((url) => isHash(claims["url_hash"], url)));
  if (!fits.includes(true)) return "the address is not the one that was signed";
  const hash = claims["payload_hash"];
  if (call.body === "") return hash === undefined ? undefined : "the body that was signed is missing";
  return (await isHash(hash, call.body)) ? undefined : "the body is not the one that was signed";
};

const isHash = async (hash: unknown, text: string): Promise<boolean> =>
  typeof hash === "string" && sameText(hash.toLowerCase(), toHex(await sha256(text)));

/** Reports come in the query; texts, forwarded by a flow, as a form or JSON. */
const fieldsOf = (call: InboundCall): FormFields => {
  const query = call.url.includes("?") ? readForm(call.url.slice(call.url.indexOf("?") + 1)) : [];
  if (call.body === "") return query;
  if (!(call.headers["content-type"] ?? "").includes("json")) return [...readForm(call.body), ...query];
  const body = recordOf(jsonOf(call.body));
  return [
    ...Object.entries(body).map(([name, value]): [string, string] => [name, typeof value === "object" ? "" : String(value)]),
    ...query,
  ];
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  sent: "sent",
  buffered: "deferred",
  delivered: "delivered",
  expired: "bounced",
  delivery_failed: "bounced",
};

/** Reasons after which the number is not tried again. */
const optedOut = "opted out";
const permanent = new Set(["incorrect number", "unknown subscriber", optedOut]);

const reportsOf = (fields: FormFields): readonly ProviderReport[] => {
  const id = fieldOf(fields, "id");
  const said = fieldOf(fields, "status");
  const sender = fieldOf(fields, "originator");
  const text = fieldOf(fields, "body") ?? fieldOf(fields, "payload");
  if (said === undefined && sender !== undefined && text !== undefined) {
    const at = instantOf(fieldOf(fields, "createdDatetime"));
    return [
      reportOf({
        id: `${id ?? `${sender} ${fieldOf(fields, "createdDatetime") ?? text}`}:received`,
        status: "inbound",
        at,
        address: plusDigits(sender),
        text,
      }),
    ];
  }
  const status = said !== undefined && Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (id === undefined || said === undefined || status === undefined) return [];
  const recipient = fieldOf(fields, "recipient");
  const reason = fieldOf(fields, "statusReason");
  const words = [reason, fieldOf(fields, "statusErrorCode")].filter(Boolean).join(", error ");
  const isPermanent = said === "delivery_failed" && reason !== undefined && permanent.has(reason);
  return [
    reportOf({
      id: `${id}:${recipient ?? ""}:${said}`,
      status,
      permanent: isPermanent,
      echo: textOf(fieldOf(fields, "reference")),
      providerMessageId: id,
      at: instantOf(fieldOf(fields, "statusDatetime")),
      address: plusDigits(recipient),
      reason: status !== "bounced" ? undefined : reason === optedOut ? stoppedAtProvider(words) : words,
    }),
  ];
};
