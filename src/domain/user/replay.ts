import { givenUp } from "../message/given-up.ts";
import type { Draft } from "./draft.ts";
import { messageOf, queueMessage } from "./messages.ts";
import type { Stimulus } from "./stimulus.ts";

/**
 * A new attempt at a message that was given up, under its own id. One that its user may have is only sent again where the
 * caller takes that risk; any other is left as it is (docs/semantics.md, Sending).
 */
export const replay = (draft: Draft, { message: id, evenIfSent, reason, kept }: Extract<Stimulus, { type: "replay" }>): void => {
  const message = messageOf(draft, id) ?? kept;
  if (message === undefined) return;
  const letter = givenUp(message);
  if (letter === undefined || (letter.mayBeOut && !evenIfSent)) return;
  // Its 23 hours begin anew, and its place under the caps is taken when it is claimed.
  const { firstClaimedAt: _first, claimedAt: _claimed, blockedSince: _blocked, ...rest } = message;
  queueMessage(draft, { ...rest, replayed: true, ...(letter.mayBeOut && { unclear: true }) }, reason);
};
