import { readEcho } from "../../src/channels/echo.ts";
import { asciiAddress, readMailbox } from "../../src/channels/email/mailbox.ts";
import type { ProviderReport } from "../../src/channels/provider.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { contentHash } from "../../src/storage/control/catalogs.ts";
import { knownReports, noteReports } from "../../src/storage/control/hook-reports.ts";
import { messagesById, messagesByProviderId } from "../../src/storage/shard/find-reported.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { stimulateMany } from "../tell-user.ts";
import type { Env } from "../env.ts";
import type { Read } from "./read.ts";
import { keepStops } from "./keep-stops.ts";
import { aboutAddress, aboutMessage } from "./stimulus-of.ts";
import { usersOf } from "./users-of.ts";

/** Of a message this young the row may still be on its way: the report is wanted again. */
const youngMs = 10 * 60_000;
/** The same where only the provider's word names it; then it may as well be somebody else's message. */
const youngUnnamedMs = 60_000;
/** What a user wrote counts once within this: some providers sign no instant. */
const textsKnownMs = 30 * 86_400_000;

interface Where {
  readonly id: string;
  readonly user: UserKey;
  /** Where the message went, as far as it is projected. */
  readonly recipient: string | null;
}

/**
 * Gives reports to the users they are about. A report again changes nothing: statuses are a lattice, and what users wrote is
 * remembered by its id. `later`: one of them is about a message that may be known in a moment; all of it may be told again.
 */
export const takeReports = async (env: Env, read: Read, reports: readonly ProviderReport[]): Promise<"taken" | "later"> => {
  const { workspace, definition, call } = read;
  const news = await withoutKnown(env, read, reports);
  if (news === "refused") return "taken";
  // Before anybody is told: what is claimed from here on meets the list.
  await keepStops(env, { workspace, channel: definition.channel, at: call.at }, news);
  const messages = await findMessages(env, workspace, news);
  const stimuli = new Map<UserKey, Stimulus[]>();
  const tell = (user: UserKey, stimulus: Stimulus | undefined): void => {
    if (stimulus !== undefined) stimuli.set(user, [...(stimuli.get(user) ?? []), stimulus]);
  };
  let isEarly = false;
  const unnamed: ProviderReport[] = [];
  for (const report of news) {
    const found = messages.get(report);
    const isOfCopy = found !== undefined && definition.channel === "email" && isOfAnother(report, found.recipient);
    if (found !== undefined && !isOfCopy) tell(found.user, aboutMessage(report, found.id));
    const isWantedAgain = found === undefined && report.status !== "inbound" && mayCome(report, workspace, call.at);
    if (isWantedAgain) isEarly = true;
    // An unsubscription is from what the message was, which is known when it is told again; not from everything.
    const isOfAddress =
      found === undefined ? !(isWantedAgain && report.status === "unsubscribed") : isOfCopy || report.status === "inbound";
    if (isOfAddress) unnamed.push(report);
  }
  const ofAddresses = unnamed.flatMap((report) => {
    const stimulus = aboutAddress(report, definition.channel, `${definition.key}:${report.id}`);
    return stimulus === undefined || report.address === undefined ? [] : [{ address: report.address, stimulus }];
  });
  const addresses = ofAddresses.map(({ address }) => address);
  const usersAt = await usersOf(env, { workspace, channel: definition.channel }, addresses);
  for (const { address, stimulus } of ofAddresses) for (const user of usersAt(address)) tell(user, stimulus);
  await stimulateMany(
    { env, workspace },
    [...stimuli].map(([user, own]) => ({ user, stimuli: own })),
  );
  await noteTexts(env, read, news);
  return isEarly ? "later" : "taken";
};

/**
 * Providers tell of everybody who was sent the mail. That a copy's address is dead, or has opened it, says nothing of the user
 * the message is for: it is about whoever has that address.
 */
const isOfAnother = ({ address }: ProviderReport, recipient: string | null): boolean => {
  if (address === undefined || recipient === null) return false;
  const [reported, sent] = [address, recipient].map((text) => asciiAddress(readMailbox(text).email).toLowerCase());
  return reported !== sent;
};

