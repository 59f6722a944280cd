import { comparableAddress } from "../consent/comparable-address.ts";
import { isComplaint, suppressionFor, withAddress } from "../consent/suppression.ts";
import { hashText } from "../hash.ts";
import { isFinal, mergeStatus } from "../message/lattice.ts";
import type { Message, Outcome } from "../message/message.ts";
import { resumeRun } from "./advance.ts";
import { removeDevice } from "./devices.ts";
import { setProfile, type Draft } from "./draft.ts";
import { isOut, openCopies } from "./first-of-copies.ts";
import { attemptsHere, failOver } from "./failover.ts";
import { closeMessage, dropCopies, holdMessage, messageOf, putMessage, queueMessage, unsent, waitForCopies } from "./messages.ts";
import type { Stimulus } from "./stimulus.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Resend's documentation says it forgets an idempotency key after 24 h: no attempt begins later than this after the first. */
export const KEY_LIFE_MS = 23 * HOUR_MS;
const LONGEST_BACKOFF_MS = HOUR_MS;
const FIRST_BACKOFF_MS = 10 * SECOND_MS;
/** A misconfigured provider waits for its operator, not for the net. */
const FIRST_REPAIR_MS = 5 * MINUTE_MS;
/** How the reason of a message begins that waits for its provider's operator. */
export const MISCONFIGURED = "misconfigured: ";
/** Why a message is held whose provider is paused. */
export const PROVIDER_PAUSED = "provider paused";

/** The provider answered an attempt. What is old news changes nothing, except that an acceptance always counts: never send again. */
export const settleAttempt = (draft: Draft, { message: id, attempt, outcome, leftOut }: Extract<Stimulus, { type: "settled" }>): void => {
  const known = messageOf(draft, id);
  if (known === undefined || attempt < 1 || attempt > known.attempts) return;
  const message = leftOut === undefined ? known : { ...known, leftOut };
  if (outcome.kind === "accepted") return accept(draft, message, outcome.providerMessageId);
  if (isFinal(message.status) || attempt !== message.attempts) return;
  // The lease ran out meanwhile and another attempt is on its way: only a clear answer can still stop that.
  if (message.status !== "claimed" && (outcome.kind === "uncertain" || outcome.kind === "retry")) return;
  settleMessage(draft, message, outcome);
};

/** Carries out what an outcome means for the message that is being sent (docs/semantics.md, Sending). */
export const settleMessage = (draft: Draft, message: Message, outcome: Exclude<Outcome, { readonly kind: "accepted" }>): void => {
  switch (outcome.kind) {
    case "retry": {
      const waitMs = Math.max(backoff(message, FIRST_BACKOFF_MS), outcome.retryAfterMs ?? 0);
      return failOver(draft, message, { detail: outcome.detail, waitMs }) ? undefined : again(draft, message, outcome.detail, waitMs);
    }
    case "misconfigured":
      if (failOver(draft, message, outcome)) return;
      return again(draft, message, `${MISCONFIGURED}${outcome.detail}`, backoff(message, FIRST_REPAIR_MS));
    case "rejected":
      return failOver(draft, message, outcome) ? undefined : finish(draft, message, "failed", outcome.detail);
    case "unreachable":
      if (outcome.listed === true) {
        const reason = `suppressed: ${outcome.detail}`;
        // Of a message to several devices the others may have it all the same.
        if (waitForCopies(draft, message, { status: "skipped", reason })) return;
        return finish(draft, message, "skipped", reason);
      }
      suppressAddress(draft, message, outcome.detail);
      return finish(draft, message, "failed", `unreachable: ${outcome.detail}`);
    case "uncertain":
      if (mayResend(draft, message))
        return again(draft, { ...message, unclear: true }, `uncertain: ${outcome.detail}`, backoff(message, FIRST_BACKOFF_MS));
      return finish(draft, message, "uncertain", outcome.detail);
  }
};

/** Ends the message's own story; the run that waits for it goes on. */
export const finish = (draft: Draft, message: Message, ending: "skipped" | "failed" | "uncertain", reason: string): void => {
  const status = ending === "skipped" ? unsent(message) : ending;
  if (ending === "skipped") dropCopies(draft, message.id, reason);
  if (status !== "uncertain" && waitForCopies(draft, message, { status, reason })) return;
  if (status === "uncertain" && isOut(message.elsewhere) && waitForCopies(draft, message, { status: "failed", reason })) return;
  closeMessage(draft, message, status, reason);
  goOnAfter(draft, message, status);
};

/** Messages whose own instant has come: offered again, asked again, or a lease that ran out. */
export const runMessageTimers = (draft: Draft): void => {
  for (const id in draft.state.open) {
    const message = draft.state.open[id];
    if (message?.due === undefined || message.due > draft.at) continue;
    if (message.lost !== undefined) settleLost(draft, message);
    else if (message.status === "claimed") settleMessage(draft, message, { kind: "uncertain", detail: "no answer within the lease" });
    else queueMessage(draft, message);
  }
};

