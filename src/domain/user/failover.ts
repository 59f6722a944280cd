import type { CatalogProvider } from "../catalog/catalog.ts";
import { deviceKindOf } from "../message/device-kind.ts";
import type { Message } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import { queueMessage } from "./messages.ts";

/** Attempts with one provider that ended in `retry` before its fallback is asked. */
const MAX_ATTEMPTS = 3;
/** Whoever asks for a longer wait than this is gone over for its fallback at once. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Attempts made with the provider that has the message now. */
export const attemptsHere = (message: Message): number => message.attempts - (message.earlier?.attempts ?? 0);

export type Choice =
  | { readonly kind: "provider"; readonly provider: CatalogProvider }
  /** All that may send it are paused. */
  | { readonly kind: "paused" }
  | { readonly kind: "none" };

/**
 * Who sends the message: the one that has it already, else the one its step asks for, else its channel's default. Where that
 * is paused, the first of its fallbacks that is not, unless an earlier attempt may have gone through.
 */
export const chooseProvider = (draft: Draft, message: Message): Choice => {
  const { providers } = draft.context.catalog.document;
  const wanted = message.rendered?.provider ?? message.provider;
  const own = providers.filter(({ channel }) => channel === message.channel);
  const first = wanted === undefined ? own.find((provider) => provider.default) : own.find(({ key }) => key === wanted);
  if (first === undefined) return { kind: "none" };
  if (first.paused !== true) return { kind: "provider", provider: first };
  const next = fallbackOf(draft, message, first.key);
  return next === undefined ? { kind: "paused" } : { kind: "provider", provider: next };
};

/** Of push: a device's token is of use to the services of its kind only. */
const reaches = ({ channel, devices }: CatalogProvider, { rendered }: Message): boolean =>
  channel !== "push" || devices === undefined || rendered === undefined || devices.includes(deviceKindOf(rendered.to));

/** The first of a provider's fallbacks that is there, not paused and not tried before. */
const fallbackOf = (draft: Draft, message: Message, from: string): CatalogProvider | undefined => {
  if (message.unclear === true) return undefined;
  const { providers } = draft.context.catalog.document;
  const seen = new Set([from, ...(message.earlier?.providers ?? [])]);
  let at = providers.find(({ key }) => key === from);
  for (let steps = 0; steps < providers.length; steps++) {
    const next = providers.find(({ key, channel }) => key === at?.fallback && channel === message.channel);
    if (next === undefined || next.key === from) return undefined;
    if (next.paused !== true && !seen.has(next.key) && reaches(next, message)) return next;
    at = next;
  }
  return undefined;
};

/** The message as it is once another provider has it: its content stays, byte for byte. */
export const handedTo = (message: Message, provider: string): Message =>
  message.rendered === undefined || message.rendered.provider === provider
    ? message
    : {
        ...message,
        rendered: { ...message.rendered, provider },
        earlier: { providers: [...(message.earlier?.providers ?? []), message.rendered.provider], attempts: message.attempts },
      };

/**
 * After a refusal: hands the message to its provider's fallback, where there is one and nothing that was tried may have gone
 * through (docs/semantics.md, Sending). False = it stays where it is.
 */
export const failOver = (draft: Draft, message: Message, refusal: { readonly detail: string; readonly waitMs?: number }): boolean => {
  const { rendered } = message;
  if (rendered === undefined) return false;
  if (refusal.waitMs !== undefined && refusal.waitMs <= LONGEST_WAIT_MS && attemptsHere(message) < MAX_ATTEMPTS) return false;
  const next = fallbackOf(draft, message, rendered.provider);
  if (next === undefined) return false;
  queueMessage(draft, handedTo(message, next.key), `${rendered.provider} refused it (${refusal.detail}), ${next.key} is next`);
  return true;
};
