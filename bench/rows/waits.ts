import { setTimeout as sleep } from "node:timers/promises";
import { assertClean, percentile, throughput, type Bench, type Result, type Row } from "../row.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { makeUsers } from "../journeys.ts";
import { mostAwake } from "../open-files.ts";
import { drained, until } from "../state-files.ts";

const lateness = async (bench: Bench): Promise<Result> => {
  const [knownUsers, perSecond, waitSeconds] = [1000, 50, 5];
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed", wait: `PT${waitSeconds}S` });
  await makeUsers(tern, knownUsers);
  await sleep(15_000 * Math.min(1, bench.scale)); // until the objects made just now have gone to sleep: see latency
  const sentAt = new Map<number, number>();
  const count = Math.max(50, Math.round(1000 * bench.scale));
  const startedAt = performance.now();
  const sending: Promise<unknown>[] = [];
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, startedAt + (n * 1000) / perSecond - performance.now()));
    sentAt.set(n, performance.now());
    sending.push(tern.track("track", trackOf(userOf(n * 7, knownUsers), "Order Completed", { n })));
  }
  await Promise.all(sending);
  await until(() => sink.calls.length >= count, (waitSeconds + 60) * 1000, "the last provider call");
  // From sending the event: what it took to enter the journey counts as lateness too.
  const late = sink.calls.map(
    (call) => call.at - (sentAt.get((JSON.parse(call.body) as { n: number }).n) ?? Number.NaN) - waitSeconds * 1000,
  ); // the body is our own template's
  const p99 = percentile(late, 0.99);
  return {
    label: `Lateness of waits, ${perSecond} due per second (to the provider call)`,
    value: `p50 ${percentile(late, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${Math.max(...late).toFixed(0)} ms`,
    target: "p99 <= 250 ms",
    met: p99 <= 250,
    data: { p99 },
  };
};

const allAtOnce = async (bench: Bench): Promise<Result> => {
  const users = Math.min(Math.max(100, Math.round(10_000 * bench.scale)), mostAwake());
  const waitMs = 60_000;
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed", wait: `PT${waitMs / 1000}S` });
  const perBatch = 100;
  const startedAt = Date.now();
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: perBatch }, (_, index) =>
        trackOf(userOf(n * perBatch + index, users), "Order Completed", { n: n * perBatch + index }),
      ),
    );
  assertClean(await drive({ url: tern.url, connections: 4, count: users / perBatch, call }));
  await drained(tern.state);
  if (sink.calls.length > 0) throw new Error(`filling took ${Date.now() - startedAt} ms: longer than the wait`);
  // While it is stopped every wait runs out; started again, all are due at once.
  const enteredAt = Date.now();
  await tern.kill();
  await sleep(enteredAt + waitMs - Date.now() + 1000);
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    await tern.restart();
    const from = performance.now();
    await until(() => sink.calls.length >= users, 600_000, "the last provider call");
    return users / ((performance.now() - from) / 1000);
  });
  return throughput({
    label: `${users.toLocaleString("en")} waits due at once after a restart, sent`,
    unit: "messages",
    perSecond: measured,
    noOpPerSecond,
  });
};

/** How late waits end at a modest rate. */
export const waits: Row = { name: "waits", run: async (bench) => [await lateness(bench)] };

/** How fast a pile of due waits is worked off. */
export const waitsAtOnce: Row = { name: "waits-at-once", run: async (bench) => [await allAtOnce(bench)] };
