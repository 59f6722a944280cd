import { assertClean, throughput, type Bench, type Result, type Row } from "../row.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { makeUsers } from "../journeys.ts";
import { drained } from "../state-files.ts";

const perBatch = 100;
const knownUsers = 1000;
/** As many requests at once as a shop's servers would have open. */
const connections = 32;

/** Users of the n-th batch: so many different ones, each with equally many events. */
const batchOf = (n: number, usersPerBatch: number): readonly Readonly<Record<string, unknown>>[] =>
  Array.from({ length: perBatch }, (_, index) =>
    trackOf(userOf(n * usersPerBatch + (index % usersPerBatch), knownUsers), "Product Viewed"),
  );

const acceptOnly = async (bench: Bench): Promise<Result> => {
  const tern = await bench.start();
  await makeUsers(tern, knownUsers);
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    const result = await drive({
      url: tern.url,
      connections,
      durationMs: 10_000 * bench.scale,
      call: (n) => batchCall(tern, batchOf(n, 10)),
    });
    assertClean(result);
    return result;
  });
  return throughput({
    label: "Batched ingest, 100 per request, accepted in a 10 s burst",
    unit: "events",
    perSecond: measured.perSecond * perBatch,
    noOpPerSecond,
    least: 4,
    aim: 6,
  });
};

const drainedToo = async (bench: Bench, usersPerBatch: number, least: number): Promise<Result> => {
  const tern = await bench.start();
  await makeUsers(tern, knownUsers);
  const batches = Math.max(4, Math.round(200 * bench.scale));
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    const startedAt = performance.now();
    assertClean(await drive({ url: tern.url, connections, count: batches, call: (n) => batchCall(tern, batchOf(n, usersPerBatch)) }));
    await drained(tern.state);
    return (batches * perBatch) / ((performance.now() - startedAt) / 1000);
  });
  return throughput({
    label: `Batched ingest, applied and projected, ${usersPerBatch} users per batch`,
    unit: "events",
    perSecond: measured,
    noOpPerSecond,
    least,
  });
};

/** Batches of 100 events: how fast they are accepted, and how fast they are applied to the last. */
export const ingestBatched: Row = {
  name: "ingest-batched",
  run: async (bench) => [await acceptOnly(bench), await drainedToo(bench, 10, 0.5), await drainedToo(bench, 100, 0.2)],
};
