import { assertClean, throughput, type Bench, type Result, type Row } from "../row.ts";
import { batchCall, singleCall, trackOf, userOf } from "../calls.ts";
import { drive } from "../driver.ts";
import { installHook } from "../../test/install-hook.ts";
import { makeUsers } from "../journeys.ts";
import { countState, drained, until } from "../state-files.ts";

const knownUsers = 1000;
const connections = 32;

const complete = async (bench: Bench, perRequest: number): Promise<Result> => {
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed" });
  await makeUsers(tern, knownUsers);
  const requests = Math.max(2, Math.round((3000 * bench.scale) / perRequest));
  const runs = requests * perRequest;
  const item = (n: number): Readonly<Record<string, unknown>> => trackOf(userOf(n, knownUsers), "Order Completed", { n });
  const { measured, noOpPerSecond } = await bench.besideNoOp(async () => {
    const startedAt = performance.now();
    const call = (n: number) =>
      perRequest === 1
        ? singleCall(tern, item(n))
        : batchCall(
            tern,
            Array.from({ length: perRequest }, (_, index) => item(n * perRequest + index)),
          );
    assertClean(await drive({ url: tern.url, connections, count: requests, call }));
    const settled = (): number => countState(tern.state, "SELECT count(*) FROM messages WHERE status = 'sent'");
    await until(() => settled() >= runs, 300_000, `settling ${runs} messages`);
    await drained(tern.state);
    return runs / ((performance.now() - startedAt) / 1000);
  });
  const delivered = new Set(sink.calls.map((call) => call.headers["idempotency-key"]));
  if (delivered.size !== runs || sink.calls.length !== runs)
    throw new Error(`expected ${runs} calls, got ${sink.calls.length} (${delivered.size} different)`);
  return throughput({
    label: `Complete journeys (trigger, send, exit, settled), ${perRequest} trigger${perRequest === 1 ? "" : "s"} per request`,
    unit: "journeys",
    perSecond: measured,
    noOpPerSecond,
    least: 0.05,
    aim: 0.1,
    extra: `absolute target >= 250/s (aim 400): ${measured >= 250 ? "met" : "missed"}`,
  });
};

/** Journeys from trigger to settled message at a local sink, for 1,000 known users. */
export const journeys: Row = { name: "journeys", run: async (bench) => [await complete(bench, 1), await complete(bench, 100)] };
