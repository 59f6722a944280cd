import { stoppedAtProvider } from "../../domain/consent/stop.ts";
import { bytesOf, fromBase64, hmac, sameBytes, sameText, sha256, toHex } from "../bytes.ts";
import { echoIn, signedUrls } from "../callback-url.ts";
import { fieldOf, type FormFields, readForm } from "../form.ts";
import { lookUp, refused, reportOf } from "../inbound.ts";
import type { InboundCall, InboundReading, ProviderReport } from "../provider.ts";

/**
 * Reads a status callback or an inbound message. The signature covers no instant, so an old call cannot be told from a late
 * one: a report has the same id however often it comes, and is applied once.
 */
export const readTwilioCall = async (
  call: InboundCall,
  { authToken, callbackUrl }: { readonly authToken: string; readonly callbackUrl?: string | undefined },
): Promise<InboundReading> => {
  const given = fromBase64(call.headers["x-twilio-signature"] ?? "");
  if (given === undefined || given.length === 0) return refused("no signature");
  const isForm = (call.headers["content-type"] ?? "").toLowerCase().startsWith("application/x-www-form-urlencoded");
  const bodyHash = fieldOf(queryOf(call.url), "bodySHA256");
  if (bodyHash !== undefined && !(await sameText(bodyHash.toLowerCase(), toHex(await sha256(call.body)))))
    return refused("the body is not the one that was signed");
  const fields = isForm ? readForm(call.body) : [];
  // A body that is no form is signed only by its hash in the address.
  if (bodyHash === undefined && !isForm && call.body !== "") return refused("the body is not signed");
  const parameters = bodyHash === undefined ? signedParameters(fields) : "";
  for (const url of signedUrls(call, callbackUrl).flatMap(withAndWithoutPort))
    if (sameBytes(await hmac("SHA-1", bytesOf(authToken), url + parameters), given)) {
      const told = call.method === "GET" ? queryOf(call.url) : fields;
      return { kind: "reports", reports: reportsOf(told, echoIn(call.url)) };
    }
  return refused("the signature does not fit");
};

const queryOf = (url: string): FormFields => readForm(url.includes("?") ? url.slice(url.indexOf("?") + 1) : "");

/** Names in order, each followed by its values in order, none twice. Source: twilio.com/docs/usage/security. */
const signedParameters = (fields: FormFields): string => {
  const names = [...new Set(fields.map(([name]) => name))].toSorted();
  const valuesOf = (name: string) => [...new Set(fields.filter(([given]) => given === name).map(([, value]) => value))].toSorted();
  return names.flatMap((name) => valuesOf(name).map((value) => name + value)).join("");
};

/** Twilio may have signed the standard port, said or left out. */
const withAndWithoutPort = (url: string): readonly string[] => {
  const [, scheme = "", host = "", rest = ""] = /^(https?:\/\/)([^/?#:]+)(?::\d+)?(.*)$/.exec(url) ?? [];
  return scheme === "" ? [url] : [...new Set([url, scheme + host + rest, `${scheme}${host}:${scheme === "https://" ? 443 : 80}${rest}`])];
};

const statuses: Readonly<Record<string, ProviderReport["status"]>> = {
  sent: "sent",
  delivered: "delivered",
  read: "opened",
  undelivered: "bounced",
  failed: "bounced",
  canceled: "bounced",
};

/** Errors after which the number is not tried again. Source: twilio.com/docs/api/errors. */
const permanent = new Set(["21211", "21610", "21614", "30004", "30005", "30006", "63003", "63024"]);

const reportsOf = (fields: FormFields, echo: string | undefined): readonly ProviderReport[] => {
  const sid = fieldOf(fields, "MessageSid") ?? fieldOf(fields, "SmsSid");
  const said = fieldOf(fields, "MessageStatus") ?? fieldOf(fields, "SmsStatus");
  if (sid === undefined || said === undefined) return [];
  if (said === "received" || said === "receiving")
    return [
      reportOf({
        id: `${sid}:received`,
        status: "inbound",
        address: addressOf(fieldOf(fields, "From")),
        text: fieldOf(fields, "Body"),
        wish: lookUp(wishes, fieldOf(fields, "OptOutType")),
        // Of WhatsApp: the message that was answered.
        providerMessageId: fieldOf(fields, "OriginalRepliedMessageSid"),
      }),
    ];
  const status = Object.hasOwn(statuses, said) ? statuses[said] : undefined;
  if (status === undefined) return [];
  const code = fieldOf(fields, "ErrorCode");
  const isPermanent = status === "bounced" && code !== undefined && permanent.has(code);
  return [
    reportOf({
      id: `${sid}:${said}`,
      status,
      permanent: isPermanent,
      echo,
      providerMessageId: sid,
      address: addressOf(fieldOf(fields, "To")),
      reason: reasonOf(code, fieldOf(fields, "ErrorMessage")),
    }),
  ];
};

const reasonOf = (code: string | undefined, words: string | undefined): string | undefined => {
  if (code === undefined) return undefined;
  const reason = words === undefined ? code : `${code} ${words}`;
  return code === "21610" ? stoppedAtProvider(reason) : reason;
};

/** "whatsapp:+4915…" is the number on that channel. */
const addressOf = (address: string | undefined): string | undefined => address?.replace(/^[a-z]+:/, "");

/** An account may have words of its own (Advanced Opt-Out): what Twilio took the text for. Source: twilio.com/docs/messaging/tutorials/advanced-opt-out. */
const wishes = { STOP: "stop", START: "start", HELP: "help" } as const;
