import type { Result, Row } from "../row.ts";
import { catalogOf, matchedEvent } from "../definitions.ts";
import { loneUser, trackEvent } from "../lone-user.ts";

interface Given {
  readonly definitions: number;
  readonly past: number;
  readonly events: number;
  /** Is what was decided committed too: state, timeline, messages? */
  readonly commits: boolean;
}

/** A full batch of one user where only deciding is measured; what a queue batch usually brings where the commit counts too. */
const perTransaction = (given: Given): number => (given.commits ? 10 : 100);

/** Events per second of one user: decided and filed in history. */
const measure = (given: Given): { perSecond: number; rowsPerEvent: number } => {
  const user = loneUser(catalogOf(given.definitions));
  const take = given.commits ? user.apply : user.decideOnly;
  user.apply([]); // lays the tables out
  take([{ ...trackEvent("Signed Up", Date.now()), type: "identify", traits: { plan: "pro", email: "one@example.com" } }]);
  user.fill(given.past);
  const size = perTransaction(given);
  const batches = Array.from({ length: given.events / size }, () =>
    Array.from({ length: size }, () => trackEvent(matchedEvent, Date.now())),
  );
  for (const batch of batches.splice(0, Math.ceil(batches.length / 10))) take(batch); // warm: compiled, entered, members
  const rowsBefore = user.rowsWritten();
  const from = performance.now();
  for (const batch of batches) take(batch);
  const seconds = (performance.now() - from) / 1000;
  const events = batches.length * size;
  const rowsPerEvent = (user.rowsWritten() - rowsBefore) / events;
  user.close();
  return { perSecond: events / seconds, rowsPerEvent };
};

const resultOf = (given: Given, target?: number): Result => {
  const { perSecond, rowsPerEvent } = measure(given);
  const named = (n: number): string => n.toLocaleString("en");
  return {
    label: `decide + history${given.commits ? " + commit" : ""}, ${perTransaction(given)} events a transaction, one core: ${named(given.definitions)} journeys and segments (2 of each match), ${named(given.past)} past events`,
    value: `${named(Math.round(perSecond))} events/s, ${rowsPerEvent.toFixed(2)} rows written per event`,
    ...(target === undefined ? {} : { target: `>= ${named(target)} events/s`, met: perSecond >= target }),
    data: { perSecond, rowsPerEvent, ...given },
  };
};

/** The core over the real history port, in plain Node: flat in the number of definitions and in the length of history. */
export const decideRow: Row = {
  name: "decide",
  run: async (bench) => {
    const events = Math.max(1_000, Math.round((30_000 * bench.scale) / 100) * 100);
    const past = [10, 10_000, Math.round(1_000_000 * bench.scale)];
    const usual = { definitions: 100, past: 1000, events };
    return [
      resultOf({ ...usual, commits: false }, 50_000),
      resultOf({ ...usual, commits: true }),
      ...[10, 1000].map((definitions) => resultOf({ ...usual, definitions, commits: false })),
      ...past.map((count) => resultOf({ ...usual, past: count, commits: false })),
    ];
  },
};
