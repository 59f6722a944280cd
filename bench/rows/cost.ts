import type { Row } from "../row.ts";
import { catalogOf } from "../definitions.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { cpuMsOf } from "../cpu.ts";
import { drive } from "../driver.ts";
import { makeUsers } from "../journeys.ts";
import { loneUser, trackEvent } from "../lone-user.ts";
import { dollars } from "../prices.ts";
import { assertClean } from "../row.ts";
import { drained } from "../state-files.ts";

const [perBatch, perUser, knownUsers] = [100, 10, 1000];
/** Database rows per request beside the event log: the intake row, written and deleted. Held by a test of the events consumer (<= 1.2 per event in all). */
const intakeRows = 2;
/** A message is written, read and deleted, per 64 KB. */
const operationsPerMessage = 3;

/** Rows the object writes per event that moves nothing, ten events to a call. */
const objectRows = (): number => {
  const user = loneUser(catalogOf(100));
  const quiet = (): ReturnType<typeof trackEvent>[] =>
    Array.from({ length: perUser }, () => trackEvent("Nothing Asks For This", Date.now()));
  user.apply(quiet());
  const before = user.rowsWritten();
  const calls = 20;
  for (let n = 0; n < calls; n++) user.apply(quiet());
  const rows = (user.rowsWritten() - before) / (calls * perUser);
  user.close();
  return rows;
};

/** What a million ordinary events cost beyond the plan, from counts: batches of 100 from 10 users, no journey moved. */
export const cost: Row = {
  name: "cost",
  run: async (bench) => {
    const tern = await bench.start();
    await makeUsers(tern, knownUsers);
    const batches = Math.max(10, Math.round(200 * bench.scale));
    const batchOf = (n: number) =>
      Array.from({ length: perBatch }, (_, index) => trackOf(userOf(n * 10 + (index % 10), knownUsers), "Product Viewed"));
    const cpuBefore = cpuMsOf(tern.processGroup());
    assertClean(await drive({ url: tern.url, connections: 8, count: batches, call: (n) => batchCall(tern, batchOf(n)) }));
    await drained(tern.state);
    const cpuPerEvent = (cpuMsOf(tern.processGroup()) - cpuBefore) / (batches * perBatch);
    const bytes = JSON.stringify(batchOf(0)).length;
    const rowsPerEvent = objectRows();
    const { total, items } = dollars({
      request: 1 / perBatch,
      cpuMs: cpuPerEvent,
      queueOperation: (operationsPerMessage * Math.ceil(bytes / 64_000)) / perBatch,
      objectRequest: 1 / perUser,
      objectRowWritten: rowsPerEvent,
      databaseRowWritten: 1 + intakeRows / perBatch,
      rowRead: 4,
    });
    return [
      {
        label: "Cost of a million events, in batches of 100 from 10 users, none moving a journey",
        value: `$${total.toFixed(2)} (${items.map(([item, part]) => `${item} $${part.toFixed(2)}`).join(", ")}); object rows per event ${rowsPerEvent.toFixed(2)}`,
        target: "<= $6",
        met: total <= 6,
        data: { total, rowsPerEvent, cpuPerEvent },
      },
      {
        label: "CPU per event of the same load, local runtime and simulator included",
        value: `${cpuPerEvent.toFixed(3)} ms`,
        data: { cpuPerEvent },
      },
    ];
  },
};
