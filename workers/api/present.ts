import type * as api from "../../src/api/management.ts";
import type { MessageDetail, MessageSummary } from "../../src/api/message-view.ts";
import type { RunItem, TimelineItem, UserView } from "../../src/api/user-rpc.ts";
import type { EarlierWord } from "../../src/domain/consent/proof.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import type { Followed, Message } from "../../src/domain/message/message.ts";
import type { Fact } from "../../src/domain/user/facts.ts";
import type { Run } from "../../src/domain/user/state.ts";
import type { KeptRejection } from "../../src/storage/intake/rejections.ts";
import type { DirectoryRow, MemberRow } from "../../src/storage/shard/directory.ts";
import type { events, messages } from "../../src/storage/schema.ts";

/** Milliseconds to the API's instants. */
export const instant = (ms: number): string => new Date(ms).toISOString();
export const instantOrNull = (ms: number | null | undefined): string | null => (ms === null || ms === undefined ? null : instant(ms));

/** "u:42" -> user 42; "a:x" -> the anonymous user x. */
export const idsOf = (user: string): { readonly id: string; readonly anonymous: boolean } => ({
  id: user.slice(2),
  anonymous: user.startsWith("a:"),
});

export const presentEvent = ({ time, receivedAt, index: _index, key: _key, ...event }: UserEvent): api.EventView => ({
  ...event,
  time: instant(time),
  receivedAt: instant(receivedAt),
});

export const presentLoggedEvent = (row: typeof events.$inferSelect, event: UserEvent): api.LoggedEvent => {
  const { id: user, anonymous } = idsOf(row.user);
  return { id: row.id, user, anonymous, type: row.type, name: row.name, time: instant(row.time), body: presentEvent(event) };
};

export const presentRejection = ({ workspace: _workspace, at, ...rejection }: KeptRejection): api.Rejection => ({
  ...rejection,
  at: instant(at),
});

/** Facts are answered as they are, with their instants as texts. */
export const presentFact = (fact: Fact): { kind: string; at: string; [field: string]: unknown } => ({
  ...fact,
  at: instant(fact.at),
  ...("createdAt" in fact ? { createdAt: instant(fact.createdAt) } : {}),
  ...("lastSeenAt" in fact ? { lastSeenAt: instant(fact.lastSeenAt) } : {}),
  ...("until" in fact && fact.until !== undefined ? { until: instant(fact.until) } : {}),
  ...("proof" in fact && fact.proof?.of !== undefined ? { proof: { ...fact.proof, of: presentEarlier(fact.proof.of) } } : {}),
});

/** What was said of a user who became another. */
const presentEarlier = ({ user, at, ...word }: EarlierWord) => {
  const { id, anonymous } = idsOf(user);
  return { user: id, anonymous, at: instant(at), ...word };
};

export const presentFollowed = (followed: Followed | undefined): MessageDetail["followed"] =>
  followed === undefined
    ? null
    : {
        opens: followed.opens,
        machineOpens: followed.machineOpens,
        links: Object.entries(followed.links).map(([url, link]) => ({
          url,
          ...link,
          firstAt: instant(link.firstAt),
          lastAt: instant(link.lastAt),
        })),
      };

/** Where a message comes from; of one that is no longer kept nothing is known. */
export const presentOrigin = (message: Message | undefined): Pick<MessageDetail, "origin" | "transactional" | "copyOf" | "copies"> => ({
  origin: message === undefined ? null : message.run ? "journey" : message.confirms ? "confirmation" : "call",
  transactional: message?.transactional === true,
  copyOf: message?.of ?? null,
  copies: message?.copies ?? 0,
});

export const presentTimelineItem = (item: TimelineItem): api.TimelineView =>
  item.type === "event"
    ? { at: instant(item.at), type: "event", event: presentEvent(item.event) }
    : { at: instant(item.at), type: "fact", number: item.number, fact: presentFact(item.fact) };

