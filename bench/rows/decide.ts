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

interface Measured {
  readonly perSecond: number;
  /** Rows written, and rows that statements answered. */
  readonly rowsPerEvent: number;
  readonly readPerEvent: number;
}

/** Events per second of one user: decided and filed in history. */
const measure = (given: Given): Measured => {
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
  const [rowsBefore, readBefore] = [user.rowsWritten(), user.rowsRead()];
  const from = performance.now();
  for (const batch of batches) take(batch);
  const seconds = (performance.now() - from) / 1000;
  const events = batches.length * size;
  const rowsPerEvent = (user.rowsWritten() - rowsBefore) / events;
  const readPerEvent = (user.rowsRead() - readBefore) / events;
  user.close();
  return { perSecond: events / seconds, rowsPerEvent, readPerEvent };
};

/** Each measured twice, one after the other and then again, the faster one kept: what else the machine does hits some of them. */
const best = (all: readonly Given[]): readonly { readonly given: Given; readonly measured: Measured }[] => {
  const first = all.map(measure);
  const second = all.map(measure);
  return all.map((given, index) => {
    const [a, b] = [first[index], second[index]];
    if (a === undefined || b === undefined) throw new Error("expected two measurements of each");
    return { given, measured: a.perSecond >= b.perSecond ? a : b };
  });
};

/** The same from the smallest to the largest: the slowest within twice the fastest, and as many rows written and read. */
const flat = (what: string, measured: readonly Measured[]): Result => {
  const speeds = measured.map(({ perSecond }) => perSecond);
  const ratio = Math.max(...speeds) / Math.min(...speeds);
  const [first] = measured;
  const isSame = measured.every(
    ({ rowsPerEvent, readPerEvent }) => rowsPerEvent === first?.rowsPerEvent && Math.abs(readPerEvent - first.readPerEvent) < 0.01,
  );
  const rows = measured.map(({ rowsPerEvent, readPerEvent }) => `${rowsPerEvent.toFixed(2)}/${readPerEvent.toFixed(2)}`);
  return {
    label: `decide + history, flat in ${what}`,
    value: `slowest ${ratio.toFixed(2)} times the fastest; rows written/answered per event ${rows.join(", ")}`,
    target: "within 2x, rows constant",
    met: ratio <= 2 && isSame,
    data: { ratio, isSame, speeds },
  };
};

const resultOf = (given: Given, { perSecond, rowsPerEvent, readPerEvent }: Measured, target?: number): Result => {
  const named = (n: number): string => n.toLocaleString("en");
  return {
    label: `decide + history${given.commits ? " + commit" : ""}, ${perTransaction(given)} events a transaction, one core: ${named(given.definitions)} journeys and segments (2 of each match), ${named(given.past)} past events`,
    value: `${named(Math.round(perSecond))} events/s, ${rowsPerEvent.toFixed(2)} rows written and ${readPerEvent.toFixed(2)} answered per event`,
    ...(target === undefined ? {} : { target: `>= ${named(target)} events/s`, met: perSecond >= target }),
    data: { perSecond, rowsPerEvent, readPerEvent, ...given },
  };
};

/** The core over the real history port, in plain Node: flat in the number of definitions and in the length of history. */
export const decideRow: Row = {
  name: "decide",
  run: async (bench) => {
    const events = Math.max(1_000, Math.round((30_000 * bench.scale) / 100) * 100);
    const past = [10, 10_000, Math.round(1_000_000 * bench.scale)];
    const usual = { definitions: 100, past: 1000, events };
    const byDefinitions = best([10, 100, 1_000].map((definitions) => ({ ...usual, definitions, commits: false })));
    const byPast = best(past.map((count) => ({ ...usual, past: count, commits: false })));
    const whole = { ...usual, commits: true };
    return [
      ...byDefinitions.map(({ given, measured }) => resultOf(given, measured, given.definitions === 100 ? 50_000 : undefined)),
      flat(
        "definitions, 10 to 1,000",
        byDefinitions.map(({ measured }) => measured),
      ),
      ...byPast.map(({ given, measured }) => resultOf(given, measured)),
      flat(
        `past events, 10 to ${Math.max(...past).toLocaleString("en")}`,
        byPast.map(({ measured }) => measured),
      ),
      resultOf(whole, measure(whole)),
    ];
  },
};
