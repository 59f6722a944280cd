import { Drop, type Emitter, type Limiter } from "liquidjs";

/**
 * What one message may cost. Counted, not timed: the clock of a Worker stands still while it computes, so a limit in
 * milliseconds would never strike.
 */
export const limits = {
  /** Characters of one piece of Liquid. */
  source: 500_000,
  /** Pieces rendered, rounds of loops included. */
  steps: 50_000,
  /** Filters, operators, fields read, and list elements that are gone through: what one step may do without end. */
  work: 1_000_000,
  /** Characters of one `{{ }}` or `{% %}`: what it costs each time it is printed. */
  piece: 10_000,
  /** Characters and list elements that filters, ranges and captures may make. */
  memory: 4_000_000,
  /** UTF-8 bytes of the finished message, all pieces together: with its state it must fit one 2 MB row. */
  outputBytes: 512 * 1024,
} as const;

/** A limit was met; the message names it, for people. */
export class OverBudget extends Error {}

/** Counts what one message uses, over all its pieces. */
export class Budget {
  #steps = 0;
  #memory = 0;
  #bytes = 0;
  #work = 0;

  readonly steps: Limiter = {
    use: () => undefined,
    check: () => {
      this.#steps += 1;
      if (this.#steps > limits.steps) throw new OverBudget(`it takes more than ${limits.steps} steps`);
    },
  };

  readonly memory: Limiter = {
    use: (count) => {
      // Not a number or negative: an empty range; it must not give anything back.
      if (!(count > 0)) return;
      this.#memory += count;
      if (this.#memory > limits.memory) throw new OverBudget(`it needs more than ${limits.memory} characters of memory`);
    },
    check: () => undefined,
  };

  /** Counts what is done between two steps. */
  readonly work = (count: number): void => {
    this.#work += count;
    if (this.#work > limits.work) throw new OverBudget(`it takes more than ${limits.work} operations`);
  };

  /** Counts finished output. */
  emit(text: string): void {
    this.#bytes += utf8Length(text);
    if (this.#bytes > limits.outputBytes) throw new OverBudget(`it is larger than ${limits.outputBytes / 1024} KB`);
  }
}

/** Collects output and counts every character of it before it grows. */
export class CountedEmitter implements Emitter {
  buffer = "";
  readonly #count: (text: string) => void;
  constructor(count: (text: string) => void) {
    this.#count = count;
  }
  write(value: unknown): void {
    const text = printValue(value);
    this.#count(text);
    this.buffer += text;
  }
}

/** How a value looks in a message: nothing for null, lists joined as Liquid does, objects as JSON rather than "[object Object]". */
export function printValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(printValue).join("");
  if (value instanceof Drop && value.valueOf() !== value) return printValue(value.valueOf());
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) return JSON.stringify(value);
  // Numbers, booleans, and liquidjs's own drops, which define toString.
  return String(value);
}

/** How many bytes a text has as UTF-8. */
export function utf8Length(text: string): number {
  // Most texts have none but letters of one byte, which is found out in a tenth of the time.
  if (!/[\u0080-\uffff]/.test(text)) return text.length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // A surrogate pair is 2 units and 4 bytes: each half adds one.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
