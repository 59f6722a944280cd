import type { DeliverIntent, DeliverMessage } from "../src/api/queue.ts";
import type { Channel } from "../src/domain/message/message.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import type { Env } from "./env.ts";

/** The queue of a channel; undefined for channels nothing can be sent by yet (the catalog refuses their templates). */
const queueOf = (env: Env, channel: Channel): Queue<DeliverMessage> | undefined => {
  switch (channel) {
    case "email":
      return env.DELIVER_EMAIL;
    case "sms":
      return env.DELIVER_SMS;
    case "push":
      return env.DELIVER_PUSH;
    case "whatsapp":
      return env.DELIVER_WHATSAPP;
    case "slack":
      return env.DELIVER_SLACK;
    case "webhook":
      return env.DELIVER_WEBHOOK;
    default:
      return undefined;
  }
};

/** A message to be claimed, with whose it is. */
export interface AddressedIntent extends DeliverIntent {
  readonly workspace: string;
  readonly user: UserKey;
}

/** Messages of one `sendBatch`. Source: Cloudflare's documented limits of Queues. */
const perSend = 100;

/** Puts messages on their channels' queues, one send per channel and 100 messages. Rejects when a queue refuses. */
export const sendIntents = async (env: Env, intents: readonly AddressedIntent[]): Promise<void> => {
  const sends: Promise<unknown>[] = [];
  for (const [channel, own] of Map.groupBy(intents, (intent) => intent.channel)) {
    const queue = queueOf(env, channel);
    if (queue === undefined) throw new Error(`expected a queue for channel ${channel}, there is none`);
    const bodies = own.map(({ workspace, user, message }) => ({ body: { workspace, user, message } }));
    for (let from = 0; from < bodies.length; from += perSend) sends.push(queue.sendBatch(bodies.slice(from, from + perSend)));
  }
  await Promise.all(sends);
};
