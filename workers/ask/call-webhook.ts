import type { HttpCall } from "../../src/channels/provider.ts";
import { describe, type Reply, retryAfter } from "../../src/channels/reply.ts";
import type { Json } from "../../src/domain/json.ts";
import type { AskAnswer, OpenAsk } from "../../src/domain/user/state.ts";
import { withoutSecrets } from "../delivery/without-secrets.ts";

/** No call takes longer, whatever the step allows in all. */
const longestCallMs = 30_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export interface WebhookPorts {
  readonly call: (call: HttpCall, timeoutMs: number) => Promise<Reply>;
  /** ms since the epoch */
  readonly clock: () => number;
}

export type WebhookResult =
  | { readonly kind: "answer"; readonly answer: AskAnswer }
  /** To be tried again after `delayMs`, which is within the step's time. */
  | { readonly kind: "retry"; readonly delayMs: number }
  /** The step's time is over: its object knows by itself. */
  | { readonly kind: "over" };

/** One try (from 1) of a webhook step's call. The ask's id is the Idempotency-Key of all of them. Never throws. */
export const callWebhook = async (ask: OpenAsk, tries: number, { call, clock }: WebhookPorts): Promise<WebhookResult> => {
  const { wish } = ask;
  if (wish.kind !== "webhook") throw new Error(`expected a webhook, got ${wish.kind}`);
  const end = ask.createdAt + wish.timeoutMs;
  const leftMs = end - clock();
  if (leftMs <= 0) return { kind: "over" };
  const request = requestOf(ask.id, wish);
  const reply = await call(request, Math.min(longestCallMs, leftMs));
  const pauseMs = pauseAfter(reply, tries);
  if (pauseMs !== undefined && clock() + pauseMs < end) return { kind: "retry", delayMs: pauseMs };
  return { kind: "answer", answer: readAnswer(reply, request) };
};

const requestOf = (id: string, { url, method, headers, body }: Extract<OpenAsk["wish"], { kind: "webhook" }>): HttpCall => {
  const withBody = method !== "GET" && body !== "";
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    url,
    method,
    headers: { ...(withBody && { "content-type": "application/json" }), ...own, "idempotency-key": id },
    ...(withBody && { body }),
  };
};

/** Too early, too many, the server's own trouble, and what nobody answered may be tried again; all else is an answer. */
const pauseAfter = (reply: Reply, tries: number): number | undefined => {
  const backOff = Math.min(firstPauseMs * 2 ** Math.min(tries - 1, 10), longestPauseMs);
  if (reply.kind === "no-connection" || reply.kind === "lost") return backOff;
  if (reply.kind !== "answer") return undefined;
  const { status } = reply;
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return undefined;
  const wished = retryAfter(reply);
  return Math.max(backOff, wished.kind === "retry" ? (wished.retryAfterMs ?? 0) : 0);
};

const readAnswer = (reply: Reply, request: HttpCall): AskAnswer => {
  if (reply.kind !== "answer") return { kind: "failed", reason: withoutSecrets(reply.detail, request) };
  const { status } = reply;
  if (status < 200 || status >= 300) return { kind: "webhook", status, reason: withoutSecrets(describe(reply), request) };
  const body = reply.complete ? jsonOf(reply.body) : undefined;
  return { kind: "webhook", status, ...(body !== undefined && { body }) };
};

const jsonOf = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json; // JSON is what it parses to
  } catch {
    return undefined;
  }
};
