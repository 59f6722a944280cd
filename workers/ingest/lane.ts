/** What keeps an invocation alive until a promise settles: an ExecutionContext. */
export interface KeepAlive {
  waitUntil(promise: Promise<unknown>): void;
}

/** Bounds of a lane: what one write may carry, and what may wait for it. */
export interface LaneLimits {
  readonly groupItems: number;
  readonly groupBytes: number;
  /** Bytes that may wait: above it callers are refused at once, before the isolate's memory is. */
  readonly waitingBytes: number;
  /** A caller is refused when its items are not written within it. */
  readonly timeoutMs: number;
  /** One caller writes for the others at most this long; then the next one takes over, so that no request is held for ever. */
  readonly leadMs: number;
}

/** Items could not be written now; the caller answers "try again". */
export class LaneRefused extends Error {}

interface Sized {
  readonly bytes: number;
}

interface Waiter<T extends Sized> {
  readonly items: readonly T[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Asks this waiter's own invocation to write for the rest. */
  readonly lead: () => void;
  state: "waiting" | "writing" | "over";
}

export interface Lane<T extends Sized> {
  /** Settles once the items are written, together with whatever else was waiting; rejects where the write failed. */
  write(items: readonly T[], ctx: KeepAlive): Promise<void>;
}

/**
 * Group commit: items that arrive while a write is under way share the next one, whichever requests they came by.
 *
 * The first caller leads: its invocation writes group after group until nothing waits (or `leadMs` passed and another is asked to
 * lead). Promises across requests are resolved in the waiter's own invocation, which the platform does since 2024
 * (handle_cross_request_promise_resolution). Should a leader's invocation die, whoever comes after `timeoutMs` takes over.
 * A failed write reaches every waiter of its group, and nobody else. `write` is given the leader's invocation, for what is to follow it.
 */
export const createLane = <T extends Sized>(
  limits: LaneLimits,
  write: (items: readonly T[], leader: KeepAlive) => Promise<void>,
): Lane<T> => {
  let waiting: Waiter<T>[] = [];
  let waitingBytes = 0;
  /** When the group being written was taken; undefined while nobody leads. */
  let since: number | undefined;

  /** The next group: whole waiters, at least one, within the limits. */
  const takeGroup = (): Waiter<T>[] => {
    let items = 0;
    let bytes = 0;
    let count = 0;
    for (const waiter of waiting) {
      items += waiter.items.length;
      bytes += waiter.bytes;
      if (count > 0 && (items > limits.groupItems || bytes > limits.groupBytes)) break;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    for (const waiter of group) {
      waitingBytes -= waiter.bytes;
      waiter.state = "writing";
    }
    return group;
  };

  const writeGroup = async (group: readonly Waiter<T>[], leader: KeepAlive): Promise<void> => {
    try {
      const [only] = group;
      await write(group.length === 1 && only !== undefined ? only.items : group.flatMap((waiter) => waiter.items), leader);
      for (const waiter of group) waiter.resolve();
    } catch (error) {
      for (const waiter of group) waiter.reject(error);
    }
  };

  const lead = async (leader: KeepAlive): Promise<void> => {
    const start = Date.now();
    let mine = start;
    since = mine;
    while (waiting.length > 0) {
      await writeGroup(takeGroup(), leader);
      // Taken for dead and replaced meanwhile.
      if (since !== mine) return;
      mine = Date.now();
      if (mine - start > limits.leadMs && waiting[0] !== undefined) {
        since = undefined;
        waiting[0].lead();
        return;
      }
      since = mine;
    }
    since = undefined;
  };

  const isLed = (): boolean => since !== undefined && Date.now() - since < limits.timeoutMs;

  return {
    async write(items, ctx) {
      const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
      if (waitingBytes + bytes > limits.waitingBytes && waiting.length > 0) throw new LaneRefused("too much is waiting to be written");
      const leadNow = (): void => {
        if (!isLed()) ctx.waitUntil(lead(ctx));
      };
      const turn = Promise.withResolvers<"lead">();
      const written = Promise.withResolvers<"written">();
      const waiter: Waiter<T> = {
        items,
        bytes,
        state: "waiting",
        lead: () => turn.resolve("lead"),
        resolve: () => written.resolve("written"),
        reject: (error) => written.reject(error),
      };
      waiting.push(waiter);
      waitingBytes += bytes;
      leadNow();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(() => resolve("late"), limits.timeoutMs);
      });
      try {
        let outcome = await Promise.race([written.promise, turn.promise, late]);
        if (outcome === "lead") {
          leadNow();
          outcome = await Promise.race([written.promise, late]);
        }
        if (outcome === "late") {
          if (waiter.state === "waiting") {
            waiting = waiting.filter((other) => other !== waiter);
            waitingBytes -= bytes;
          }
          throw new LaneRefused("the write took too long");
        }
      } finally {
        waiter.state = "over";
        clearTimeout(timer ?? null);
      }
    },
  };
};
