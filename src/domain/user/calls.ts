import { textAttribute } from "./attributes.ts";
import { changeAttributes } from "./change-attributes.ts";
import type { Draft } from "./draft.ts";
import { withReason } from "./give-reason.ts";
import { limits } from "./limits.ts";
import { holdMessage, messageOf, queueMessage } from "./messages.ts";
import { finish } from "./settle.ts";
import type { Message, RenderedMessage } from "../message/message.ts";
import type { CalledMessage, Stimulus } from "./stimulus.ts";

/** Why a message waits that is not to be sent yet. */
const SCHEDULED = "scheduled";
/** Why a message was skipped that somebody took back. */
export const CANCELLED = "cancelled";

/**
 * Takes a message by call: it waits for `sendAt`, or to be claimed. One that is known by its id, open or settled, is not
 * taken again, so a repeated call sends nothing. Beyond the bounds (limits.ts) nothing is taken: the caller looks.
 */
export const sendByCall = (draft: Draft, { message, contact }: Extract<Stimulus, { type: "send" }>): void => {
  if (messageOf(draft, message.id) !== undefined || !hasRoom(draft, message)) return;
  if (contact !== undefined && textAttribute(draft.state.profile.attributes, contact.attribute) === undefined)
    withReason(draft, { clause: "by call" }, () => changeAttributes(draft, { set: { [contact.attribute]: contact.value } }));
  const { sendAt, ...asked } = message;
  const taken: Message = { ...asked, status: "queued", createdAt: draft.at, attempts: 0 };
  if (sendAt !== undefined && sendAt > draft.at) holdMessage(draft, taken, SCHEDULED, sendAt);
  else queueMessage(draft, taken);
};

const hasRoom = ({ state: { open } }: Draft, { payload }: CalledMessage): boolean => {
  const waiting = Object.values(open).filter(({ run, of }) => run === undefined && of === undefined);
  const characters = waiting.reduce((sum, other) => sum + (other.payload?.characters ?? 0), payload?.characters ?? 0);
  return waiting.length < limits.calls && characters <= limits.callCharacters;
};

/** Takes a message back; its run goes on. One that may have reached the user after all is uncertain, not skipped. */
export const cancelMessage = (draft: Draft, id: string): void => {
  const message = Object.hasOwn(draft.state.open, id) ? draft.state.open[id] : undefined;
  if (message === undefined || message.status === "claimed") return;
  finish(draft, message, "skipped", CANCELLED);
};

/** What whoever sends is given of a claimed message: the call's attachments are part of an email only then, so that they are kept once. */
export const handedOver = (
  message: Message,
  rendered: RenderedMessage,
): { readonly message: Message; readonly rendered: RenderedMessage } => {
  if (message.payload === undefined) return { message, rendered };
  const { payload, ...bare } = message;
  const { content } = rendered;
  if (content.channel !== "email" || payload.attachments === undefined) return { message: bare, rendered };
  return { message: bare, rendered: { ...rendered, content: { ...content, attachments: payload.attachments } } };
};
