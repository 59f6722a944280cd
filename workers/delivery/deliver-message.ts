import type { ClaimAnswer, DeliverMessage, ObjectAnswer } from "../../src/api/queue.ts";
import { echoOf } from "../../src/channels/echo.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import type { Outcome } from "../../src/domain/message/message.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { attempt, type AttemptPorts } from "./attempt.ts";

/** What delivering is done with: the consumer gives the real ones, tests their own. */
export interface DeliverPorts extends AttemptPorts {
  /** The live catalog version, read no earlier than it is asked for. */
  readonly liveVersion: (workspace: string) => Promise<number>;
  /** A fresh stub of the user's object: one that failed stays broken. */
  readonly object: (workspace: string, user: UserKey) => Pick<UserRpcSurface, "claim" | "settle">;
  /** Number of the user's newest fact known to be projected. */
  readonly confirmed: (workspace: string, user: UserKey) => number | undefined;
  /** Number of the data shard that holds a user's rows. */
  readonly shardNumber: (workspace: string, user: UserKey) => number;
  readonly pause: (ms: number) => Promise<void>;
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
  let catalog: number;
  let answer: ClaimAnswer;
  const confirmed = ports.confirmed(workspace, user);
  try {
    // Right before the claim: once `stop` has answered, no claim starts (docs/semantics.md, Sending).
    catalog = await ports.liveVersion(workspace);
    answer = await ports.object(workspace, user).claim({ catalog, message: id, ...(confirmed !== undefined && { confirmed }) });
  } catch (problem) {
    return { kind: "not-claimed", problem: messageOf(problem) };
  }
  if (answer.claim.kind === "no") return { kind: "done", answers: [answer] };
  const { rendered, attempt: number } = answer.claim;
  const owner = answer.movedTo ?? user;
  const echo = echoOf(workspace, ports.shardNumber(workspace, rendered.owner), id);
  const message = { workspace, user: owner, id, echo, to: rendered.to, content: rendered.content };
  const outcome = await attempt(message, rendered.provider, ports);
  const settled = await settle(ports, { workspace, user: owner, message: id, attempt: number, catalog, outcome });
  return { kind: "done", answers: settled ? [answer, settled] : [answer] };
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
