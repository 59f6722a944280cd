import { isBusy } from "./load.ts";

/** Items a batch may have without ever waiting: single events are wanted at their messages' providers at once. */
const freeItems = 100;
/** Time a larger batch may spend waiting in all, per further item: 2,000 events are applied at most 2 seconds later. */
const waitPerItemMs = 1;
const pauseMs = 5;

/**
 * Lets requests go first while the isolate is busy accepting in bulk: await the answer before each piece of work. Waits in
 * short pauses, all pieces together, and never longer in all than the bound, so that work goes on under any load; not at
 * all at low load and for small batches.
 */
export const giveWay = (items: number): (() => Promise<void> | undefined) => {
  let left = Math.max(0, items - freeItems) * waitPerItemMs;
  let pausing: Promise<void> | undefined;
  const pause = async (): Promise<void> => {
    while (left >= pauseMs && isBusy()) {
      left -= pauseMs;
      await scheduler.wait(pauseMs);
    }
    pausing = undefined;
  };
  return () => (left >= pauseMs && isBusy() ? (pausing ??= pause()) : pausing);
};
