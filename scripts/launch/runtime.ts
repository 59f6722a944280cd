import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { logLine, type Level } from "./log.ts";

/** One Worker in Miniflare's flat form, which is what wrangler derives from a wrangler.toml. */
export interface WorkerOptions {
  readonly name: string;
  readonly rootPath: string;
  readonly modules: { type: "ESModule"; path: string }[];
  readonly bindings?: Record<string, string>;
}

export interface Runtime {
  /** Without a trailing slash. */
  readonly url: string;
  readonly miniflare: Miniflare;
  readonly stop: () => Promise<void>;
}

export interface RuntimeOptions {
  readonly port: number;
  /** Folder for databases and objects; absent: nothing is kept. */
  readonly persist?: string;
}

/** Miniflare's own lines (each request, each queue batch, its banner) are noise here: only warnings and errors go on. */
class QuietLog extends Log {
  constructor() {
    super(LogLevel.WARN);
  }
  protected override log(message: string): void {
    logLine("warn", message);
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Miniflare ends the process at once on a signal; the launcher stops in order instead. (Its clean-up at exit stays.) */
const keepOwnSignals = (before: readonly (readonly NodeJS.SignalsListener[])[]): void => {
  for (const [index, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!(before[index] ?? []).includes(listener)) process.off(signal, listener);
    }
  }
};

const isLevel = (level: string): level is Level => ["debug", "info", "warn", "error"].includes(level);

/**
 * Runs one Worker in workerd through Miniflare, on 127.0.0.1. Not `wrangler dev`: its proxy in front costs three
 * quarters of the requests per second (docs/decisions.md).
 */
export const startRuntime = async (worker: WorkerOptions, options: RuntimeOptions): Promise<Runtime> => {
  const before = signals.map((signal) => process.listeners(signal));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...worker,
      host: "127.0.0.1",
      port: options.port,
      cf: false,
      logRequests: false,
      // Lets the launcher fire cron triggers by URL, as nothing else does locally.
      unsafeTriggerHandlers: true,
      log: new QuietLog(),
      handleStructuredLogs: ({ level, message }) => logLine(isLevel(level) ? level : "info", message),
      telemetry: { enabled: false },
      ...(options.persist === undefined ? {} : { resourcePersistencePath: options.persist }),
    }),
  );
  const url = (await miniflare.ready).origin;
  keepOwnSignals(before);
  return { url, miniflare, stop: () => miniflare.dispose() };
};
