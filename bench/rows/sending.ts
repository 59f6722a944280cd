import { assertClean, throughput, type Bench, type Result, type Row } from "../row.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { makeUsers } from "../journeys.ts";
import { until } from "../state-files.ts";

const perBatch = 100;

/** From events in to provider calls out: every event sends one message. */
const endToEnd = async (bench: Bench): Promise<Result> => {
  const messages = Math.max(500, Math.round(10_000 * bench.scale));
  const users = Math.max(200, Math.round(2_000 * bench.scale));
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed" });
  await makeUsers(tern, users);
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: perBatch }, (_, index) =>
        trackOf(userOf(n * perBatch + index, users), "Order Completed", { n: n * perBatch + index }),
      ),
    );
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    const from = performance.now();
    assertClean(await drive({ url: tern.url, connections: 4, count: Math.ceil(messages / perBatch), call }));
    await until(() => sink.calls.length >= messages, 600_000, "the last provider call");
    return messages / ((performance.now() - from) / 1000);
  });
  return throughput({
    label: `Messages end to end: event accepted, message sent and settled (${messages.toLocaleString("en")})`,
    unit: "messages",
    perSecond: measured,
    noOpPerSecond,
  });
};

/** Messages a second, from the event to the provider. */
export const sending: Row = { name: "sending", run: async (bench) => [await endToEnd(bench)] };
