/** What one invocation may have open at once; further calls would wait for one. Source: Cloudflare's documented limits of Workers. */
const mostOpen = 6;
/** While all calls under way are younger than this, ms, connections come free about as fast as messages are claimed. */
const quickMs = 500;
/** Who waits longer for its turn leaves its message to the queue, which brings it again. */
const longestTurnMs = 20_000;
/** A claimed message is asked about again rather than wait longer: somebody may have said no in the meantime. */
const longestWaitMs = 1_000;

/**
 * Lets no more calls begin than there are connections, in order of coming. A call that waited inside the platform instead would
 * use up its own time before a byte was sent, so that nobody knew whether it was taken, and would miss its place under a rate.
 * Nor are more messages claimed than will soon find a connection: one that waits after its claim does not hear of an opt-out.
 */
export class Connections {
  readonly #now: () => number;
  /** When the calls under way began, ms, oldest first. */
  readonly #open = new Map<symbol, number>();
  /** Messages being claimed, or claimed and about to be called for. */
  #turns = 0;
  readonly #claimed = new Line();
  readonly #unclaimed = new Line();

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /**
   * Waits until a message may be claimed. Answers what is to be called when its call begins, or will not; more than once does no harm.
   * @throws Error when its turn does not come in time
   */
  async turn(): Promise<() => void> {
    if (this.#mayClaim()) this.#turns++;
    else if (!(await this.#unclaimed.wait(longestTurnMs))) throw new Error("no connection was free in time");
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#turns--;
      this.#call();
    };
  }

  /** Does the work of a claimed message once there is a connection for it; `otherwise` when there is none soon, and then nothing was begun. */
  async run<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    if (this.#open.size >= mostOpen && !(await this.#claimed.wait(longestWaitMs))) return otherwise;
    const call = Symbol("call");
    this.#open.set(call, this.#now());
    try {
      return await work();
    } finally {
      this.#open.delete(call);
      this.#claimed.next();
      this.#call();
    }
  }

  /** While calls are quick, claims go ahead of them; else each needs a connection that nobody else is about to take. */
  #mayClaim(): boolean {
    const [oldest] = this.#open.values();
    const isQuick = oldest === undefined || this.#now() - oldest <= quickMs;
    return isQuick || this.#open.size + this.#turns < mostOpen;
  }

  /** Calls those whose turn it is. */
  #call(): void {
    while (this.#mayClaim() && this.#unclaimed.next()) this.#turns++;
  }
}

/** Those who wait, in order of coming. */
class Line {
  readonly #waiting: (() => void)[] = [];

  /** False when nobody called in time. */
  wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(come), 1);
        resolve(false);
      }, ms);
      this.#waiting.push(come);
    });
  }

  /** Calls the first. False when nobody waits. */
  next(): boolean {
    const first = this.#waiting.shift();
    first?.();
    return first !== undefined;
  }
}
