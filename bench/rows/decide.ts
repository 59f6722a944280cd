import type { Result, Row } from "../row.ts";
import { catalogOf, matchedEvent } from "../definitions.ts";
import { loneUser, trackEvent } from "../lone-user.ts";

const perTransaction = 10;

/** Events per second of one user: decided, filed in history and committed, ten to a transaction. */
const measure = (given: {
  readonly definitions: number;
  readonly past: number;
  readonly events: number;
}): { perSecond: number; rowsPerEvent: number } => {
  const user = loneUser(catalogOf(given.definitions));
  user.apply([{ ...trackEvent("Signed Up", Date.now()), type: "identify", traits: { plan: "pro", email: "one@example.com" } }]);
  user.fill(given.past);
  const batches = Array.from({ length: given.events / perTransaction }, () =>
    Array.from({ length: perTransaction }, () => trackEvent(matchedEvent, Date.now())),
  );
  for (const batch of batches.splice(0, Math.ceil(batches.length / 10))) user.apply(batch); // warm: compiled, entered, members
  const rowsBefore = user.rowsWritten();
  const from = performance.now();
  for (const batch of batches) user.apply(batch);
  const seconds = (performance.now() - from) / 1000;
  const events = batches.length * perTransaction;
  const rowsPerEvent = (user.rowsWritten() - rowsBefore) / events;
  user.close();
  return { perSecond: events / seconds, rowsPerEvent };
};

const resultOf = (given: { readonly definitions: number; readonly past: number; readonly events: number }, target?: number): Result => {
  const { perSecond, rowsPerEvent } = measure(given);
  const named = (n: number): string => n.toLocaleString("en");
  return {
    label: `decide + history + commit, one core: ${named(given.definitions)} journeys and segments (2 of each match), ${named(given.past)} past events`,
    value: `${named(Math.round(perSecond))} events/s, ${rowsPerEvent.toFixed(2)} rows written per event`,
    ...(target === undefined ? {} : { target: `>= ${named(target)} events/s`, met: perSecond >= target }),
    data: { perSecond, rowsPerEvent, ...given },
  };
};

/** The core over the real history port, in plain Node: flat in the number of definitions and in the length of history. */
export const decideRow: Row = {
  name: "decide",
  run: async (bench) => {
    const events = Math.max(200, Math.round((20_000 * bench.scale) / perTransaction) * perTransaction);
    const past = [10, 10_000, Math.round(1_000_000 * bench.scale)];
    return [
      ...[10, 100, 1000].map((definitions) => resultOf({ definitions, past: 1000, events }, definitions === 100 ? 50_000 : undefined)),
      ...past.map((count) => resultOf({ definitions: 100, past: count, events })),
    ];
  },
};
