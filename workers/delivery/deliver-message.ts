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
  /** Waits until a message may be claimed without waiting long for a connection then; what it answers is called when its call begins, or will not. Rejects where its turn does not come in time. */
  readonly turn: () => Promise<() => void>;
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
  let claimed: Claimed;
  try {
    claimed = await claim({ workspace, user, message: id }, ports);
  } catch (problem) {
    return { kind: "not-claimed", problem: messageOf(problem) };
  }
  const { answer, catalog, taken, counted, turnOver } = claimed;
  if (answer.claim.kind === "place" || answer.claim.kind === "quota")
    return { kind: "not-claimed", problem: `no place or room could be had: ${answer.claim.kind}` };
  if (answer.claim.kind === "no") return { kind: "done", answers: [answer] };
  const { rendered, attempt: number } = answer.claim;
  const owner = answer.movedTo ?? user;
  const echo = echoOf(workspace, ports.shardNumber(workspace, rendered.owner), id);
  const begunAt = ports.authorize.now();
  const looked = await lookUp(workspace, rendered, { ports, isListed: answer.claim.lookUp === true });
  if (looked.refused !== undefined) {
    turnOver();
    if (taken !== undefined) await ports.giveBack(workspace, taken.provider, taken.request.id).catch(() => undefined);
    await counted?.giveBack().catch(() => undefined);
    const refused = await settle(ports, { workspace, user: owner, message: id, attempt: number, catalog, outcome: looked.refused });
    return { kind: "done", answers: refused ? [answer, refused] : [answer] };
  }
  const { content, leftOut } = looked;
  const message = { workspace, user: owner, id, echo, to: rendered.to, content };
  let isAnswered = false;
  const paced = taken === undefined ? ports : inPlace(workspace, taken, ports);
  const outcome = await attempt(message, rendered.provider, {
    ...paced,
    connected: (work, otherwise) =>
      paced.connected(() => {
        turnOver();
        return work();
      }, otherwise),
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
  turnOver();
  // Only the provider's own word pauses it; before the settle, so that what is held then meets a paused one when it is asked again.
  if (outcome.kind === "misconfigured" && isAnswered)
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
  /** To be called when its call begins, or will not. */
  readonly turnOver: () => void;
}

/** A place, another one where its provider is another meanwhile, and the quota's word. */
const mostAsked = 4;

/** Claims the message; where its provider keeps a rate or its workspace a quota, with a place or room under it, which is given back when it is not used. */
async function claim({ workspace, user, message }: DeliverMessage, ports: DeliverPorts): Promise<Claimed> {
  const confirmed = ports.confirmed(workspace, user);
  let taken: Taken | undefined;
  let counted: Counted | undefined;
  const giveBack = async (): Promise<void> => {
    if (taken !== undefined) await ports.giveBack(workspace, taken.provider, taken.request.id).catch(() => undefined);
  };
  for (let asked = 0; ; asked++) {
    const ask = async (): Promise<Pick<Claimed, "catalog" | "answer">> => {
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
      return { catalog, answer };
    };
    let turnOver: (() => void) | undefined;
    let asking: Pick<Claimed, "catalog" | "answer">;
    try {
      turnOver = await ports.turn();
      asking = await ask();
    } catch (problem) {
      turnOver?.();
      await giveBack();
      await counted?.giveBack().catch(() => undefined);
      throw problem;
    }
    const { claim: said } = asking.answer;
    if (said.kind !== "send") turnOver();
    const isOver = said.kind === "send" || said.kind === "no" || asked === mostAsked;
    const isFree = said.kind === "place" || (said.kind === "no" ? said.unused === true : said.kind === "quota" && isOver);
    if (isFree) await giveBack();
    if (isOver && said.kind !== "send") await counted?.giveBack().catch(() => undefined); // then it counts without being sent
    if (isOver) return { ...asking, taken, counted, turnOver };
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
