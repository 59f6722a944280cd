/** What one invocation may have open at once; further calls would wait for one. Source: Cloudflare's documented limits of Workers. */
const mostOpen = 6;
/** Who waits longer leaves its message to the queue, which brings it again. */
const longestWaitMs = 20_000;

/**
 * Lets no more messages be claimed and called for than there are connections, in order of coming. A call that waited inside the
 * platform instead would use up its own time before a byte was sent, so that nobody knew whether it was taken, and would miss its
 * place under a rate; one that waited after its claim would not hear of an opt-out in the meantime.
 */
export class Connections {
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  /** Does the work once there is a connection for it. @throws Error when there is none in time, and then nothing was begun */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open >= mostOpen && !(await this.#turn())) throw new Error("no connection was free in time");
    this.#open++;
    try {
      return await work();
    } finally {
      this.#open--;
      this.#waiting.shift()?.();
    }
  }

  /** Waits in line. False when that took too long. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(come), 1);
        resolve(false);
      }, longestWaitMs);
      this.#waiting.push(come);
    });
  }
}
