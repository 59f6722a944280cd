import { stoppedAtProvider } from "../domain/consent/stop.ts";
import type { Outcome } from "../domain/message/message.ts";
import { type Answer, describe, readReply, retryAfter } from "./reply.ts";

/** What a provider's own error codes mean, beside what its HTTP status does. `stopped`: unreachable, because its owner told the provider to stop. */
export type CodeRules = Readonly<Partial<Record<Exclude<Outcome["kind"], "accepted"> | "stopped", ReadonlySet<string>>>>;

/** Whoever answers these stands between us and the provider, or gave up waiting: a code in the body does not make it known what happened. */
const unknowable = new Set([408, 502, 504]);

/** A refusal by its code; by its status where the code says nothing. */
export const codedOutcome = (answer: Answer, code: string | undefined, rules: CodeRules): Outcome => {
  if (code === undefined || unknowable.has(answer.status)) return readReply(answer);
  if (rules.retry?.has(code) === true) return retryAfter(answer);
  if (rules.stopped?.has(code) === true) return { kind: "unreachable", detail: stoppedAtProvider(describe(answer)) };
  for (const kind of ["unreachable", "rejected", "misconfigured", "uncertain"] as const)
    if (rules[kind]?.has(code) === true) return { kind, detail: describe(answer) };
  return readReply(answer);
};

/** Codes come as numbers or texts. */
export const codeOf = (value: unknown): string | undefined =>
  typeof value === "number" || (typeof value === "string" && value !== "") ? String(value) : undefined;

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Taken; `id` is the provider's own, where it gave one. */
export const acceptedAs = (id: unknown): Outcome =>
  typeof id === "string" && id !== "" ? { kind: "accepted", providerMessageId: id } : { kind: "accepted" };
