import { isBusy } from "./load.ts";

/** Time background work may spend waiting, per item it has: applying 2,000 events may take a second longer, 20 no more than 10 ms. */
const waitPerItemMs = 0.5;
const pauseMs = 5;

/**
 * Lets requests go first while the isolate is busy accepting: call the answer before each piece of work. Waits in short
 * pauses and never longer in all than the bound, so that work goes on under any load; not at all at low load.
 */
export const giveWay = (items: number): (() => Promise<void>) => {
  let left = items * waitPerItemMs;
  return async () => {
    while (left > pauseMs && isBusy()) {
      left -= pauseMs;
      await scheduler.wait(pauseMs);
    }
  };
};
