import { assertClean, percentile, type Row } from "../row.ts";
import { singleCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { makeUsers } from "../journeys.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../state-files.ts";

const knownUsers = 1000;
const perSecond = 20;
const target = { p50: 15, p95: 30, p99: 60 };

/** From sending an event's request to the provider's getting the message's request, at 20 events a second. */
export const latency: Row = {
  name: "latency",
  run: async (bench) => {
    const [tern, sink] = [await bench.start(), await bench.sink()];
    await installHook(tern.api, sink, { key: "bench", event: "Order Completed" });
    await makeUsers(tern, knownUsers);
    // The runtime lets go of objects that were idle for ten seconds; a thousand of them at the same moment hold it up for one.
    await sleep(15_000 * Math.min(1, bench.scale));
    const sentAt = new Map<number, number>();
    const send = async (n: number): Promise<void> => {
      sentAt.set(n, performance.now());
      const item = trackOf(userOf(n * 7, knownUsers), "Order Completed", { n });
      // By the driver's bare socket: what an HTTP client library costs this process is not the platform's.
      assertClean(await drive({ url: tern.url, connections: 1, count: 1, call: () => singleCall(tern, item) }));
    };
    const count = Math.max(20, Math.round(600 * bench.scale));
    const warmUp = 40;
    const startedAt = performance.now();
    const sending: Promise<void>[] = [];
    for (let n = 0; n < count + warmUp; n++) {
      await sleep(Math.max(0, startedAt + (n * 1000) / perSecond - performance.now()));
      sending.push(send(n));
    }
    await Promise.all(sending);
    await until(() => sink.calls.length >= count + warmUp, 30_000, "the last provider call");
    const took = sink.calls
      .map((call) => ({ n: (JSON.parse(call.body) as { n: number }).n, at: call.at })) // the body is our own template's
      .filter(({ n }) => n >= warmUp)
      .map(({ n, at }) => at - (sentAt.get(n) ?? Number.NaN));
    const [p50, p95, p99] = [percentile(took, 0.5), percentile(took, 0.95), percentile(took, 0.99)];
    return [
      {
        label: `Event to provider call at ${perSecond}/s (${took.length} events)`,
        value: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${Math.max(...took).toFixed(0)} ms`,
        target: `p50 <= ${target.p50}, p95 <= ${target.p95}, p99 <= ${target.p99} ms`,
        met: p50 <= target.p50 && p95 <= target.p95 && p99 <= target.p99,
        data: { p50, p95, p99 },
      },
    ];
  },
};
