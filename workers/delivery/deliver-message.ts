import type { ClaimAnswer, DeliverMessage, ObjectAnswer } from "../../src/api/queue.ts";
import { echoOf } from "../../src/channels/echo.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import type { MessageContent, Outcome, RenderedMessage } from "../../src/domain/message/message.ts";
import type { Quota } from "../../src/domain/sending/quota.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { attempt, type AttemptPorts } from "./attempt.ts";
import { withoutSuppressed } from "./copies.ts";
import type { Counted } from "./quota.ts";
import { inPlace, takePlace, type PlacePorts, type Taken } from "./place.ts";

/** What delivering is done with: the consumer gives the real ones, tests their own. */
export interface DeliverPorts extends AttemptPorts, PlacePorts {
  /** Does the work once a connection is free for it. Rejects where none is in time, with nothing begun. */
  readonly connected: <T>(work: () => Promise<T>) => Promise<T>;
  /** The live catalog version, read no earlier than it is asked for. */
  readonly liveVersion: (workspace: string) => Promise<number>;
  /** A fresh stub of the user's object: one that failed stays broken. */
  readonly object: (workspace: string, user: UserKey) => Pick<UserRpcSurface, "claim" | "settle">;
  /** Number of the user's newest fact known to be projected. */
  readonly confirmed: (workspace: string, user: UserKey) => number | undefined;
  /** Why an address is on the workspace's suppression list; undefined when it is not. */
  readonly listed: (workspace: string, channel: string, address: string) => Promise<string | undefined>;
  /** Which of these comparable addresses nothing is sent to, whoever has them. */
  readonly suppressedAmong: (workspace: string, channel: string, addresses: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Room under the workspace's quota for a message; `passing` ones count and always have it. */
  readonly room: (workspace: string, quota: Quota, passing: boolean) => Promise<Counted>;
  /** Number of the data shard that holds a user's rows. */
  readonly shardNumber: (workspace: string, user: UserKey) => number;
  /** Has the provider asked later what became of a message it took, where it can be asked. Never rejects. */
  readonly askLater: (accepted: DeliverMessage) => Promise<void>;
  /** The provider said that its operator must act. Never rejects. */
  readonly misconfigured: (
    workspace: string,
    provider: string,
    said: { readonly detail: string; readonly begunAt: number },
  ) => Promise<void>;
}

export type Delivery =
  /** Settled, refused, or left to the claim's lease: the queue's copy is no longer needed. */
  | { readonly kind: "done"; readonly answers: readonly ObjectAnswer[] }
  /** The object could not be asked: the queue brings the message again. */
  | { readonly kind: "not-claimed"; readonly problem: string };

/**
 * Claims one message, hands it to its provider, settles it. Between claim and settle a crash is covered by the claim's
 * lease (2 minutes): the object then takes the attempt as uncertain. Never throws.
 */
export async function deliverMessage({ workspace, user, message: id }: DeliverMessage, ports: DeliverPorts): Promise<Delivery> {
  let claimed: Claimed & { readonly sent: Sent | undefined };
  try {
    claimed = await claimAndSend({ workspace, user, message: id }, ports);
  } catch (problem) {
    return { kind: "not-claimed", problem: messageOf(problem) };
  }
  const { answer, catalog, sent } = claimed;
  if (answer.claim.kind === "place" || answer.claim.kind === "quota")
    return { kind: "not-claimed", problem: `no place or room could be had: ${answer.claim.kind}` };
  if (answer.claim.kind === "no" || sent === undefined) return { kind: "done", answers: [answer] };
  const { rendered, attempt: number } = answer.claim;
  const { outcome, owner, leftOut, begunAt } = sent;
  // Only the provider's own word pauses it; before the settle, so that what is held then meets a paused one when it is asked again.
  if (outcome.kind === "misconfigured" && sent.isAnswered)
    await ports.misconfigured(workspace, rendered.provider, { detail: outcome.detail, begunAt });
  // Before the settle: a crash in between has the message sent again, and asked for again; after it nobody would.
  if (outcome.kind === "accepted" && outcome.providerMessageId !== undefined)
    await ports.askLater({
      workspace,
      user: owner,
      message: id,
      receipt: { provider: rendered.provider, id: outcome.providerMessageId, begunAt },
    });
  const settled = await settle(ports, {
    workspace,
    user: owner,
    message: id,
    attempt: number,
    catalog,
    outcome,
    ...(leftOut.length > 0 && { leftOut }),
  });
  return { kind: "done", answers: settled ? [answer, settled] : [answer] };
}

/** What became of handing a claimed message over. */
interface Sent {
  readonly outcome: Outcome;
  /** Whose the message is now. */
  readonly owner: UserKey;
  readonly leftOut: readonly string[];
  readonly begunAt: number;
  /** The provider itself said so. */
  readonly isAnswered: boolean;
}

/** Looks up whom nothing is sent to, and hands the message to its provider. Never throws. */
async function handOver(
  { workspace, user, message: id }: DeliverMessage,
  claimed: Claimed,
  ports: DeliverPorts,
): Promise<Sent | undefined> {
  const { answer, taken, counted } = claimed;
  if (answer.claim.kind !== "send") return undefined;
  const { rendered } = answer.claim;
  const owner = answer.movedTo ?? user;
  const begunAt = ports.authorize.now();
  const looked = await lookUp(workspace, rendered, { ports, isListed: answer.claim.lookUp === true });
  if (looked.refused !== undefined) {
    if (taken !== undefined) await ports.giveBack(workspace, taken.provider, taken.request.id).catch(() => undefined);
    await counted?.giveBack().catch(() => undefined);
    return { outcome: looked.refused, owner, leftOut: [], begunAt, isAnswered: false };
  }
  const { content, leftOut } = looked;
  const echo = echoOf(workspace, ports.shardNumber(workspace, rendered.owner), id);
  let isAnswered = false;
  const paced = taken === undefined ? ports : inPlace(workspace, taken, ports);
  const outcome = await attempt({ workspace, user: owner, id, echo, to: rendered.to, content }, rendered.provider, {
    ...paced,
    call: async (call, mayRepeat) => {
      const reply = await paced.call(call, mayRepeat);
      isAnswered = reply.kind === "answer";
      return reply;
    },
    mail: async (server, mail) => {
      const end = await paced.mail(server, mail);
      isAnswered = end.kind === "reply";
      return end;
    },
  });
  return { outcome, owner, leftOut, begunAt, isAnswered };
}

type LookedUp =
  | { readonly refused: Outcome }
  | { readonly refused?: undefined; readonly content: MessageContent; readonly leftOut: readonly string[] };

/** What the suppression list says of the addresses: nothing is sent where it cannot be asked, and no copy to whom nothing is sent. */
async function lookUp(
  workspace: string,
  { to, content }: RenderedMessage,
  { ports, isListed }: { readonly ports: DeliverPorts; readonly isListed: boolean },
): Promise<LookedUp> {
  try {
    const reason = isListed ? await ports.listed(workspace, content.channel, to) : undefined;
    if (reason !== undefined) return { refused: { kind: "unreachable", detail: reason, listed: true } };
    return await withoutSuppressed(content, (addresses) => ports.suppressedAmong(workspace, content.channel, addresses));
  } catch (problem) {
    return { refused: { kind: "retry", detail: `the suppression list could not be read: ${messageOf(problem)}` } };
  }
}

interface Claimed {
  readonly catalog: number;
  readonly answer: ClaimAnswer;
  /** The place it may be sent at, where its provider keeps a rate. */
  readonly taken: Taken | undefined;
  /** How it counts, where its workspace keeps a quota. */
  readonly counted: Counted | undefined;
}

/** A place, another one where its provider is another meanwhile, and the quota's word. */
const mostAsked = 4;

/**
 * Claims the message and hands it over at once, both within one connection: who waited between them would not hear of an
 * opt-out. Where its provider keeps a rate or its workspace a quota, with a place or room under it, given back when it is not used.
 */
async function claimAndSend(queued: DeliverMessage, ports: DeliverPorts): Promise<Claimed & { readonly sent: Sent | undefined }> {
  const { workspace, user, message } = queued;
  const confirmed = ports.confirmed(workspace, user);
  let taken: Taken | undefined;
  let counted: Counted | undefined;
  const giveBack = async (): Promise<void> => {
    if (taken !== undefined) await ports.giveBack(workspace, taken.provider, taken.request.id).catch(() => undefined);
  };
  for (let asked = 0; ; asked++) {
    const ask = async (): Promise<Claimed & { readonly sent: Sent | undefined }> => {
      // Right before the claim: once `stop` has answered, no claim starts (docs/semantics.md, Sending).
      const catalog = await ports.liveVersion(workspace);
      const answer = await ports
        .object(workspace, user)
        .claim({
          catalog,
          message,
          ...(confirmed !== undefined && { confirmed }),
          ...(taken && { place: { provider: taken.provider, at: taken.place.at } }),
          ...(counted && { quota: counted.word }),
        });
      const claimed = { catalog, answer, taken, counted };
      return { ...claimed, sent: await handOver(queued, claimed, ports) };
    };
    const claimed = await ports.connected(ask).catch(async (problem: unknown) => {
      await giveBack();
      await counted?.giveBack().catch(() => undefined);
      throw problem;
    });
    const { claim: said } = claimed.answer;
    const isOver = said.kind === "send" || said.kind === "no" || asked === mostAsked;
    const isFree = said.kind === "place" || (said.kind === "no" ? said.unused === true : said.kind === "quota" && isOver);
    if (isFree) await giveBack();
    if (isOver && said.kind !== "send") await counted?.giveBack().catch(() => undefined); // then it counts without being sent
    if (isOver) return claimed;
    if (said.kind === "place") taken = await takePlace({ workspace, message, ...said }, ports);
    else counted = await ports.room(workspace, said.quota, said.passing);
  }
}

/** Waits before another try to settle, in ms. After them the lease takes over. */
const settlePausesMs = [50, 250, 1_000, 4_000];

interface Settlement {
  readonly workspace: string;
  readonly user: UserKey;
  readonly message: string;
  readonly attempt: number;
  readonly catalog: number;
  readonly outcome: Outcome;
  readonly leftOut?: readonly string[];
}

async function settle(ports: DeliverPorts, { workspace, user, ...request }: Settlement): Promise<ObjectAnswer | undefined> {
  for (const pauseMs of [...settlePausesMs, undefined]) {
    try {
      return await ports.object(workspace, user).settle(request);
    } catch (problem) {
      if (pauseMs === undefined) {
        console.error(
          JSON.stringify({
            what: "message could not be settled, its lease takes over",
            workspace,
            message: request.message,
            error: messageOf(problem),
          }),
        );
        return undefined;
      }
      await ports.pause(pauseMs);
    }
  }
  return undefined;
}

const messageOf = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
