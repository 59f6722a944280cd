import { drive } from "./driver.ts";
import { batchCall, userOf } from "./calls.ts";
import type { Tern } from "./row.ts";
import { drained } from "./state-files.ts";

/** Makes users known before a measurement: one identify each, applied and projected. */
export const makeUsers = async (tern: Tern, count: number): Promise<void> => {
  const perBatch = 100;
  await drive({
    url: tern.url,
    connections: 4,
    count: Math.ceil(count / perBatch),
    call: (n) =>
      batchCall(
        tern,
        Array.from({ length: Math.min(perBatch, count - n * perBatch) }, (_, index) => {
          const userId = userOf(n * perBatch + index, count);
          return { type: "identify", messageId: `identify-${userId}`, userId, traits: { email: `${userId}@example.com`, plan: "free" } };
        }),
      ),
  });
  await drained(tern.state);
};
