import { batchCall, trackOf, userOf } from "../calls.ts";
import { residentOf } from "../cpu.ts";
import { drive } from "../driver.ts";
import { assertClean, type Bench, type Result, type Row, type Tern } from "../row.ts";
import { drained } from "../state-files.ts";

const segment = {
  key: "often",
  name: "Often",
  kind: "dynamic",
  condition: { type: "event", event: "Product Viewed", within: "P7D", count: { operator: "at-least", value: 5 } },
};

/** So many events of each of the users, a hundred of one user to a request. */
const fill = async (tern: Tern, users: number, eventsEach: number): Promise<void> => {
  const perUser = Math.ceil(eventsEach / 100);
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: Math.min(100, eventsEach) }, () => trackOf(userOf(Math.floor(n / perUser), users), "Product Viewed")),
    );
  assertClean(await drive({ url: tern.url, connections: 4, count: users * perUser, call }));
  await drained(tern.state, 3_600_000);
};

/** Bytes that each object adds when it wakes, is applied an event to, and stays awake. */
const growth = async (bench: Bench, users: number, eventsEach: number): Promise<number> => {
  const tern = await bench.start();
  await tern.api("PUT", "/api/segments/often", segment);
  await fill(tern, users, eventsEach);
  // A fresh process: what filling left in memory is gone, and the objects sleep. One batch of new users warms it.
  await tern.kill();
  await tern.restart();
  const wake = (prefix: string, count: number) =>
    drive({
      url: tern.url,
      connections: 4,
      count: Math.ceil(count / 10),
      call: (n) =>
        batchCall(
          tern,
          Array.from({ length: 10 }, (_, index) => trackOf(`${prefix}-${(n * 10 + index) % count}`, "Product Viewed")),
        ),
    });
  assertClean(await wake("warm", 100));
  await drained(tern.state);
  const before = residentOf(tern.processGroup());
  assertClean(await wake("user", users));
  await drained(tern.state);
  return (residentOf(tern.processGroup()) - before) / users;
};

const run = async (bench: Bench): Promise<readonly Result[]> => {
  const users = Math.max(20, Math.round((200 * bench.scale) / 10) * 10);
  const results: Result[] = [];
  for (const events of [10, 10_000]) {
    const past = Math.max(10, Math.round(events * Math.min(1, bench.scale)));
    const bytes = await growth(bench, users, past);
    results.push({
      label: `Resident memory per 1,000 awake objects with ${past.toLocaleString("en")} events each (${users} measured)`,
      value: `${((bytes * 1000) / 1e6).toFixed(0)} MB`,
      data: { bytes, users, past },
    });
  }
  return results;
};

/** What an awake object holds, and that it does not hold its history. */
export const memory: Row = { name: "memory", run };
