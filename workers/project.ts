import type { FactsMessage } from "../src/api/queue.ts";
import type { Env } from "./env.ts";
import { pool } from "./pool.ts";
import { retryDelaySeconds } from "./retry-delay.ts";
import { projectFacts } from "./stream/project-facts.ts";
import { userObject } from "./user-stub.ts";

/** Objects told at once. */
const parallel = 25;

/** Projects facts that objects' alarms sent, in one transaction per shard, then tells the objects. */
export const consumeFacts = async (batch: MessageBatch<FactsMessage>, env: Env, _ctx: ExecutionContext): Promise<void> => {
  try {
    await projectFacts(
      env,
      batch.messages.map((message) => message.body),
    );
  } catch (error) {
    console.error(JSON.stringify({ what: "facts could not be projected", error: String(error) }));
    for (const message of batch.messages) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    return;
  }
  await pool(batch.messages, parallel, async (message) => {
    const { workspace, user, first, facts } = message.body;
    try {
      await userObject(env, workspace, user).confirm(first + facts.length - 1);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ what: "facts could not be confirmed", workspace, error: String(error) }));
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  });
};
