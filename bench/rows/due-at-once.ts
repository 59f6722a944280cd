import { setTimeout as sleep } from "node:timers/promises";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { cpuMsOf } from "../cpu.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { mostAwake } from "../open-files.ts";
import { assertClean, percentile, throughput, type Bench, type Result, type Row } from "../row.ts";
import { drained, until } from "../state-files.ts";

const perBatch = 100;
const journeys = ["first", "second"] as const;
/** Entries filed a second even on a busy machine, and what is left over between the last of them and the instant. */
const filedPerSecond = 100;
const marginMs = 15_000;

/** Every user waits in two journeys until the very same instant: one message each. */
const dueAtOnce = async (bench: Bench): Promise<readonly Result[]> => {
  const users = Math.min(Math.max(100, Math.round(5_000 * bench.scale)), mostAwake());
  const messages = users * journeys.length;
  const [tern, sink] = [await bench.start(), await bench.sink()];
  for (const key of journeys) await installHook(tern.api, sink, { key, event: "Order Completed", wait: { trigger: "properties.at" } });
  const due = Date.now() + marginMs + (messages / filedPerSecond) * 1000;
  const at = new Date(due).toISOString();
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: perBatch }, (_, index) =>
        trackOf(userOf(n * perBatch + index, users), "Order Completed", { n: n * perBatch + index, at }),
      ),
    );
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    assertClean(await drive({ url: tern.url, connections: 4, count: users / perBatch, call }));
    await drained(tern.state);
    if (Date.now() > due) throw new Error(`filing ${users} entries took longer than until the instant they wait for`);
    await sleep(due - Date.now());
    const cpuBefore = cpuMsOf(tern.processGroup());
    await until(() => sink.calls.length >= messages, 600_000, "the last provider call");
    const late = sink.calls.map((one) => (performance.timeOrigin + one.at - due) / 1000);
    return { late, cpuMs: (cpuMsOf(tern.processGroup()) - cpuBefore) / messages };
  });
  const { late, cpuMs } = measured;
  const distinct = new Set(sink.calls.map(({ headers }) => headers["idempotency-key"])).size;
  if (distinct !== messages) throw new Error(`expected ${messages} messages, got ${distinct}`);
  const [first, median, last] = [Math.min(...late), percentile(late, 0.5), Math.max(...late)];
  return [
    throughput({
      label: `${messages.toLocaleString("en")} messages due at the same second, of ${users.toLocaleString("en")} users with two journeys each`,
      unit: "messages",
      perSecond: messages / last,
      noOpPerSecond,
      extra: `provider called after: first ${first.toFixed(2)} s, median ${median.toFixed(1)} s, last ${last.toFixed(1)} s; ${cpuMs.toFixed(2)} ms of CPU each`,
      data: { users, messages, first, median, last, cpuMs, calls: sink.calls.length },
    }),
  ];
};

/** How long it takes until the last of many is sent that are due together. */
export const dueAtOnceRow: Row = { name: "due-at-once", run: dueAtOnce };