/** A message whose own device will not get it, once that is known of the others: it ends as the furthest of its copies, else as it would have. */
const settleLost = (draft: Draft, message: Message): void => {
  const { lost, elsewhere, ...rest } = message;
  const isUnclear = lost?.status === "failed" ? elsewhere === "uncertain" : message.unclear === true;
  if (elsewhere !== undefined && isOut(elsewhere)) {
    const { due: _due, reason: _reason, ...sent } = rest;
    putMessage(draft, { ...sent, status: elsewhere, sentAt: draft.at, reached: { ...rest.reached, sent: draft.at } });
    return goOnAfter(draft, message, "sent");
  }
  if (openCopies(draft, message.id).length > 0) return holdMessage(draft, message, message.reason ?? "");
  const status = isUnclear ? "uncertain" : (lost?.status ?? "failed");
  closeMessage(draft, rest, status, lost?.reason);
  goOnAfter(draft, message, status);
};

const accept = (draft: Draft, message: Message, providerMessageId: string | undefined): void => {
  if (message.status === "skipped" || message.reached?.sent !== undefined) return;
  const sent = {
    ...message,
    sentAt: message.sentAt ?? draft.at,
    reached: { ...message.reached, sent: draft.at },
    ...(providerMessageId !== undefined && { providerMessageId }),
  };
  // A report may have overtaken the answer: then it is further already.
  const status = mergeStatus(message.status, "sent");
  if (status === "sent") closeMessage(draft, sent, status);
  else putMessage(draft, { ...sent, status });
  goOnAfter(draft, message, "sent");
};

/** The run that waits for the message's fate goes on. */
export const goOnAfter = (draft: Draft, message: Message, result: "sent" | "skipped" | "failed" | "uncertain" | "withheld"): void => {
  const run = message.run && draft.state.runs[message.run.id];
  if (run?.position.at === "send" && run.position.message === message.id) resumeRun(draft, run, { kind: "message", result });
};

const again = (draft: Draft, message: Message, reason: string, delayMs: number): void => {
  const due = draft.at + delayMs;
  if (due > (message.firstClaimedAt ?? message.createdAt) + KEY_LIFE_MS) return giveUp(draft, message, reason);
  holdMessage(draft, message, reason, due);
};

/** No further attempt. One whose fate nobody knows is uncertain, not failed: the user may have it. */
export const giveUp = (draft: Draft, message: Message, reason: string): void =>
  finish(draft, message, message.unclear === true ? "uncertain" : "failed", `given up: ${reason}`);

/** Triples with each attempt up to an hour, spread by a quarter either way: from the message's id, as the core knows no chance. */
const backoff = (message: Message, firstMs: number): number => {
  const plain = Math.min(firstMs * 3 ** Math.max(0, attemptsHere(message) - 1), LONGEST_BACKOFF_MS);
  return Math.round(plain * (0.75 + shareOf(message) / 2));
};

/** Where in a span the message has its place, from 0 to 1: as good as any, and always the same of an attempt. */
export const shareOf = ({ id, attempts }: Message): number => Number.parseInt(hashText(`${id}|${attempts}`).slice(0, 6), 36) / 36 ** 6;

/** Whoever waits for a paused provider looks again after about an hour, should nobody tell of the resume. */
export const pausedMs = (message: Message): number => backoff({ ...message, attempts: 1 }, HOUR_MS);

const mayResend = (draft: Draft, message: Message): boolean =>
  draft.context.catalog.document.providers.some((provider) => provider.key === message.rendered?.provider && provider.resendUncertain);

/** Nothing more goes to the address the message went to. */
export const suppressAddress = (draft: Draft, message: Pick<Message, "channel" | "rendered">, reason: string): void => {
  const { suppressions } = draft.state.profile;
  const to = message.rendered?.to;
  // A device goes, and comes back when its app registers it anew.
  if (message.channel === "push" && to !== undefined && Object.hasOwn(draft.state.profile.devices, to))
    return removeDevice(draft, to, `unreachable: ${reason}`);
  const address = to === undefined ? undefined : comparableAddress(message.channel, to);
  const suppression = { reason, at: draft.at };
  // A suppression of the whole channel is the stronger one and stays.
  if (Object.hasOwn(suppressions, message.channel) && !isComplaint(reason)) return;
  // A bounce takes no complaint's place.
  if (isComplaint(suppressionFor(suppressions, message.channel, address)?.reason)) return;
  setProfile(draft, {
    suppressions:
      address === undefined
        ? { ...suppressions, [message.channel]: suppression }
        : withAddress(suppressions, message.channel, { ...suppression, address }),
  });
  draft.changes.aspects.push("consent");
  draft.facts.push({
    kind: "suppressed",
    at: draft.at,
    channel: message.channel,
    reason,
    ...(address !== undefined && { address }),
    proof: { source: "provider" },
  });
};
