import { setTimeout as sleep } from "node:timers/promises";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { makeUsers } from "../journeys.ts";
import { assertClean, percentile, type Bench, type Result, type Row } from "../row.ts";
import { countState, drained, until } from "../state-files.ts";

const rate = { count: 200, perMs: 1_000, per: "PT1S" } as const;
const [perBatch, knownUsers] = [100, 1_000];
/** A claim that a kill cut off holds for its lease of two minutes, and its next attempt waits a little more. */
const recoveredWithinMs = 600_000;

/** The most of these instants (ms) that lie in any window of the rate's length, half open: two a whole window apart are in two. */
const mostInAnyWindow = (instants: readonly number[], windowMs: number): number => {
  const sorted = instants.toSorted((a, b) => a - b);
  let [most, from] = [0, 0];
  for (const [index, at] of sorted.entries()) {
    while (at - (sorted[from] ?? at) >= windowMs) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
};

const underRate = async (bench: Bench, withKill: boolean): Promise<Result> => {
  const messages = Math.max(200, Math.round((3_000 * bench.scale) / perBatch) * perBatch);
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed", rate: { count: rate.count, per: rate.per } });
  await makeUsers(tern, knownUsers);
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: perBatch }, (_, index) =>
        trackOf(userOf(n * perBatch + index, knownUsers), "Order Completed", { n: n * perBatch + index }),
      ),
    );
  assertClean(await drive({ url: tern.url, connections: 4, count: messages / perBatch, call }));
  await until(() => sink.calls.length > 0, 60_000, "the first provider call");
  let downMs = 0;
  if (withKill) {
    await until(() => sink.calls.length >= messages / 2, 300_000, "half of the provider calls");
    const killedAt = performance.now();
    await tern.kill();
    await sleep(200);
    await tern.restart();
    downMs = performance.now() - killedAt;
  }
  const settled = (): number => countState(tern.state, "SELECT count(*) FROM messages WHERE status = 'sent'");
  await until(() => settled() >= messages, recoveredWithinMs, `settling ${messages} messages`);
  await drained(tern.state);
  const instants = sink.calls.map(({ at }) => at).toSorted((a, b) => a - b);
  const most = mostInAnyWindow(instants, rate.perMs);
  const begun = instants[0] ?? Number.NaN;
  const [last, most99] = [percentile(instants, 1), percentile(instants, 0.99)].map((at) => (at - begun - downMs) / 1000) as [
    number,
    number,
  ];
  const ideal = ((messages - rate.count) / rate.count) * (rate.perMs / 1000);
  const distinct = new Set(sink.calls.map(({ headers }) => headers["idempotency-key"])).size;
  if (distinct !== messages) throw new Error(`expected ${messages} messages, got ${distinct}`);
  const down = withKill ? `, ${(downMs / 1000).toFixed(1)} s of being down left out` : "";
  return {
    label: `${messages.toLocaleString("en")} messages under a rate of ${rate.count} a second${withKill ? ", all processes killed at half" : ""}`,
    value: `at most ${most} in any second; 99% after ${most99.toFixed(1)} s, last after ${last.toFixed(1)} s (ideal ${ideal.toFixed(1)} s)${down}; ${sink.calls.length - distinct} called twice with their key`,
    target: `<= ${rate.count} in any window`,
    met: most <= rate.count,
    data: { messages, most, last, most99, ideal, downMs, calls: sink.calls.length },
  };
};

/** Does a provider ever see more than its rate allows, and how near does sending come to it? */
export const rateRow: Row = { name: "rate", run: async (bench) => [await underRate(bench, false), await underRate(bench, true)] };
