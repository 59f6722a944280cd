import { fromBase64, hmac, sameBytes } from "./bytes.ts";
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
