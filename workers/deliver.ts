import type { DeliverMessage } from "../src/api/queue.ts";
import { type OutboxRow, keepInOutbox } from "../src/storage/shard/outbox.ts";
import { shardNumberOf, shardsOf } from "../src/storage/shard/shards.ts";
import { listedReason, suppressedAmong } from "../src/storage/shard/suppressions.ts";
import { liveVersion, providerFor } from "./catalog-cache.ts";
import { confirmedFor } from "./confirmed.ts";
import { Connections } from "./delivery/connections.ts";
import { cachedToken, forgetToken } from "./delivery/cached-token.ts";
import type { AttemptPorts } from "./delivery/attempt.ts";
import { type DeliverPorts, deliverMessage } from "./delivery/deliver-message.ts";
import { groupCommit } from "./delivery/group-commit.ts";
import { isListening } from "./delivery/is-listening.ts";
import { sendMail } from "./delivery/send-mail.ts";
import type { PlacePorts } from "./delivery/place.ts";
import { quotaAsker } from "./delivery/quota.ts";
import { receiptsOf, takeReceipts } from "./delivery/receipts.ts";
import { sharedRead } from "./delivery/shared-read.ts";
import type { Env } from "./env.ts";
import { type Answered, followUp } from "./follow-up.ts";
import { providerLimiter, quotaLimiter } from "./limiter-object.ts";
import { stimulateMany } from "./tell-user.ts";
import { callOutbound } from "./outbound.ts";
import { pauseProvider } from "./provider-pause.ts";
import { pool } from "./pool.ts";
import { retryDelaySeconds } from "./retry-delay.ts";
import { userObject } from "./user-stub.ts";

/** Messages under way at once: more than there are connections (connections.ts), as the claims before and the settles after the calls need none. */
const parallel = 20;

/**
 * Consumer of the channels' DELIVER queues: each message is claimed at its user's object, handed to its provider and
 * settled. The facts of all answers are projected together, and the messages that runs went on to are queued together.
 * A provider's failure is an outcome, never an error of the batch.
 */
export const deliver = async (batch: MessageBatch<DeliverMessage>, env: Env, _ctx: ExecutionContext): Promise<void> => {
  const ports = portsOf(env);
  const answers: Answered[] = [];
  const isFresh = ({ body }: { readonly body: DeliverMessage }): boolean => body.receipt === undefined;
  await pool(batch.messages.filter(isFresh), parallel, async (message) => {
    const { body } = message;
    const delivery = await deliverMessage(body, ports);
    if (delivery.kind === "done") {
      answers.push(...delivery.answers.map((answer) => ({ ...body, answer })));
      return message.ack();
    }
    console.error(
      JSON.stringify({ what: "message could not be claimed", workspace: body.workspace, message: body.message, error: delivery.problem }),
    );
    message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
  });
  await followUp(env, answers);
  await takeReceipts(
    batch.messages.filter((message) => !isFresh(message)),
    {
      provider: ports.provider,
      call: ports.authorize.call,
      tell: (workspace, changes) => stimulateMany({ env, workspace }, changes),
      misconfigured: ports.misconfigured,
    },
  );
};

/** Has providers that give receipts asked for them when there are any; those of one moment are queued together. */
const receiptQueue = (env: Env): DeliverPorts["askLater"] => {
  const queue = groupCommit(async (wishes: readonly MessageSendRequest<DeliverMessage>[]) => {
    for (let from = 0; from < wishes.length; from += perSend) await env.DELIVER_PUSH.sendBatch(wishes.slice(from, from + perSend));
  });
  return async (body) => {
    try {
      const receipts = receiptsOf(await providerFor(env, body.workspace, body.receipt?.provider ?? ""));
      if (receipts !== undefined) await queue({ body, delaySeconds: receipts.afterSeconds });
    } catch (error) {
      // The message was taken: that is settled in any case, and only what became of it stays unknown.
      console.error(JSON.stringify({ what: "a receipt could not be asked for", workspace: body.workspace, error: String(error) }));
    }
  };
};

/** Messages of one `sendBatch`. Source: Cloudflare's documented limits of Queues. */
const perSend = 100;

/** What one attempt needs, with whoever claims or not. */
export const attemptPorts = (env: Env, connections = new Connections()): AttemptPorts & PlacePorts => {
  const allowLoopback = env.ALLOW_LOOPBACK === "true";
  const keep = groupCommit((rows: readonly OutboxRow[]) => keepInOutbox(env, rows));
  return {
    provider: (workspace, key) => providerFor(env, workspace, key),
    // Only on this machine, and only where "was it taken?" decides about sending again, is asking first worth a connection.
    call: (call, mayRepeat) => callOutbound(call, { allowLoopback, ...(allowLoopback && !mayRepeat && { isListening }) }),
    mail: (server, mail) => sendMail(server, mail, { allowLoopback }),
    keep: (message) => keep({ ...message, acceptedAt: Date.now() }),
    authorize: {
      now: () => Date.now(),
      call: (call) =>
        connections.run(() => callOutbound(call, { allowLoopback }), { kind: "no-connection", detail: "no connection was free in time" }),
      cached: cachedToken,
    },
    forgetToken,
    connected: (work, otherwise) => connections.run(work, otherwise),
    place: (workspace, provider, request) => providerLimiter(env, workspace, provider).place(request),
    giveBack: (workspace, provider, id) => providerLimiter(env, workspace, provider).giveBack(id),
    begin: (workspace, provider, request) => providerLimiter(env, workspace, provider).begin(request),
    end: (workspace, provider, id) => providerLimiter(env, workspace, provider).end(id),
    pause: (ms) => scheduler.wait(ms),
  };
};

const portsOf = (env: Env): DeliverPorts => {
  const shards = shardsOf(env).length;
  const connections = new Connections();
  return {
    ...attemptPorts(env, connections),
    turn: () => connections.turn(),
    liveVersion: sharedRead((workspace) => liveVersion(env, workspace)),
    object: (workspace, user) => userObject(env, workspace, user),
    confirmed: confirmedFor,
    listed: (workspace, channel, address) => listedReason(env, workspace, channel, address),
    suppressedAmong: (workspace, channel, addresses) => suppressedAmong(env, workspace, channel, addresses),
    room: quotaAsker({
      count: (workspace, request) => quotaLimiter(env, workspace).count(request),
      uncount: (workspace, messages, at) => quotaLimiter(env, workspace).uncount(messages, at),
    }),
    shardNumber: (workspace, user) => shardNumberOf(workspace, user, shards),
    askLater: receiptQueue(env),
    misconfigured: (workspace, provider, said) => pauseProvider(env, { workspace, provider, ...said }),
  };
};
