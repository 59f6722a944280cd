import type { StreamState } from "../../src/storage/object/stream-store.ts";

/** Streams of a workspace: each is handed a copy of whatever happens. */
export const maxStreams = 20;

/** A failing endpoint is an operator's matter only when it does not mend itself. */
const failingMs = 15 * 60_000;
/** How long it is told that items were dropped. */
const toldMs = 7 * 86_400_000;

/** Something about a stream that waits for an operator; `since` in ms. */
export interface StreamTrouble {
  readonly kind: "stream-disabled" | "stream-failing" | "stream-given-up" | "stream-dropped";
  readonly detail: string;
  readonly since: number;
}

/** What waits for an operator of a stream that stands so. */
export const streamTroubles = (state: StreamState, now: number): readonly StreamTrouble[] => {
  const { disabled, failures, failingSince, givenUp, givenUpAt, dropped, droppedAt, waiting } = state;
  const troubles: StreamTrouble[] = [];
  if (disabled !== null)
    troubles.push({ kind: "stream-disabled", detail: `${disabled}; ${waiting} items wait`, since: failingSince ?? now });
  else if (failingSince !== null && now - failingSince >= failingMs)
    troubles.push({ kind: "stream-failing", detail: `${failures} attempts in a row failed; ${waiting} items wait`, since: failingSince });
  if (givenUp > 0)
    troubles.push({
      kind: "stream-given-up",
      detail: `${givenUp} items were given up after 3 days; replay them within 7`,
      since: givenUpAt ?? now,
    });
  if (droppedAt !== null && now - droppedAt < toldMs)
    troubles.push({ kind: "stream-dropped", detail: `${dropped} items in all had to go before they were delivered`, since: droppedAt });
  return troubles;
};
