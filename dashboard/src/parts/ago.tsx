import { useSyncExternalStore } from "react";
import { formatDateTime, formatDay, formatDaysAgo, formatRelative, toMs, type Instant } from "../format/time.ts";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the whole page: it ticks every ten seconds while anyone looks. */
const subscribe = (listener: () => void) => {
  if (listeners.size === 0) now = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const told of listeners) told();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** "3 minutes ago", with the exact instant on hover and for machines. */
export const Ago = ({ at }: { readonly at: Instant }) => {
  const shown = useSyncExternalStore(subscribe, () => now);
  // What happened since the last tick happens now, not in the future.
  const ahead = toMs(at) - shown;
  const reference = ahead > 0 && ahead < 15_000 ? toMs(at) : shown;
  return (
    <time dateTime={new Date(toMs(at)).toISOString()} title={formatDateTime(at)} style={{ whiteSpace: "nowrap" }}>
      {formatRelative(at, reference)}
    </time>
  );
};

/** "today", "3 days ago": when a user was last seen is kept to the day, so that it does not cost a write per event. */
export const DaysAgo = ({ at }: { readonly at: Instant }) => {
  const shown = useSyncExternalStore(subscribe, () => now);
  return (
    <time dateTime={new Date(toMs(at)).toISOString().slice(0, 10)} title={formatDay(at)} style={{ whiteSpace: "nowrap" }}>
      {formatDaysAgo(at, shown)}
    </time>
  );
};
