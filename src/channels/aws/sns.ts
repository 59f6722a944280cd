import { bytesOf, fromBase64 } from "../bytes.ts";
import { instantOf, jsonOf, type JsonRecord, lookUp, recordOf, refused, textOf, untimely } from "../inbound.ts";
import type { InboundCall, InboundPorts, InboundReading } from "../provider.ts";
import { publicKeyOf } from "./certificate.ts";

/** SNS repeats a notification with the instant it was published at, for hours; one later than a day is a replay. */
export const snsToleranceMs = 24 * 3_600_000;

export type SnsReading =
  | { readonly kind: "notification"; readonly id: string; readonly message: unknown }
  | { readonly kind: "other"; readonly reading: InboundReading };

/**
 * Reads what SNS posts. Its signature proves only that some AWS account's topic sent it, so the topic has to be the one that is
 * expected; the certificate is taken from AWS's own hosts only. Source: AWS, "Verifying the signatures of Amazon SNS messages".
 */
export async function readSns(call: InboundCall, topicArn: string | undefined, ports: InboundPorts): Promise<SnsReading> {
  const other = (reading: InboundReading): SnsReading => ({ kind: "other", reading });
  if (topicArn === undefined) return other(refused("no topicArn is set"));
  const envelope = recordOf(jsonOf(call.body));
  if (envelope["TopicArn"] !== topicArn) return other(refused("another topic"));
  const late = untimely(instantOf(envelope["Timestamp"]), call, snsToleranceMs);
  if (late !== undefined) return other(refused(late));
  if (!(await isSigned(envelope, ports))) return other(refused("the signature does not fit"));
  const id = textOf(envelope["MessageId"]);
  const url = textOf(envelope["SubscribeURL"]);
  switch (envelope["Type"]) {
    case "Notification":
      return id === undefined
        ? other(refused("no MessageId"))
        : { kind: "notification", id, message: jsonOf(textOf(envelope["Message"]) ?? "") };
    case "SubscriptionConfirmation":
      return other(url !== undefined && isSnsAddress(url) ? { kind: "confirm", url } : refused("not an address of SNS"));
    default:
      return other({ kind: "answer", status: 200, body: "" });
  }
}

/** A host of SNS in some region. Not any word for the region: "sns.s3-us-west-2.amazonaws.com" is somebody's bucket. */
const isSnsAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, username } = new URL(text);
  return (
    protocol === "https:" && port === "" && username === "" && /^sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/.test(hostname)
  );
};

const signedFields: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

const hashes: Readonly<Record<string, string>> = { "1": "SHA-1", "2": "SHA-256" };

async function isSigned(envelope: JsonRecord, ports: InboundPorts): Promise<boolean> {
  const fields = lookUp(signedFields, envelope["Type"]);
  const hash = lookUp(hashes, envelope["SignatureVersion"]);
  const signature = fromBase64(textOf(envelope["Signature"]) ?? "");
  const address = textOf(envelope["SigningCertURL"]);
  if (fields === undefined || hash === undefined || signature === undefined || address === undefined) return false;
  if (!isSnsAddress(address) || !new URL(address).pathname.endsWith(".pem")) return false;
  const spki = publicKeyOf(await ports.document(address));
  if (spki === undefined) return false;
  const text = fields
    .filter((field) => typeof envelope[field] === "string")
    .map((field) => `${field}\n${String(envelope[field])}\n`)
    .join("");
  try {
    const key = await crypto.subtle.importKey("spki", spki, { name: "RSASSA-PKCS1-v1_5", hash }, false, ["verify"]);
    return await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, signature, bytesOf(text));
  } catch {
    // A certificate with a key of another kind.
    return false;
  }
}
