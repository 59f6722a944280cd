// `npm run demo`: a shop's day in a minute, sent to the instance that `npm start` runs. 1,000 people sign up, look around,
// fill carts and order; two journeys welcome them and remind them of carts left behind. Ends with what each step did.
//   --users 1000   --seconds 60
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { apiClient, type ApiClient } from "../../scripts/launch/api-client.ts";
import { readLocal } from "../../scripts/launch/local.ts";
import { stateFolder } from "../../scripts/launch/paths.ts";
import { installExample } from "./install.ts";
import { shopperDay } from "./shopper.ts";

const { values: flags } = parseArgs({
  options: { users: { type: "string", default: "1000" }, seconds: { type: "string", default: "60" } },
});
const users = Number(flags.users);
const dayMs = Number(flags.seconds) * 1000;
/** The longest wait of each journey: until then runs are still on their way. */
const settleMs = 20_000;
const sendEveryMs = 200;
const perBatch = 100;

interface JourneyStatistics {
  readonly started: number;
  readonly live: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly ended: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, number>>;
  readonly steps: Readonly<
    Record<string, { readonly entered: number; readonly waiting: number; readonly messages: Readonly<Record<string, number>> }>
  >;
}

const local = readLocal(stateFolder());
if (local === undefined)
  throw new Error("No instance has been started on this state folder yet: run `npm start` first, in another terminal.");
const api = apiClient(local.url, local.apiKey);

const ready = async (): Promise<boolean> => {
  try {
    return (await fetch(`${local.url}/health`)).ok;
  } catch {
    return false;
  }
};

/** Puts the example's journeys when they are not live (an instance started with --no-example, or an edited one). */
const ensureJourneys = async (): Promise<void> => {
  try {
    const journey = (await api("GET", "/api/journeys/abandoned-cart")) as { readonly status?: string }; // the API's own shape
    if (journey.status === "live") return;
  } catch {
    // not there: installed below
  }
  await installExample(api);
};

const sendBatch = async (batch: readonly unknown[]): Promise<void> => {
  const answer = await fetch(`${local.url}/v1/batch`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${Buffer.from(`${local.writeKey}:`).toString("base64")}` },
    body: JSON.stringify({ batch }),
  });
  const { accepted } = (await answer.json()) as { readonly accepted?: number }; // the API's own shape
  if (!answer.ok || (accepted !== undefined && accepted !== batch.length))
    throw new Error(`a batch was answered ${answer.status}, ${String(accepted)} of ${batch.length} accepted`);
};

const progress = (text: string): void => {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
};

const sendDay = async (): Promise<number> => {
  const run = Date.now().toString(36);
  const calls = Array.from({ length: users }, (_, n) => shopperDay(n, dayMs, run))
    .flat()
    .toSorted((a, b) => a.at - b.at);
  const startedAt = performance.now();
  let sent = 0;
  while (sent < calls.length) {
    const now = performance.now() - startedAt;
    let due = sent;
    while (due < calls.length && (calls[due]?.at ?? 0) <= now) due++;
    for (; sent < due; sent = Math.min(due, sent + perBatch))
      await sendBatch(calls.slice(sent, Math.min(due, sent + perBatch)).map((call) => call.item));
    progress(
      `${Math.min(24, (now / dayMs) * 24)
        .toFixed(0)
        .padStart(2)}:00  ${sent} of ${calls.length} events sent`,
    );
    await sleep(sendEveryMs);
  }
  progress("");
  return calls.length;
};

const counts = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, n]) => `${name} ${n}`)
    .join(", ");

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}`,
    )
    .join("\n");
};

const report = async (client: ApiClient, key: string): Promise<void> => {
  const statistics = (await client("GET", `/api/journeys/${key}/statistics`)) as JourneyStatistics; // the API's own shape
  const { steps } = (await client("GET", `/api/journeys/${key}`)) as {
    readonly steps: Readonly<Record<string, { readonly type: string }>>;
  };
  console.log(
    `\n${key}: ${statistics.started} runs started, ${statistics.live} under way; ended: ${counts(statistics.ended) || "none"}; goals: ${counts(statistics.goals) || "none"}`,
  );
  const rows = Object.entries(steps).map(([step, { type }]) => {
    const { entered = 0, waiting = 0, messages = {} } = statistics.steps[step] ?? {};
    return [step, type, String(entered), String(waiting), counts(messages)];
  });
  console.log(table([["step", "type", "entered", "here now", "messages"], ...rows]));
};

if (!(await ready())) throw new Error(`Nothing answers at ${local.url}: run \`npm start\` first, in another terminal.`);
await ensureJourneys();
console.log(`${users.toLocaleString("en")} people go shopping at ${local.url}; watch them at ${local.dashboardUrl}`);
const startedAt = performance.now();
const sent = await sendDay();
console.log(
  `${sent.toLocaleString("en")} events sent in ${((performance.now() - startedAt) / 1000).toFixed(0)} s; the last waits run out …`,
);
await sleep(settleMs);
for (const key of ["welcome", "abandoned-cart"]) await report(api, key);
console.log(`\nThe messages: ${local.dashboardUrl}/messages`);
