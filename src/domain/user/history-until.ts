import type { History, HistoryRange } from "./history.ts";

/** The history as it was at an instant (ms): what happened later is not seen. For questions about a window that is over. */
export const historyUntil = (history: History, until: number): History => {
  const within = <Range extends HistoryRange>(range: Range): Range => ({ ...range, upTo: Math.min(range.upTo ?? until, until) });
  return {
    until,
    append: (event) => history.append(event),
    refuse: (event) => history.refuse(event),
    has: (id) => history.has(id),
    event: (id) => history.event(id),
    matches: (tally, key, range, limit) => history.matches(tally, key, within(range), limit),
    firstMatches: (tally, key, range, limit) => history.firstMatches(tally, key, within(range), limit),
    addMatch: (tally, key, match) => history.addMatch(tally, key, match),
    removeMatch: (tally, key, match) => history.removeMatch(tally, key, match),
    // Figures are of the whole history: none holds of a part of it.
    figure: () => undefined,
    keepFigure: () => undefined,
    named: (name, range, limit) => history.named(name, within(range), limit),
    byName: (name, range, limit, before) => history.byName(name, within(range), limit, before),
    message: (id) => history.message(id),
    messages: (before, limit) => history.messages(before, limit),
  };
};
