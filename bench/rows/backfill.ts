import { compileCatalog } from "../../src/domain/catalog/compile.ts";
import { segmentSchema } from "../../src/domain/segment/segment.ts";
import { batchCall, trackOf, userOf } from "../calls.ts";
import { cpuMsOf } from "../cpu.ts";
import { catalogOf } from "../definitions.ts";
import { drive } from "../driver.ts";
import { makeUsers } from "../journeys.ts";
import { loneUser, trackEvent } from "../lone-user.ts";
import { dollars } from "../prices.ts";
import { assertClean, type Result, type Row } from "../row.ts";
import { countState, drained, until } from "../state-files.ts";

const eventsPerUser = 20;
const extrapolated = 100_000;
/** Rows of D1 read for each user: the directory's page, and its number of facts. */
const directoryReads = 3;

/** Counts what the users have done before it was published, so each user's past is counted anew. */
const segment = {
  key: "viewers",
  name: "Viewers",
  kind: "dynamic",
  condition: {
    type: "event",
    event: "Product Viewed",
    where: [{ path: "properties.price", operator: "at-least", value: 10 }],
    count: { operator: "at-least", value: eventsPerUser / 2 },
  },
};

/** Rows an object writes when it counts its past for one new condition and joins the segment, and rows it is answered. */
const objectRows = (): { readonly written: number; readonly read: number } => {
  const catalog = catalogOf(0);
  const newer = compileCatalog({ ...catalog.document, version: 2, segments: [segmentSchema.parse(segment)] });
  const user = loneUser(catalog);
  user.apply(Array.from({ length: eventsPerUser }, () => trackEvent("Product Viewed", Date.now())));
  const [written, read] = [user.rowsWritten(), user.rowsRead()];
  user.stimulate({ type: "refresh", silent: true }, newer);
  const rows = { written: user.rowsWritten() - written, read: user.rowsRead() - read };
  user.close();
  return rows;
};

const run = async (bench: Parameters<Row["run"]>[0]): Promise<readonly Result[]> => {
  const users = Math.max(200, Math.round((10_000 * bench.scale) / 100) * 100);
  const tern = await bench.start();
  await makeUsers(tern, users);
  const batches = (users * eventsPerUser) / 100;
  const call = (n: number) =>
    batchCall(
      tern,
      Array.from({ length: 100 }, (_, index) => trackOf(userOf(Math.floor((n * 100 + index) / eventsPerUser), users), "Product Viewed")),
    );
  assertClean(await drive({ url: tern.url, connections: 4, count: batches, call }));
  await drained(tern.state);
  const cpuBefore = cpuMsOf(tern.processGroup());
  const { measured: seconds } = await bench.besideNoOp(async () => {
    const from = performance.now();
    await tern.api("PUT", "/api/segments/viewers", segment);
    const members = () => countState(tern.state, "SELECT count(*) FROM memberships WHERE segment = 'viewers'");
    await until(() => members() >= users, 3_600_000, "the last user's membership");
    return (performance.now() - from) / 1000;
  });
  const cpuMs = (cpuMsOf(tern.processGroup()) - cpuBefore) / users;
  const rows = objectRows();
  // In millions, of the users extrapolated to: a directory page is one read per user, a join one row and its count.
  const millions = extrapolated / 1e6;
  const { total } = dollars({
    request: 0,
    cpuMs: cpuMs * millions,
    queueOperation: 0,
    objectRequest: millions,
    objectRowWritten: rows.written * millions,
    databaseRowWritten: 2 * millions,
    rowRead: (rows.read + directoryReads) * millions,
  });
  return [
    {
      label: `Backfill of ${users.toLocaleString("en")} users with ${eventsPerUser} matching events each, counted anew and joined`,
      value: `${Math.round(users / seconds).toLocaleString("en")} users/s, ${cpuMs.toFixed(2)} ms of CPU each`,
      data: { users, seconds, cpuMs },
    },
    {
      label: `the same for ${extrapolated.toLocaleString("en")} users, in proportion`,
      value: `${(extrapolated / (users / seconds) / 60).toFixed(1)} minutes here, $${total.toFixed(2)} at list prices (${rows.written} object rows each)`,
      data: { total, rows },
    },
  ];
};

/** How fast, and at what cost, the users there are come to know a new segment. */
export const backfill: Row = { name: "backfill", run };