export const presentRun = ({ id, journey, version, key, enteredAt, stepEnteredAt, position }: Run): api.RunView => ({
  id,
  journey,
  version,
  key,
  enteredAt: instant(enteredAt),
  stepEnteredAt: instant(stepEnteredAt),
  position: presentPosition(position),
});

export const presentRunItem = (item: RunItem): api.RunListItem => {
  if (item.status === "live") return { status: "live", ...presentRun(item.run) };
  const { run: id, journey, version, step, reason, because, at } = item.end;
  return {
    status: "ended",
    id,
    journey,
    version,
    key: item.start?.key ?? null,
    enteredAt: instantOrNull(item.start?.at),
    endedAt: instant(at),
    step,
    reason,
    ...(because && { because }),
  };
};

/** Instants as texts; the fields are those of runSchema. */
const presentPosition = (position: Run["position"]): api.RunView["position"] =>
  Object.fromEntries(
    Object.entries(position).map(([field, value]) => [field, typeof value === "number" ? instant(value) : value]),
  ) as api.RunView["position"];

export const presentUser = (view: UserView): api.UserProfile => ({
  ...idsOf(view.user),
  attributes: { ...view.attributes },
  tags: [...view.tags],
  segments: view.segments.map(({ key, since }) => ({ key, since: instant(since) })),
  suppressions: Object.fromEntries(
    Object.entries(view.suppressions).map(([channel, { at, ...suppression }]) => [channel, { ...suppression, since: instant(at) }]),
  ),
  subscriptions: Object.fromEntries(
    Object.entries(view.subscriptions).map(([key, { state, order }]) => [key, { state, since: instant(order[0]) }]),
  ),
  anonymousIds: [...view.anonymousIds],
  groups: view.groups.map(({ since, ...group }) => ({ ...group, since: instant(since) })),
  devices: view.devices.map(({ since, ...device }) => ({ ...device, since: instant(since) })),
  manualSegments: view.manualSegments.map(({ key, since }) => ({ key, since: instant(since) })),
  createdAt: instant(view.createdAt),
  lastSeenAt: instant(view.lastSeenAt),
  nextDue: instantOrNull(view.nextDue),
  runs: view.runs.map(presentRun),
});

export const presentUserRow = (row: DirectoryRow): api.UserSummary => ({
  ...idsOf(row.user),
  email: row.email,
  phone: row.phone,
  name: row.name,
  createdAt: instant(row.created_at),
  lastSeenAt: instant(row.last_seen_at),
});

export const presentMember = (row: MemberRow): api.Member => ({ ...presentUserRow(row), since: instant(row.since) });

export const presentMessageRow = (row: typeof messages.$inferSelect): MessageSummary => {
  const { id: user, anonymous } = idsOf(row.user);
  const { id, channel, template, topic, journey, version, run, step, provider, subject, status, reason, attempts } = row;
  return {
    id,
    user,
    anonymous,
    channel,
    template,
    topic,
    journey,
    version,
    run,
    step,
    provider,
    subject,
    status,
    reason,
    attempts,
    to: row.recipient,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
};

/** A message as its user's object keeps it. */
export const presentMessage = (of: string, message: Message): MessageSummary => {
  const { id: user, anonymous } = idsOf(of);
  const { id, channel, template, topic, run, provider, rendered, status, reason, attempts } = message;
  return {
    id,
    user,
    anonymous,
    channel,
    template,
    status,
    attempts,
    topic: topic ?? null,
    journey: run?.journey ?? null,
    version: run?.version ?? null,
    run: run?.id ?? null,
    step: run?.step ?? null,
    provider: rendered?.provider ?? provider ?? null,
    to: rendered?.to ?? null,
    subject: rendered?.content.channel === "email" ? rendered.content.subject : null,
    reason: reason ?? null,
    createdAt: instant(message.createdAt),
    updatedAt: instant(message.sentAt ?? message.createdAt),
  };
};
