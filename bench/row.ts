import type { Tern, TernOptions } from "../test/harness.ts";
import type { Sink, SinkCall } from "../test/sink.ts";
import type { DriveResult } from "./driver.ts";

/** One line of the table. */
export interface Result {
  readonly label: string;
  /** What was measured, for people. */
  readonly value: string;
  /** Measured per no-op request of the same run, when the row is a throughput. */
  readonly ratio?: number;
  /** What it must be; "ratio" targets are about `ratio`, others say themselves in `met`. */
  readonly target?: string;
  readonly met?: boolean;
  /** Numbers for whoever compares runs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a row may use. Instances and sinks are stopped after the row, whatever happens. */
export interface Bench {
  /** A fresh instance of the whole platform on an empty state. */
  readonly start: (options?: TernOptions) => Promise<Tern>;
  readonly sink: (answer?: (call: SinkCall) => { readonly status: number }) => Promise<Sink>;
  /** Runs `measure` between two measurements of the no-op handler; `noOpPerSecond` is their mean. */
  readonly besideNoOp: <T>(measure: () => Promise<T>) => Promise<{ readonly measured: T; readonly noOpPerSecond: number }>;
  /** A line of progress. */
  readonly say: (text: string) => void;
  /** Scales counts and durations down, for trying the benchmark itself; 1 for real figures. */
  readonly scale: number;
}

/** One part of the benchmark: a file in rows/ and a line in rows/all.ts. */
export interface Row {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<readonly Result[]>;
}

/** A throughput result from how much was done and how fast the no-op was. */
export const throughput = (given: {
  readonly label: string;
  readonly unit: string;
  readonly perSecond: number;
  readonly noOpPerSecond: number;
  /** Least ratio, and the one aimed at. */
  readonly least?: number;
  readonly aim?: number;
  readonly extra?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}): Result => {
  const ratio = given.perSecond / given.noOpPerSecond;
  return {
    label: given.label,
    value: `${Math.round(given.perSecond).toLocaleString("en")} ${given.unit}/s${given.extra === undefined ? "" : `, ${given.extra}`}`,
    ratio,
    ...(given.least === undefined
      ? {}
      : { target: `>= ${given.least}${given.aim === undefined ? "" : ` (aim ${given.aim})`}`, met: ratio >= given.least }),
    data: { perSecond: given.perSecond, noOpPerSecond: given.noOpPerSecond, ...given.data },
  };
};

/** Refuses a measurement in which calls failed: a fast refusal is not throughput. */
export const assertClean = (result: DriveResult): void => {
  if (result.ok !== result.sent || result.broken > 0) {
    throw new Error(
      `${result.sent - result.ok} of ${result.sent} calls failed: ${JSON.stringify(result.statuses)}, ${result.broken} broken`,
    );
  }
};

/** The value below which `share` of the samples lie. */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export type { Sink, Tern };
