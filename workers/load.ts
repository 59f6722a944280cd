/** Calls a window lasts for in ms, and how many make the isolate busy (50 a second). */
const windowMs = 200;
const busyRequests = 10;
let windowStart = 0;
let inWindow = 0;
let inLastWindow = 0;

/** Moves the windows on; the clock of a Worker stands still between I/O, which is fine for a rate. */
const turn = (now: number): void => {
  if (now - windowStart < windowMs) return;
  inLastWindow = now - windowStart < 2 * windowMs ? inWindow : 0;
  inWindow = 0;
  windowStart = now;
};

/** Counts a call of the tracking API on this isolate. */
export const noteRequest = (now = Date.now()): void => {
  turn(now);
  inWindow += 1;
};

/** True while this isolate accepts more than about 50 requests a second: background work lets them go first. */
export const isBusy = (now = Date.now()): boolean => {
  turn(now);
  return Math.max(inWindow, inLastWindow) > busyRequests;
};
