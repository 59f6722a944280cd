import { useSyncExternalStore } from "react";
import { formatDateTime, formatRelative, toMs, type Instant } from "../format/time.ts";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the whole page: it ticks every ten seconds while anyone looks. */
const subscribe = (listener: () => void) => {
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
  // What happened after the last tick is compared with the present, else it would lie in the future.
  const reference = Math.abs(toMs(at) - shown) < 60_000 ? Date.now() : shown;
  return (
    <time dateTime={new Date(toMs(at)).toISOString()} title={formatDateTime(at)} style={{ whiteSpace: "nowrap" }}>
      {formatRelative(at, reference)}
    </time>
  );
};
