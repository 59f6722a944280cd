/** An alarm this late was lost: it is set anew. */
const overdueMs = 60_000;

/**
 * The object's one alarm. Set only where nothing earlier is set: each setting is a row written, and one that comes too
 * early only looks again.
 */
export class AlarmClock {
  readonly #ctx: DurableObjectState;
  /** The alarm as set; null = none, undefined = not asked yet. */
  #armed: number | null | undefined;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** False until `read` or `mend`: the object has just started. */
  get isRead(): boolean {
    return this.#armed !== undefined;
  }

  /** Asks the platform. In alarm() that is none, unless one was set meanwhile. */
  async read(): Promise<void> {
    this.#armed = await this.#ctx.storage.getAlarm();
  }

  /** Belongs to the transaction before it: no await between. */
  arm(due: number | undefined): void {
    if (due === undefined || (typeof this.#armed === "number" && this.#armed <= due)) return;
    this.#armed = due;
    this.#ctx.waitUntil(this.#ctx.storage.setAlarm(due));
  }

  /**
   * Sets an alarm that was lost; never moves one that is set. For the first call after a start instead of the constructor:
   * that runs before alarm() too, where the alarm at work is not to be seen and would be set a second time.
   *
   * @param isWaiting whether something may be due by itself
   */
  async mend(isWaiting: () => boolean): Promise<void> {
    await this.read();
    if (this.#armed === null && isWaiting()) this.arm(Date.now() + overdueMs);
    else if (typeof this.#armed === "number" && this.#armed < Date.now() - overdueMs) {
      this.#armed = null;
      this.arm(Date.now());
    }
  }
}