/** Is it about a message of ours whose row may not be there yet? */
const mayCome = (report: ProviderReport, workspace: string, now: number): boolean => {
  if (report.status === "deferred") return false;
  const echo = report.echo === undefined ? undefined : readEcho(report.echo);
  if (report.echo !== undefined) return echo?.workspace === workspace && now - madeAt(echo.message) < youngMs;
  return report.providerMessageId !== undefined && now - (report.at ?? 0) < youngUnnamedMs;
};

/** Ids of messages hold the instant of their making: a letter, then nine base36 digits of ms. 0 for any other. */
const madeAt = (message: string): number => {
  const [, digits] = /^m([0-9a-z]{9})/.exec(message) ?? [];
  return digits === undefined ? 0 : Number.parseInt(digits, 36);
};

/** Which message each report is about, as far as the projections know. An echo of another workspace, or of a shard that is none, names none. */
const findMessages = async (
  env: Env,
  workspace: string,
  reports: readonly ProviderReport[],
): Promise<ReadonlyMap<ProviderReport, Where>> => {
  const shards = shardsOf(env);
  const byShard = new Map<number, Map<string, ProviderReport[]>>();
  const byProviderId = new Map<string, ProviderReport[]>();
  const add = (to: Map<string, ProviderReport[]>, name: string, report: ProviderReport): void =>
    void to.set(name, [...(to.get(name) ?? []), report]);
  for (const report of reports) {
    if (report.echo !== undefined) {
      const echo = readEcho(report.echo);
      if (echo === undefined || echo.workspace !== workspace || echo.shard >= shards.length) continue;
      const own = byShard.get(echo.shard) ?? new Map<string, ProviderReport[]>();
      byShard.set(echo.shard, own);
      add(own, echo.message, report);
    } else if (report.providerMessageId !== undefined) add(byProviderId, report.providerMessageId, report);
  }
  const found = new Map<ProviderReport, Where>();
  await Promise.all(
    [...byShard].map(async ([number, own]) => {
      const rows = await messagesById(shards[number] ?? env.SHARD_0, workspace, [...own.keys()]);
      for (const { id, user, recipient } of rows)
        for (const report of own.get(id) ?? []) found.set(report, { id, user: user as UserKey, recipient });
    }),
  );
  if (byProviderId.size === 0) return found;
  await Promise.all(
    shards.map(async (shard) => {
      for (const row of await messagesByProviderId(shard, workspace, [...byProviderId.keys()]))
        for (const report of byProviderId.get(row.provider_message_id) ?? [])
          found.set(report, { id: row.id, user: row.user as UserKey, recipient: row.recipient });
    }),
  );
  return found;
};

/** Which reports are told by their id, once: texts, and all of a provider whose signature does not cover them. */
const countsOnce = ({ inbound }: Read, report: ProviderReport): boolean => inbound.once === true || report.status === "inbound";

/** The reports that count; `refused` where one came before with something else in it. */
const withoutKnown = async (env: Env, read: Read, reports: readonly ProviderReport[]): Promise<readonly ProviderReport[] | "refused"> => {
  const once = reports.filter((report) => countsOnce(read, report));
  if (once.length === 0) return reports;
  const { workspace, definition, call, inbound } = read;
  const hash = await contentHash(call.body);
  const ids = once.map(({ id }) => id);
  if (inbound.once === true) await noteOnce(env, read, once);
  const known = await knownReports(env.DB, { workspace, provider: definition.key, ids });
  if ([...known.values()].some((before) => before !== hash) && inbound.once === true) return "refused";
  return reports.filter((report) => report.status !== "inbound" || inbound.once === true || !known.has(report.id));
};

const noteTexts = async (env: Env, read: Read, reports: readonly ProviderReport[]): Promise<void> => {
  const texts = reports.filter(({ status }) => status === "inbound");
  if (texts.length > 0) await noteOnce(env, read, texts);
};

const noteOnce = async (env: Env, { workspace, definition, call, inbound }: Read, once: readonly ProviderReport[]): Promise<void> => {
  const until = call.at + Math.max(inbound.toleranceMs ?? 0, textsKnownMs);
  const ids = once.map(({ id }) => id);
  await noteReports(env.DB, { workspace, provider: definition.key, ids, hash: await contentHash(call.body), until });
};
