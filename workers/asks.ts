import type { AskMessage } from "../src/api/queue.ts";
import { answerAsk, type AskPorts } from "./ask/answer-ask.ts";
import { findWinner } from "./ask/find-winner.ts";
import { liveVersion } from "./catalog-cache.ts";
import { confirmedFor } from "./confirmed.ts";
import { groupCommit } from "./delivery/group-commit.ts";
import { sharedRead } from "./delivery/shared-read.ts";
import type { Env } from "./env.ts";
import { type Answered, followUp } from "./follow-up.ts";
import { throttleLimiter } from "./limiter-object.ts";
import { callOutbound } from "./outbound.ts";
import { pool } from "./pool.ts";
import { userObject } from "./user-stub.ts";

/** Questions under way at once: a whole batch, so that one slow endpoint holds up no limiter. */
const parallel = 50;

/**
 * Consumer of the ASKS queue: each question is answered by the outside and its user's object told. What follows from an
 * answer is done when it is there, together with others of the moment, not at the end of the batch.
 */
export const consumeAsks = async (batch: MessageBatch<AskMessage>, env: Env, _ctx: ExecutionContext): Promise<void> => {
  const ports = portsOf(env);
  const follow = groupCommit((answered: readonly Answered[]) => followUp(env, answered));
  await pool(batch.messages, parallel, async (message) => {
    const { body } = message;
    const result = await answerAsk(body, message.attempts, ports);
    if (result.kind === "again") {
      if (result.problem !== undefined)
        console.error(
          JSON.stringify({ what: "question not answered yet", workspace: body.workspace, ask: body.ask.id, error: result.problem }),
        );
      return message.retry({ delaySeconds: Math.ceil(result.delayMs / 1_000) });
    }
    if (result.answer !== undefined) await follow({ workspace: body.workspace, user: body.user, answer: result.answer });
    message.ack();
  });
};

const portsOf = (env: Env): AskPorts => {
  const allowLoopback = env.ALLOW_LOOPBACK === "true";
  return {
    call: (call, timeoutMs) => callOutbound(call, { allowLoopback, timeoutMs }),
    slot: (workspace, limiter, request) => throttleLimiter(env, workspace, limiter).take(request),
    winner: (workspace, wish) => findWinner(env, workspace, wish, Date.now()),
    liveVersion: sharedRead((workspace) => liveVersion(env, workspace)),
    object: (workspace, user) => userObject(env, workspace, user),
    confirmed: confirmedFor,
    clock: () => Date.now(),
    pause: (ms) => scheduler.wait(ms),
  };
};
