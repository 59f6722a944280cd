import { isFinal } from "../message/lattice.ts";
import { messageStatuses, type Message } from "../message/message.ts";
import { recountForCaps, releaseForCaps } from "./caps.ts";
import { recordStatuses } from "../segment/tallies.ts";
import type { Fact } from "./facts.ts";
import { afterCopy, mustWaitForCopies, unclaimedCopies, waiting } from "./first-of-copies.ts";
import { without, type Draft } from "./draft.ts";

/** A queued message that nobody claimed is offered again after this; then ever less often, up to the second figure. */
const FIRST_REPEAT_MS = 15_000;
const LONGEST_REPEAT_MS = 600_000;

/** The message as this decision has it: changed just now, open, or long settled. */
export const messageOf = (draft: Draft, id: string): Message | undefined =>
  draft.messages.get(id) ?? (Object.hasOwn(draft.state.open, id) ? draft.state.open[id] : undefined) ?? draft.context.history.message(id);

/** Writes the message down, and tells of it when it is told apart from before. */
export const putMessage = (draft: Draft, changed: Message): void => {
  const before = messageOf(draft, changed.id);
  const message = withoutPayload(withReached(changed, draft.at));
  const reached = messageStatuses.filter((status) => message.reached?.[status] !== undefined && before?.reached?.[status] === undefined);
  if (before?.status !== message.status) settleCaps(draft, before, message);
  recordStatuses(before, message, draft.context);
  draft.messages.set(message.id, message);
  draft.state.open = isFinal(message.status) ? without(draft.state.open, message.id) : { ...draft.state.open, [message.id]: message };
  // A message to several devices counts once: conditions and triggers look at the one its copies were made of.
  if (before?.status !== message.status && message.of === undefined) {
    draft.changes.aspects.push("messages");
    draft.changes.messages.push(message.id);
    draft.changes.statuses.push({ message: message.id, before: before?.status });
  }
  if (before?.status !== message.status || before.reason !== message.reason || before.attempts !== message.attempts || reached.length > 0)
    draft.facts.push({ ...messageFact(message, draft.at), ...(reached.length > 0 && { reached }) });
  if (message.of !== undefined && isFinal(message.status)) tellFirst(draft, message.of, message);
};

/** What became of a copy is told to the message it was made of. */
const tellFirst = (draft: Draft, id: string, copy: Message): void => {
  const first = messageOf(draft, id);
  const changed = first && afterCopy(draft, first, copy);
  if (first === undefined || changed === undefined) return;
  putMessage(draft, changed);
  if (changed.status !== first.status) return;
  draft.changes.messages.push(id);
  draft.changes.aspects.push("messages");
};

/** A place under the caps is given back when the message did not go out, and taken again when it turns out that it did. */
const settleCaps = (draft: Draft, before: Message | undefined, message: Message): void => {
  if (message.status === "skipped" || message.status === "failed") releaseForCaps(draft, message);
  else if (before?.status === "failed") recountForCaps(draft, message);
};

const withReached = (message: Message, at: number): Message =>
  isFinal(message.status) && message.reached?.[message.status] === undefined
    ? { ...message, reached: { ...message.reached, [message.status]: at } }
    : message;

/** What was sent or skipped is never rendered again; what failed may be tried anew by its operator. */
const withoutPayload = (message: Message): Message => {
  if (message.payload === undefined || !isFinal(message.status) || message.status === "failed" || message.status === "uncertain")
    return message;
  const { payload: _payload, ...rest } = message;
  return rest;
};

/** What the outside is told of a message. */
export const messageFact = (message: Message, at: number): Extract<Fact, { kind: "message" }> => ({
  kind: "message",
  at,
  message: message.id,
  createdAt: message.createdAt,
  status: message.status,
  channel: message.channel,
  template: message.template,
  attempts: message.attempts,
  ...(message.of !== undefined && { of: message.of }),
  ...(message.topic !== undefined && { topic: message.topic }),
  ...(message.run && { journey: message.run.journey, version: message.run.version, run: message.run.id, step: message.run.step }),
  ...(message.rendered
    ? { provider: message.rendered.provider, to: message.rendered.to }
    : message.provider !== undefined && { provider: message.provider }),
  ...(message.rendered?.content.channel === "email" && { subject: message.rendered.content.subject }),
  ...(message.providerMessageId !== undefined && { providerMessageId: message.providerMessageId }),
  ...(message.variant !== undefined && { variant: message.variant }),
  ...(message.reason !== undefined && { reason: message.reason }),
  ...(message.leftOut !== undefined && { leftOut: message.leftOut }),
  ...(message.status === "held" && message.due !== undefined && { until: message.due }),
});

/** Puts the message (again) before whoever sends, and says why where there is something to say; it comes back by itself when nobody claims it. */
export const queueMessage = (draft: Draft, message: Message, reason?: string): void => {
  const { reason: _reason, due: _due, ...rest } = message;
  const waited = draft.at - message.createdAt;
  const repeat = message.status === "queued" ? Math.min(Math.max(waited, FIRST_REPEAT_MS), LONGEST_REPEAT_MS) : FIRST_REPEAT_MS;
  putMessage(draft, { ...rest, status: "queued", due: draft.at + repeat, ...(reason !== undefined && { reason }) });
  draft.deliver.set(message.id, message.channel);
};

/** Holds the message back, to be asked again at `due`; without one, when a new catalog comes (a paused journey). */
export const holdMessage = (draft: Draft, message: Message, reason: string, due?: number): void => {
  const { due: _due, ...rest } = message;
  putMessage(draft, { ...rest, status: "held", reason, ...(due !== undefined && { due }) });
};

/** The message will never move again by itself. */
export const closeMessage = (
  draft: Draft,
  message: Message,
  status: "sent" | "skipped" | "failed" | "uncertain",
  reason?: string,
): void => {
  const { due: _due, reason: _reason, ...rest } = message;
  putMessage(draft, { ...rest, status, ...(reason !== undefined && { reason }) });
};

/** How a message ends that no attempt follows for: an unclear one before may have reached the user. */
export const unsent = ({ unclear }: Message): "skipped" | "uncertain" => (unclear === true ? "uncertain" : "skipped");

/** Drops a message nobody has claimed, and its copies that nobody has; does nothing to one that is claimed or settled. */
export const skipMessage = (draft: Draft, id: string, reason: string): void => {
  if (!Object.hasOwn(draft.state.open, id)) return;
  dropCopies(draft, id, reason);
  const message = draft.state.open[id];
  if (message === undefined || message.status === "claimed" || message.lost !== undefined) return;
  if (!waitForCopies(draft, message, { status: "skipped", reason })) closeMessage(draft, message, unsent(message), reason);
};

/** Takes back what of a message to several devices nobody has claimed. */
export const dropCopies = (draft: Draft, id: string, reason: string): void => {
  for (const copy of unclaimedCopies(draft, id)) closeMessage(draft, copy, unsent(copy), reason);
};

/** The message's own device will not get it: true when others may, and it is held until that is known. */
export const waitForCopies = (draft: Draft, message: Message, lost: NonNullable<Message["lost"]>): boolean => {
  if (!mustWaitForCopies(draft, message)) return false;
  putMessage(draft, waiting(draft, message, lost));
  return true;
};
