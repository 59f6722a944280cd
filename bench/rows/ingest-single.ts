import { assertClean, throughput, type Row } from "../row.ts";
import { singleCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { makeUsers } from "../journeys.ts";
import { drained } from "../state-files.ts";

const knownUsers = 1000;
const connections = 32;

/** One event per request: accepted in a burst, then the same load until the last event was applied. */
export const ingestSingle: Row = {
  name: "ingest-single",
  run: async (bench) => {
    const tern = await bench.start();
    await makeUsers(tern, knownUsers);
    const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
      const startedAt = performance.now();
      const burst = await drive({
        url: tern.url,
        connections,
        durationMs: 10_000 * bench.scale,
        call: (n) => singleCall(tern, trackOf(userOf(n, knownUsers), "Product Viewed")),
      });
      assertClean(burst);
      await drained(tern.state);
      return { accepted: burst.perSecond, whole: burst.ok / ((performance.now() - startedAt) / 1000) };
    });
    return [
      throughput({
        label: "Single ingest, accepted in a 10 s burst",
        unit: "events",
        perSecond: measured.accepted,
        noOpPerSecond,
        least: 0.12,
      }),
      throughput({
        label: "Single ingest, from the first request until the last event was applied",
        unit: "events",
        perSecond: measured.whole,
        noOpPerSecond,
        least: 0.07,
      }),
    ];
  },
};
