import { catalogOf } from "../definitions.ts";
import { loneUser, trackEvent } from "../lone-user.ts";
import { dollars, perGbMonth } from "../prices.ts";
import type { Row } from "../row.ts";

const users = 1_000_000;
/** A directory row with its indexes, a segment's membership, and their share of pages. */
const directoryBytes = 1_000;
/** The alarm's invocation is billed as a request, and the object is awake for a moment: about 50 ms of 128 MB. */
const gbSecondsPerWake = 0.05 * 0.128;
const perMillionGbSeconds = 12.5;

/** What a million users cost who wait in a journey and do nothing else. */
export const idle: Row = {
  name: "idle",
  run: () => {
    const catalog = catalogOf(2);
    const user = loneUser(catalog);
    user.apply([{ ...trackEvent("Signed Up", Date.now()), type: "identify", traits: { email: "one@example.com", plan: "pro" } }]);
    user.apply([trackEvent("Product Viewed", Date.now())]); // starts two journeys that wait
    const waiting = { bytes: user.bytes(), rows: user.rowsWritten() };
    for (let n = 0; n < 10; n++) user.apply([trackEvent("Something Else", Date.now())]);
    const bytes = user.bytes();
    user.close();
    const storage = (users * (bytes * perGbMonth.object + directoryBytes * perGbMonth.database)) / 1e9;
    const { total: wake } = dollars({
      request: 0,
      cpuMs: 2,
      queueOperation: 3,
      objectRequest: 1,
      objectRowWritten: 4, // the alarm's row, the run's, the state's, the timeline's
      databaseRowWritten: 2,
      rowRead: 20,
    });
    const duration = gbSecondsPerWake * perMillionGbSeconds;
    return Promise.resolve([
      {
        label: "Keeping a million idle users, each waiting in two journeys, twelve events behind it",
        value: `$${storage.toFixed(2)} a month (${(bytes / 1024).toFixed(0)} KB an object, ${(directoryBytes / 1000).toFixed(0)} KB in the directory); nothing else while nobody moves`,
        data: { bytes, storage, waiting },
      },
      {
        label: "One alarm each, when the wait is over",
        value: `$${(wake + duration).toFixed(2)} once (of it $${duration.toFixed(2)} for being awake)`,
        data: { wake, duration },
      },
    ]);
  },
};
