import type { FollowedPlace, Message } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import type { FollowedLinks } from "./facts.ts";
import { messageOf, putMessage } from "./messages.ts";
import type { Meta } from "./state.ts";

/** Clicks that change nothing else are told together, so long after the first of them (ms): a scanner that follows twenty links is one word. */
export const TELL_AFTER_MS = 10 * 60_000;
/** Messages that wait to be told of; a further one is told of at once. */
const MAX_UNTOLD = 100;

/** There is something to tell of the message's links; it can wait. */
export const noteUntold = (draft: Draft, id: string): void => {
  const { untold } = draft.state.meta;
  if (untold?.messages.includes(id) === true) return;
  if (untold !== undefined && untold.messages.length >= MAX_UNTOLD) return tellFollowed(draft, id);
  draft.state.meta = { ...draft.state.meta, untold: { since: untold?.since ?? draft.at, messages: [...(untold?.messages ?? []), id] } };
};

/** When what waits is told, ms. */
export const untoldDue = ({ untold }: Meta): number | undefined => untold && untold.since + TELL_AFTER_MS;

/** Tells all that waits. */
export const tellUntold = (draft: Draft): void => {
  for (const id of draft.state.meta.untold?.messages ?? []) tellFollowed(draft, id);
};

/** Tells what was counted of a message's links since they were last told of: each click once. */
export const tellFollowed = (draft: Draft, id: string): void => {
  forget(draft, id);
  const message = messageOf(draft, id);
  const places = message?.followed?.places;
  if (message?.followed === undefined || places === undefined) return;
  const links = newIn(message, places);
  if (links.length === 0) return;
  const told = Object.entries(places).map(([place, { clicks, machineClicks }]) => [
    place,
    { clicks, machineClicks, told: { clicks, machineClicks } },
  ]);
  putMessage(draft, { ...message, followed: { ...message.followed, places: Object.fromEntries(told) } });
  const { run, template } = message;
  draft.facts.push({
    kind: "links-followed",
    at: draft.at,
    message: id,
    template,
    ...(run && { journey: run.journey, version: run.version, step: run.step }),
    links,
  });
};

const newIn = ({ rendered }: Message, places: Readonly<Record<string, FollowedPlace>>): readonly FollowedLinks[] =>
  Object.entries(places).flatMap(([place, { clicks, machineClicks, told }]) => {
    const link = rendered?.links?.[Number(place)];
    if (link === undefined || (clicks === told.clicks && machineClicks === told.machineClicks)) return [];
    return [
      {
        link,
        people: told.clicks === 0 && clicks > 0 ? 1 : 0,
        clicks: clicks - told.clicks,
        machines: told.machineClicks === 0 && machineClicks > 0 ? 1 : 0,
        machineClicks: machineClicks - told.machineClicks,
      },
    ];
  });

const forget = (draft: Draft, id: string): void => {
  const { untold, ...rest } = draft.state.meta;
  if (untold === undefined || !untold.messages.includes(id)) return;
  const messages = untold.messages.filter((one) => one !== id);
  draft.state.meta = messages.length === 0 ? rest : { ...rest, untold: { since: untold.since, messages } };
};
