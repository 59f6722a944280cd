import type { Message, MessageStatus, Outcome } from "../domain/message/message.ts";
import type { UserKey } from "../domain/user/user-key.ts";

/** A claim is settled within this, or counts as uncertain (docs/semantics.md, Sending). */
const LEASE_MS = 2 * 60_000;

/** What the script says of the message of a step: one `message-status` item. */
export interface Word {
  readonly at: number;
  readonly user: UserKey;
  readonly journey: string | undefined;
  readonly step: string;
  readonly status: MessageStatus;
  readonly reason: string | undefined;
  /** The message it turned out to be about. */
  message?: string;
  /** Its instant has come, and no message was there yet: it is about the next one. */
  waits?: true;
  done?: true;
}

/** How a claimed message goes on. */
export interface Course {
  /** What the provider answers at once; undefined = later, when the script says it. */
  readonly outcome: Outcome | undefined;
  /** What is reported right after. */
  readonly reports: readonly { readonly status: MessageStatus; readonly reason?: string }[];
}

/** What a script can say instead of "accepted and delivered"; whatever else it says comes on top of that. */
const instead: ReadonlySet<MessageStatus> = new Set<MessageStatus>(["sent", "delivered", "failed", "uncertain", "bounced"]);

/**
 * What becomes of a message sent now: accepted and delivered, unless the script's next word about its step says otherwise.
 * A refusal within the lease comes at its own instant.
 */
export const courseOf = (words: readonly Word[], message: Message, user: UserKey, now: number): Course => {
  const own = words.filter((word) => word.done === undefined && word.message === undefined && isAbout(word, message, user));
  const said = own.filter((word) => word.waits === true || word.at <= now);
  for (const word of said) Object.assign(word, { message: message.id, done: true });
  const [next] = own.filter((word) => !said.includes(word));
  const first = said.find((word) => instead.has(word.status));
  if (first !== undefined) {
    const outcome = outcomeOf(first) ?? { kind: "accepted" as const };
    return { outcome, reports: said.filter((word) => word !== first || outcomeOf(word) === undefined).map(reportOf) };
  }
  if (next !== undefined && instead.has(next.status)) {
    next.message = message.id;
    if (outcomeOf(next) !== undefined && next.at - now < LEASE_MS) return { outcome: undefined, reports: [] };
    return { outcome: { kind: "accepted" }, reports: said.map(reportOf) };
  }
  return { outcome: { kind: "accepted" }, reports: [{ status: "delivered" }, ...said.map(reportOf)] };
};

/** A provider's own answer; undefined for what is reported after it. */
export const outcomeOf = ({ status, reason }: Word): Outcome | undefined =>
  status === "failed"
    ? { kind: "rejected", detail: reason ?? "refused by the provider" }
    : status === "uncertain"
      ? { kind: "uncertain", detail: reason ?? "no clear answer" }
      : undefined;

export const reportOf = ({ status, reason }: Word): { readonly status: MessageStatus; readonly reason?: string } => ({
  status,
  ...(reason !== undefined && { reason }),
});

const isAbout = (word: Word, message: Message, user: UserKey): boolean =>
  word.user === user && message.run?.step === word.step && (word.journey === undefined || word.journey === message.run.journey);
