import type { Catalog } from "../catalog/catalog.ts";
import type { Channel, Message, RenderedMessage } from "../message/message.ts";
import type { Fact } from "./facts.ts";
import type { History } from "./history.ts";
import type { UserState } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";
import type { UserKey } from "./user-key.ts";

/** Everything decide is given beside the state: no clock, no randomness, no I/O of its own. */
export interface DecideContext {
  /** The instant of the stimulus, ms. Never goes back for one user: the shell passes max(clock, newest). */
  readonly now: number;
  readonly catalog: Catalog;
  readonly history: History;
}

/** What a stimulus led to. The shell commits it in the stimulus's transaction, then arms the alarm and drains the rest. */
export interface Decision {
  readonly state: UserState;
  /** In order; the shell numbers and journals them. */
  readonly facts: readonly Fact[];
  /** Messages created or changed, final ones included: to be written to the object's message table. */
  readonly messages: readonly Message[];
  /** Messages that want to be claimed now. */
  readonly deliver: readonly { readonly channel: Channel; readonly message: string }[];
  /** Anonymous users whose history is wanted: the shell runs the merge protocol. */
  readonly merges: readonly { readonly merge: string; readonly from: UserKey }[];
  /** Earliest instant at which something is due by itself; undefined = the object may sleep for ever. */
  readonly nextDue: number | undefined;
}

/** A claim's answer beside what it changed. */
export interface ClaimDecision extends Decision {
  readonly claim:
    | { readonly kind: "send"; readonly attempt: number; readonly message: Message; readonly rendered: RenderedMessage }
    | { readonly kind: "no"; readonly reason: string };
}

/** Applies one stimulus. Pure. */
export const decide = (_state: UserState, _stimulus: Stimulus, _context: DecideContext): Decision => {
  throw new Error("expected decide to be written");
};
