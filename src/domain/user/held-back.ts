import type { Message } from "../message/message.ts";
import { windowMs } from "../schedule/duration.ts";
import { windowAt, type DailyWindow } from "../schedule/window.ts";
import { bestInstant, LOOKS_BACK_MS, MOST_OPENINGS, openings, type BestTime } from "../sending/best-time.ts";
import type { SendWindow, WorkspaceRules } from "../sending/rules.ts";
import type { Draft } from "./draft.ts";
import { holdMessage, queueMessage } from "./messages.ts";
import { zoneOf } from "./zone.ts";

const BEST_TIME = "best time";
/** Why a message is held back by the clock. */
const heldReasons = ["quiet hours", "window", BEST_TIME] as const;

/** What holds a message back at an instant: until when; `never` when quiet hours leave nothing of its window. */
export type HeldBack = { readonly reason: (typeof heldReasons)[number]; readonly until: number } | { readonly reason: "never" };

/** Quiet hours and windows are asked in turns: two a day, for longer than a week. */
const MAX_TURNS = 30;

/**
 * Until when its best time, quiet hours or its window hold a message back; undefined = it may go now. The instant is one at
 * which none does, so that it wakes once. Transactional messages ignore quiet hours (docs/semantics.md, Sending).
 */
export const heldBack = (draft: Draft, message: Message): HeldBack | undefined => {
  const { best } = message;
  if (best === undefined || best.at <= draft.at) return byClock(draft, message, draft.at);
  return byClock(draft, message, best.at) ?? { reason: BEST_TIME, until: best.at };
};

/** The same of quiet hours and its window alone, asked of an instant (ms). */
const byClock = (draft: Draft, message: Message, at: number): HeldBack | undefined => {
  const rules = draft.context.catalog.document.rules;
  const quiet = quietHoursOf(rules, message);
  const window = windowOf(rules, message);
  if (quiet === undefined && window === undefined) return undefined;
  let until = at;
  let reason: (typeof heldReasons)[number] | undefined;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const next = afterQuiet(draft, quiet, until) ?? afterWindow(draft, window, until);
    if (next === undefined) return reason && { reason, until };
    reason ??= next.reason;
    ({ until } = next);
  }
  return { reason: "never" };
};

type Hold = Extract<HeldBack, { readonly until: number }>;

const afterQuiet = (draft: Draft, quiet: ZonedWindow | undefined, at: number): Hold | undefined => {
  const state = quiet && windowAt(at, quiet, zoneIn(draft, quiet));
  return state?.open === true ? { reason: "quiet hours", until: state.closesAt } : undefined;
};

const afterWindow = (draft: Draft, window: ZonedWindow | undefined, at: number): Hold | undefined => {
  const state = window && windowAt(at, window, zoneIn(draft, window));
  return state?.open === false ? { reason: "window", until: state.opensAt } : undefined;
};

type ZonedWindow = DailyWindow & { readonly zone?: string | undefined };

/** "user", or nothing said: the user's own. */
const zoneIn = (draft: Draft, { zone }: ZonedWindow): string =>
  zone === undefined || zone === "user" ? zoneOf(draft.state.profile, draft.context.catalog.document.timezone) : zone;

const quietHoursOf = (rules: WorkspaceRules | undefined, message: Message): ZonedWindow | undefined => {
  const quiet = rules?.quietHours;
  if (quiet === undefined || message.transactional === true) return undefined;
  return quiet.channels === undefined || quiet.channels.includes(message.channel) ? quiet : undefined;
};

/** A window that no longer exists holds nothing back: whoever took it away wanted that. */
const windowOf = (rules: WorkspaceRules | undefined, { window }: Message): SendWindow | undefined => {
  if (typeof window !== "string") return window;
  const named = rules?.windows ?? {};
  return Object.hasOwn(named, window) ? named[window] : undefined;
};

/** Puts a new message before whoever sends: at once, or held until its user most likely reads it. */
export const queueAtBestTime = (draft: Draft, message: Message, bestTime: BestTime | undefined): void => {
  if (bestTime === undefined) return queueMessage(draft, message);
  const until = draft.at + windowMs(bestTime.within);
  const { otherwise } = bestTime;
  const best = chosenAnew(draft, message, { at: draft.at, until, ...(otherwise !== undefined && { otherwise }) });
  const timed = { ...message, best };
  if (best.at > draft.at) holdMessage(draft, timed, BEST_TIME, best.at);
  else queueMessage(draft, timed);
};

type Best = NonNullable<Message["best"]>;

/** The best time from now on, by what is known by now. */
const chosenAnew = (draft: Draft, message: Message, best: Best): Best => {
  const now = draft.at;
  const found = draft.context.history.matches(openings.id, null, { after: now - LOOKS_BACK_MS, upTo: now }, MOST_OPENINGS);
  const at = bestInstant({
    openings: found.map(({ order }) => order[0]),
    now,
    until: best.until,
    zone: zoneOf(draft.state.profile, draft.context.catalog.document.timezone),
    otherwise: best.otherwise,
    isFree: (instant) => byClock(draft, message, instant) === undefined,
  });
  return { ...best, at };
};

/** Messages held back by the clock, after the user's zone or the rules changed: asked again now, or held until another instant. */
export const reconsiderHeld = (draft: Draft): void => {
  for (const message of Object.values(draft.state.open)) {
    if (message.status !== "held" || !heldReasons.some((reason) => reason === message.reason)) continue;
    const { best } = message;
    const moved = best !== undefined && draft.at < best.at ? { ...message, best: chosenAnew(draft, message, best) } : message;
    const held = heldBack(draft, moved);
    if (held === undefined || held.reason === "never") queueMessage(draft, moved);
    else if (held.until !== message.due) holdMessage(draft, moved, held.reason, held.until);
  }
};
