import { describe, expect, it } from "vitest";
import type { StreamState } from "../../src/storage/object/stream-store.ts";
import { streamTroubles } from "./troubles.ts";

const minute = 60_000;
const day = 1_440 * minute;
const now = 100 * day;
const well: StreamState = {
  waiting: 0,
  dropped: 0,
  droppedAt: null,
  givenUp: 0,
  givenUpAt: null,
  failures: 0,
  failingSince: null,
  nextAttemptAt: null,
  lastDeliveredAt: null,
  disabled: null,
};
const kinds = (more: Partial<StreamState>) => streamTroubles({ ...well, ...more }, now).map(({ kind, since }) => [kind, since]);

describe("streamTroubles", () => {
  it("says nothing of a stream that is well, or that fails for less than a quarter of an hour", () => {
    expect(kinds({ waiting: 1_000_000 })).toEqual([]);
    expect(kinds({ failures: 3, failingSince: now - 14 * minute })).toEqual([]);
  });

  it("says that it fails, is disabled, gave up or dropped, and since when", () => {
    expect(kinds({ failures: 9, failingSince: now - 15 * minute })).toEqual([["stream-failing", now - 15 * minute]]);
    expect(kinds({ disabled: "410", failingSince: now - day })).toEqual([["stream-disabled", now - day]]);
    expect(kinds({ givenUp: 2, givenUpAt: now - day })).toEqual([["stream-given-up", now - day]]);
    expect(kinds({ dropped: 2, droppedAt: now - day })).toEqual([["stream-dropped", now - day]]);
    expect(kinds({ dropped: 2, droppedAt: now - 7 * day })).toEqual([]);
  });

  it("tells of each trouble of one stream", () => {
    const all = { failures: 9, failingSince: 1, givenUp: 2, givenUpAt: 2, dropped: 1, droppedAt: now };
    expect(kinds(all).map(([kind]) => kind)).toEqual(["stream-failing", "stream-given-up", "stream-dropped"]);
  });
});
