import { mergeStatus } from "../message/lattice.ts";
import type { Draft } from "./draft.ts";
import { messageOf, putMessage } from "./messages.ts";
import type { Stimulus } from "./stimulus.ts";

/** A provider or a link says how far a message has come; it never goes back (docs/semantics.md, Steps). */
export const reportStatus = (draft: Draft, { message: id, status, reason }: Extract<Stimulus, { type: "reported" }>): void => {
  const message = messageOf(draft, id);
  if (message === undefined) return;
  const further = mergeStatus(message.status, status);
  if (further === message.status) return;
  putMessage(draft, { ...message, status: further, ...(reason !== undefined && { reason }) });
};
