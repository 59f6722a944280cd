import { type Reply, retryAfterMs } from "../../src/channels/reply.ts";
import type { StreamDefinition } from "../../src/domain/stream/stream.ts";
import type { Attempted } from "../../src/storage/object/stream/delivery.ts";
import { withoutSecrets } from "../delivery/without-secrets.ts";
import type { Env } from "../env.ts";
import { callOutbound } from "../outbound.ts";
import { signedHeaders } from "../../src/channels/standard-webhooks.ts";

const timeoutMs = 15_000;
/** Characters kept of why there was no answer. */
const maxDetail = 500;
/** The first wait after a failure; each further one three times as long, up to the second figure. */
const firstPauseMs = 5_000;
const longestPauseMs = 3_600_000;

/** One request to a stream's endpoint, signed as of now by every secret of the stream. Never throws. */
export const callEndpoint = async (
  env: Pick<Env, "ALLOW_LOOPBACK">,
  { url, headers, secrets }: StreamDefinition,
  { id, body }: { readonly id: string; readonly body: string },
): Promise<Reply> => {
  const signed = await signedHeaders({ id, seconds: Math.floor(Date.now() / 1_000), body }, secrets);
  const call = { method: "POST", url, headers: { ...headers, "content-type": "application/json", ...signed }, body };
  const reply = await callOutbound(call, { allowLoopback: env.ALLOW_LOOPBACK === "true", timeoutMs });
  return reply.kind === "answer" ? reply : { ...reply, detail: withoutSecrets(reply.detail, call).slice(0, maxDetail) };
};

/** 2xx is taken, whatever the body says; everything else is not. */
export const readAttempt = (reply: Reply): Attempted => {
  if (reply.kind !== "answer") return { ok: false, code: null, detail: reply.detail };
  const { status } = reply;
  if (status >= 200 && status < 300) return { ok: true, code: status, detail: null };
  return { ok: false, code: status, detail: status >= 300 && status < 400 ? "redirects are not followed" : null };
};

/**
 * How long to wait after so many failures in a row (ms), spread by a quarter either way; longer where the endpoint asks for it,
 * within bounds.
 *
 * @param chance from 0 to below 1
 */
export const pauseMs = (failures: number, reply: Reply | undefined, chance: number): number => {
  const plain = Math.min(firstPauseMs * 3 ** Math.min(failures, 10), longestPauseMs);
  const asked = reply?.kind === "answer" ? (retryAfterMs(reply) ?? 0) : 0;
  return Math.max(Math.round(plain * (0.75 + chance / 2)), Math.min(asked, longestPauseMs));
};
