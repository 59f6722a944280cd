import type { AskMessage, ObjectAnswer } from "../../src/api/queue.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import type { AskAnswer, AskWish } from "../../src/domain/user/state.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { Slot, SlotRequest } from "../../src/storage/object/slots.ts";
import { callWebhook, type WebhookPorts } from "./call-webhook.ts";

/** What asks are answered with: the consumer gives the real ones, tests their own. */
export interface AskPorts extends WebhookPorts {
  readonly slot: (workspace: string, limiter: string, request: SlotRequest) => Promise<Slot>;
  readonly winner: (workspace: string, wish: Extract<AskWish, { kind: "winner" }>) => Promise<string | undefined>;
  readonly liveVersion: (workspace: string) => Promise<number>;
  readonly object: (workspace: string, user: UserKey) => Pick<UserRpcSurface, "stimulate">;
  readonly confirmed: (workspace: string, user: UserKey) => number | undefined;
  readonly pause: (ms: number) => Promise<void>;
}

export type AskResult =
  /** Told, or over: the queue's copy is no longer needed. */
  | { readonly kind: "done"; readonly answer?: ObjectAnswer }
  /** Put again after this: the endpoint did not answer, or the object could not be told. */
  | { readonly kind: "again"; readonly delayMs: number; readonly problem?: string };

/** Pause after the n-th failure of our own, ms. */
const pauseMs = (tries: number): number => Math.min(1_000 * 2 ** Math.min(tries - 1, 12), 300_000);

/**
 * Answers one question (the n-th try, from 1) and tells the user's object. A crash in between leaves the queue's copy, and
 * so the question is asked once more: limiters and winners answer the same, an endpoint sees the same Idempotency-Key.
 */
export const answerAsk = async ({ workspace, user, ask }: AskMessage, tries: number, ports: AskPorts): Promise<AskResult> => {
  try {
    if (ask.wish.kind === "webhook") {
      const result = await callWebhook(ask, tries, ports);
      if (result.kind === "retry") return { kind: "again", delayMs: result.delayMs };
      return result.kind === "over"
        ? { kind: "done" }
        : { kind: "done", answer: await tell(ports, { workspace, user, ask: ask.id, answer: result.answer }) };
    }
    const answer = await askInside(workspace, { id: ask.id, wish: ask.wish }, ports);
    return { kind: "done", answer: await tell(ports, { workspace, user, ask: ask.id, answer }) };
  } catch (problem) {
    return { kind: "again", delayMs: pauseMs(tries), problem: String(problem) };
  }
};

const askInside = async (
  workspace: string,
  { id, wish }: { readonly id: string; readonly wish: Exclude<AskWish, { kind: "webhook" }> },
  ports: AskPorts,
): Promise<AskAnswer> => {
  if (wish.kind === "winner") {
    const variant = await ports.winner(workspace, wish);
    return { kind: "winner", ...(variant !== undefined && { variant }) };
  }
  const { name, count, perMs, leadMs, queue } = wish;
  return { kind: "throttle", ...(await ports.slot(workspace, name, { id, count, perMs, leadMs, queue })) };
};

/** Waits before another try to tell the object, in ms: an endpoint that has answered should not be called again for our own trouble. */
const tellPausesMs = [50, 250, 1_000, 4_000];

interface Telling {
  readonly workspace: string;
  readonly user: UserKey;
  readonly ask: string;
  readonly answer: AskAnswer;
}

const tell = async (ports: AskPorts, { workspace, user, ask, answer }: Telling): Promise<ObjectAnswer> => {
  const confirmed = ports.confirmed(workspace, user);
  for (const pause of tellPausesMs) {
    try {
      return await tellOnce();
    } catch {
      await ports.pause(pause);
    }
  }
  return tellOnce();

  async function tellOnce(): Promise<ObjectAnswer> {
    const catalog = await ports.liveVersion(workspace);
    const request = { catalog, stimuli: [{ type: "answered" as const, ask, answer }], ...(confirmed !== undefined && { confirmed }) };
    return ports.object(workspace, user).stimulate(request);
  }
};
