import { fromBase64 } from "../bytes.ts";
import { recordOf, textOf } from "../inbound.ts";
import { isLoopback } from "../outbound-address.ts";
import type { SubscriptionKeys } from "./aes128gcm.ts";

/** A browser's push subscription, from the JSON its page registered as the device's token. */
export interface Subscription {
  readonly endpoint: URL;
  readonly keys: SubscriptionKeys;
}

/** Reads `PushSubscription.toJSON()`; undefined for anything else. */
export const readSubscription = (token: string): Subscription | undefined => {
  let said: unknown;
  try {
    said = JSON.parse(token);
  } catch {
    return undefined;
  }
  const { endpoint, keys } = recordOf(said);
  const [address, p256dh, auth] = [
    textOf(endpoint),
    fromBase64(textOf(recordOf(keys)["p256dh"]) ?? ""),
    fromBase64(textOf(recordOf(keys)["auth"]) ?? ""),
  ];
  if (address === undefined || !URL.canParse(address)) return undefined;
  if (p256dh?.length !== 65 || p256dh[0] !== 4 || auth?.length !== 16) return undefined;
  const url = new URL(address);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return isSafe ? { endpoint: url, keys: { p256dh, auth } } : undefined;
};

/**
 * Push services of the browsers there are. Subscriptions come from pages, so anyone could name any address in one, and have
 * it called or answer for the push service.
 */
const pushServices = [
  "fcm.googleapis.com",
  "android.googleapis.com",
  "jmt17.google.com",
  "push.services.mozilla.com",
  "notify.windows.com",
  "push.apple.com",
];

/** Is the endpoint one of a known push service, or of a host (or a host under it) that the operator added? */
export const isPushService = ({ hostname }: URL, added: readonly string[]): boolean =>
  [...pushServices, ...added].some((host) => hostname === host || hostname.endsWith(`.${host}`));
