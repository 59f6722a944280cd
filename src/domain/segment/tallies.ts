import type { Catalog } from "../catalog/catalog.ts";
import type { UserEvent } from "../event/event.ts";
import { historyName } from "../event/event.ts";
import type { Message } from "../message/message.ts";
import { type History, matchOf } from "../user/history.ts";
import type { AttributeEntry } from "../user/state.ts";
import type { Tally } from "./condition.ts";
import { statusEvents, statusName } from "./message-statuses.ts";

export interface TallyScope {
  readonly catalog: Catalog;
  readonly history: History;
}

/** Counts an event that was just added to the history; only the tallies that mention its name are asked. */
export const recordMatches = (event: UserEvent, { catalog, history }: TallyScope): void => {
  const to = { history, past: false };
  for (const tally of catalog.talliesByName.find(historyName(event))) fileMatch(tally, event, to);
};

/** Counts a write of an attribute by call or step, as an identify call that said the same: since when a value holds is asked of both. */
export const recordWrite = (name: string, { value = null, order }: AttributeEntry, scope: TallyScope): void => {
  const [time, receivedAt, index] = order;
  recordMatches(
    { id: `set:${name}:${order.join(":")}`, type: "identify", traits: { [name]: value }, time, receivedAt, index, key: "server" },
    scope,
  );
};

/** Files the event under the tally where it matches. */
export const fileMatch = (tally: Tally, event: UserEvent, to: { readonly history: History; readonly past: boolean }): void => {
  if (!tally.matches(event)) return;
  const key = tally.key === null ? null : tally.key(event);
  if (tally.key !== null && key === null) return;
  if (tally.file === undefined) to.history.addMatch(tally.id, key, matchOf(event));
  else tally.file(event, key, to);
};

/** Counts the statuses that a message has just come to. `before`: the message as it was. */
export const recordStatuses = (before: Message | undefined, message: Message, { catalog, history }: TallyScope): void => {
  for (const event of statusEvents(before, message))
    for (const tally of catalog.talliesByName.find(statusName(event))) fileMatch(tally, event, { history, past: false });
};
