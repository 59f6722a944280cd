import type { Row } from "../row.ts";
import { catalogOf } from "../definitions.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { cpuMsOf } from "../cpu.ts";
import { drive } from "../driver.ts";
import { makeUsers } from "../journeys.ts";
import { loneUser, trackEvent } from "../lone-user.ts";
import { dollars } from "../prices.ts";
import { installHook } from "../../test/install-hook.ts";
import { assertClean, type Bench, type Result } from "../row.ts";
import { countState, drained, until } from "../state-files.ts";

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

/**
 * What one message writes and calls, from its event to its being settled; workers/message-cost.worker.test.ts holds these.
 * Beside them its user's alarm, which looks after it a quarter of a minute later: set, woken, and noting what was projected.
 */
const perSent = { objectRows: 10, objectCalls: 3, databaseRows: 8.2, alarm: { rows: 2, wakes: 1 } } as const;

/** What a million messages cost beside what their providers ask: one event each, in requests of 100, by an HTTP provider. */
const ofMessages = async (bench: Bench): Promise<Result> => {
  const [tern, sink] = [await bench.start(), await bench.sink()];
  await installHook(tern.api, sink, { key: "bench", event: "Order Completed" });
  await makeUsers(tern, knownUsers);
  const batches = Math.max(5, Math.round(30 * bench.scale));
  const messages = batches * perBatch;
  const batchOf = (n: number) =>
    Array.from({ length: perBatch }, (_, index) => trackOf(userOf(n * perBatch + index, knownUsers), "Order Completed", { n: index }));
  const cpuBefore = cpuMsOf(tern.processGroup());
  assertClean(await drive({ url: tern.url, connections: 8, count: batches, call: (n) => batchCall(tern, batchOf(n)) }));
  const sent = (): number => countState(tern.state, "SELECT count(*) FROM messages WHERE status = 'sent'");
  await until(() => sent() >= messages, 300_000, `settling ${messages} messages`);
  await drained(tern.state);
  const cpuPerMessage = (cpuMsOf(tern.processGroup()) - cpuBefore) / messages;
  const { total, items } = dollars({
    request: 1 / perBatch,
    cpuMs: cpuPerMessage,
    queueOperation: operationsPerMessage * (1 + 1 / perBatch),
    objectRequest: perSent.objectCalls + perSent.alarm.wakes,
    objectRowWritten: perSent.objectRows + perSent.alarm.rows,
    databaseRowWritten: perSent.databaseRows + intakeRows / perBatch,
    rowRead: 40,
  });
  return {
    label: "Cost of a million messages from their events to being settled (provider's price apart)",
    value: `$${total.toFixed(2)} (${items.map(([item, part]) => `${item} $${part.toFixed(2)}`).join(", ")})`,
    data: { total, cpuPerMessage },
  };
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
      await ofMessages(bench),
    ];
  },
};
