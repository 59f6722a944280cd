import * as z from "zod";
import { hashText } from "../../domain/hash.ts";
import type { Outcome } from "../../domain/message/message.ts";
import { bytesOf } from "../bytes.ts";
import type { HttpProvider } from "../provider.ts";
import { encryptPush, PLAINTEXT_BYTES } from "../push/aes128gcm.ts";
import { isPushService, readSubscription, type Subscription } from "../push/subscription.ts";
import { isVapidPrivateKey, isVapidPublicKey, vapidToken } from "../push/vapid.ts";
import { webPushPayload } from "../push/web-push-payload.ts";
import { describe, readReply, type Reply } from "../reply.ts";
import { Unprepared } from "../unprepared.ts";

const settings = z.strictObject({
  publicKey: z
    .string()
    .refine(isVapidPublicKey, "an uncompressed point on P-256 (65 bytes) in Base64 for URLs, without padding")
    .meta({
      description: "VAPID public key: what the page gives `pushManager.subscribe` as `applicationServerKey`",
      examples: ["BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"],
    }),
  privateKey: z
    .string()
    .refine(isVapidPrivateKey, "32 bytes in Base64 for URLs, without padding")
    .meta({ description: "VAPID private key that belongs to it", examples: ["yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"] }),
  subject: z
    .string()
    .max(320)
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, "a mailto: or https: address")
    .meta({
      description: "Where push services reach you when something is wrong with your messages",
      examples: ["mailto:ops@shop.example"],
    }),
  services: z
    .array(z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, "a host name in lower case"))
    .max(20)
    .optional()
    .describe("Hosts of push services beside those of the browsers' makers; also those under them"),
});

/** How long a push service keeps a message where the template says nothing: four weeks, the most that they do. */
const LONGEST_TTL = 2_419_200;
/** RFC 8292 allows 24 h. */
const TOKEN_LIFE_MS = 12 * 3_600_000;
/** RFC 8030, 5.4 */
const TOPIC = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Web Push: straight to the browsers' push services, encrypted for the one subscription (RFC 8030, 8188, 8291, 8292). The
 * device's token is the subscription as JSON. `request` holds the plaintext; `authorize` encrypts and signs it.
 */
export const webPush: HttpProvider<typeof settings> = {
  type: "web-push",
  title: "Web Push",
  via: "http",
  channels: ["push"],
  devices: ["subscription"],
  settings,
  // What becomes of a message in the browser is known to the page's service worker only.
  reports: [],
  secrets: ["privateKey"],
  cost: "No charge",
  request(message, given) {
    const { content } = message;
    if (content.channel !== "push") throw new Error(`expected push content, got ${content.channel}`);
    const { endpoint } = subscriptionOf(message.to, given.services ?? []);
    const { collapseKey, ttl } = content;
    return {
      method: "POST",
      url: endpoint.href,
      headers: {
        ttl: String(ttl ?? LONGEST_TTL),
        urgency: "high",
        ...(collapseKey !== undefined && { topic: TOPIC.test(collapseKey) ? collapseKey : hashText(collapseKey) }),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
      },
      body: JSON.stringify(webPushPayload(message, content)),
    };
  },
  async authorize(call, given, ports, message) {
    const { endpoint, keys } = subscriptionOf(message.to, given.services ?? []);
    const plaintext = bytesOf(String(call.body));
    if (plaintext.length > PLAINTEXT_BYTES)
      throw new Unprepared({
        kind: "rejected",
        detail: `too long for Web Push: ${plaintext.length} of at most ${PLAINTEXT_BYTES} bytes as JSON`,
      });
    const body = await encrypted(plaintext, keys);
    const token = await ports.cached(`vapid:${given.publicKey}:${endpoint.origin}`, async () => {
      const expiresAt = ports.now() + TOKEN_LIFE_MS;
      return { value: await vapidToken(given, { origin: endpoint.origin, expiresAt }), expiresAt };
    });
    return { ...call, headers: { ...call.headers, authorization: `vapid t=${token}, k=${given.publicKey}` }, body };
  },
  outcome: readPushReply,
};

/** @throws Unprepared where the token cannot be reached, whatever is sent */
const subscriptionOf = (token: string, services: readonly string[]): Subscription => {
  const subscription = readSubscription(token);
  if (subscription === undefined) throw new Unprepared({ kind: "unreachable", detail: "the token is no push subscription" });
  if (!isPushService(subscription.endpoint, services))
    throw new Unprepared({ kind: "unreachable", detail: `${subscription.endpoint.host} is not a known push service` });
  return subscription;
};

/** A key that is no point on the curve belongs to no browser. */
const encrypted = async (plaintext: Uint8Array<ArrayBuffer>, keys: Subscription["keys"]): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return await encryptPush(plaintext, keys);
  } catch (problem) {
    throw new Unprepared({ kind: "unreachable", detail: `the subscription's key cannot be used: ${String(problem)}` });
  }
};

/**
 * What push services say of a subscription that was made with another application server's key. Anyone may register such a
 * one, so it is no fault of the provider's settings; nor is it gone: the operator may have mixed up two key pairs.
 */
const otherKey = /do(?:es)? not correspond|VapidPkHashMismatch|key mismatch/i;

function readPushReply(reply: Reply): Outcome {
  if (reply.kind === "answer" && (reply.status === 401 || reply.status === 403) && otherKey.test(reply.body))
    return { kind: "rejected", detail: describe(reply) };
  // The subscription is over (RFC 8030, 7.3).
  if (reply.kind === "answer" && (reply.status === 404 || reply.status === 410)) return { kind: "unreachable", detail: describe(reply) };
  if (reply.kind === "blocked") return { kind: "unreachable", detail: reply.detail };
  const outcome = readReply(reply);
  const place = reply.kind === "answer" ? reply.headers["location"] : undefined;
  return outcome.kind === "accepted" && place !== undefined && place.length <= 500 ? { ...outcome, providerMessageId: place } : outcome;
}
