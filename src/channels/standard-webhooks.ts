import { fromBase64, hmac, sameBytes, toBase64 } from "./bytes.ts";
import { secondsOf, untimely } from "./inbound.ts";
import type { InboundCall } from "./provider.ts";

/** Source: standardwebhooks.com: five minutes. */
export const standardToleranceMs = 5 * 60_000;

/**
 * Why a call is not signed by the secret in the way of Standard Webhooks (and Svix, whose headers begin otherwise); undefined
 * when it is. Several signatures may stand side by side while a secret is exchanged; one that fits is enough.
 */
export async function standardWebhookProblem(
  call: InboundCall,
  secret: string | undefined,
  prefix: "svix" | "webhook",
): Promise<string | undefined> {
  const key = secret === undefined ? undefined : fromBase64(secret.replace(/^whsec_/, ""));
  if (key === undefined || key.length === 0) return "no webhook secret is set";
  const id = call.headers[`${prefix}-id`];
  const timestamp = call.headers[`${prefix}-timestamp`];
  const late = untimely(secondsOf(timestamp), call, standardToleranceMs);
  if (id === undefined || late !== undefined) return late ?? "no id";
  const expected = await hmac("SHA-256", key, `${id}.${timestamp}.${call.body}`);
  const given = (call.headers[`${prefix}-signature`] ?? "").split(" ").slice(0, 10);
  const fits = given.some((one) => one.startsWith("v1,") && sameBytes(fromBase64(one.slice(3)) ?? new Uint8Array(), expected));
  return fits ? undefined : "the signature does not fit";
}

/** What is signed: the request's id, its instant (seconds) and its body. */
export interface Signed {
  readonly id: string;
  readonly seconds: number;
  readonly body: string;
}

/**
 * Headers of a request by Standard Webhooks: one `v1` signature (HMAC-SHA256) per secret, so that while secrets are changed
 * an endpoint that knows either takes it. Secrets are "whsec_" and base64. Source: the specification, version 1.
 */
export const signedHeaders = async (
  { id, seconds, body }: Signed,
  secrets: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const signatures = await Promise.all(secrets.map((secret) => hmac("SHA-256", keyOf(secret), `${id}.${seconds}.${body}`)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signatures.map((signature) => `v1,${toBase64(signature)}`).join(" "),
  };
};

/** May the text be a secret that requests are signed with: 24 to 64 bytes? Source: the same. */
export const isSigningSecret = (text: string): boolean => {
  const length = text.startsWith("whsec_") ? (fromBase64(text.slice("whsec_".length))?.length ?? 0) : 0;
  return length >= 24 && length <= 64;
};

const keyOf = (secret: string): Uint8Array<ArrayBuffer> => {
  const key = fromBase64(secret.replace(/^whsec_/, ""));
  if (key === undefined) throw new Error("the signing secret is not whsec_ and base64");
  return key;
};
