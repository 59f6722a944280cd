import { echoOf } from "../../src/channels/echo.ts";
import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import { comparableAddress } from "../../src/domain/consent/comparable-address.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { MessageContent, Outcome } from "../../src/domain/message/message.ts";
import { suppressedAmong } from "../../src/storage/shard/suppressions.ts";
import { attemptPorts } from "../deliver.ts";
import type { Env } from "../env.ts";
import { attempt } from "./attempt.ts";
import { inPlace, takePlace } from "./place.ts";

/** A message of no user, to an address somebody names. */
export interface TestSend {
  readonly workspace: string;
  readonly provider: string;
  readonly rate?: { readonly count: number; readonly perMs: number } | undefined;
  readonly to: string;
  readonly content: MessageContent;
  /** Settings to try; left out: those stored. */
  readonly definition?: ProviderDefinition;
}

/**
 * Hands a test to its provider, once. It counts under the provider's rate like any other message, and nothing goes to a
 * suppressed address. @throws Fault conflict, too-many-requests
 */
export const testSend = async (env: Env, { workspace, provider, rate, to, content, definition }: TestSend): Promise<Outcome> => {
  const { channel } = content;
  const suppressed = await suppressedAmong(env, workspace, channel, [comparableAddress(channel, to)]);
  if (suppressed.size > 0) throw new Fault("conflict", `Nothing is sent to "${to}": the address is suppressed`);
  // No message's id begins like this: reports about it find nobody, and are not wanted again.
  const id = `test${crypto.randomUUID().replaceAll("-", "")}`;
  const ports = { ...attemptPorts(env), ...(definition && { provider: () => Promise.resolve(definition) }) };
  const message = { workspace, user: "u:test", id, echo: echoOf(workspace, 0, id), to, content } as const;
  if (rate === undefined) return attempt(message, provider, ports);
  const taken = await takePlace({ workspace, message: id, provider, rate, attempt: 1 }, ports);
  if (!taken.place.taken) {
    await ports.giveBack(workspace, provider, taken.request.id);
    throw new Fault("too-many-requests", "The provider's rate has no place just now; try again in a while");
  }
  return attempt(message, provider, inPlace(workspace, taken, ports));
};
