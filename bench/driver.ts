import { connect, type Socket } from "node:net";

/** One HTTP request to send; the same object may be sent many times. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What came back, as little as a load test needs. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** From the first byte written to the last byte read. */
  readonly tookMs: number;
}

export interface DriveOptions {
  readonly url: string;
  readonly connections: number;
  /** Stop after this many calls … */
  readonly count?: number;
  /** … or at this many milliseconds, whichever comes first. At least one of both. */
  readonly durationMs?: number;
  /** The n-th call (from 0). */
  readonly call: (n: number) => Call;
  readonly onReply?: (reply: Reply, n: number) => void;
}

export interface DriveResult {
  readonly sent: number;
  /** Answers with a status below 400. */
  readonly ok: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** Calls whose connection broke before the answer was whole. */
  readonly broken: number;
  readonly elapsedMs: number;
  readonly perSecond: number;
}

const encode = (call: Call, host: string): Buffer => {
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  const lines = [`${call.method} ${call.path} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(call.headers ?? {})) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${body.length}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  return body === undefined ? head : Buffer.concat([head, body]);
};

/** Length of the body and where it starts; undefined while the head is not whole. */
const readHead = (text: string): { status: number; start: number; length: number | "chunked" } | undefined => {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  return { status: Number(head.slice(9, 12)), start: end + 4, length: chunked ? "chunked" : Number(length ?? 0) };
};

/** Reads a chunked body that starts at `from`; undefined while it is not whole. */
const readChunks = (text: string, from: number): string | undefined => {
  let at = from;
  let body = "";
  for (;;) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return body;
    body += text.slice(line + 2, line + 2 + size);
    at = next;
  }
};

/** One keep-alive connection: one call at a time. Bodies are read as latin1, so that lengths are bytes. */
class Line {
  readonly #socket: Socket;
  #text = "";
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void; startedAt: number } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("connection closed")));
  }

  static open(host: string, port: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Line(socket)));
    });
  }

  call(bytes: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, startedAt: performance.now() };
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    const head = readHead(this.#text);
    if (head === undefined || this.#waiting === undefined) return;
    let body: string | undefined;
    if (head.length === "chunked") body = readChunks(this.#text, head.start);
    else if (this.#text.length >= head.start + head.length) body = this.#text.slice(head.start, head.start + head.length);
    if (body === undefined) return;
    const { resolve, startedAt } = this.#waiting;
    this.#text = "";
    this.#waiting = undefined;
    resolve({ status: head.status, body, tookMs: performance.now() - startedAt });
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

/**
 * Sends calls over a fixed number of keep-alive connections, each with one call in flight: a closed loop, so the load
 * is bounded by the connections and stops by itself. Bare sockets rather than fetch: on a two-core machine the driver
 * must not take the core that the server needs.
 */
export const drive = async (options: DriveOptions): Promise<DriveResult> => {
  const { hostname, port } = new URL(options.url);
  const limit = options.count ?? Number.POSITIVE_INFINITY;
  const statuses: Record<number, number> = {};
  let next = 0;
  let ok = 0;
  let broken = 0;
  const lines = await Promise.all(Array.from({ length: Math.min(options.connections, limit) }, () => Line.open(hostname, Number(port))));
  const startedAt = performance.now();
  const deadline = startedAt + (options.durationMs ?? Number.POSITIVE_INFINITY);
  const run = async (first: Line): Promise<void> => {
    let line = first;
    while (next < limit && performance.now() < deadline) {
      const n = next++;
      try {
        const reply = await line.call(encode(options.call(n), `${hostname}:${port}`));
        statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
        if (reply.status < 400) ok++;
        options.onReply?.(reply, n);
      } catch {
        broken++;
        line.close();
        try {
          line = await Line.open(hostname, Number(port));
        } catch {
          return; // nobody listens any more
        }
      }
    }
    line.close();
  };
  await Promise.all(lines.map(run));
  const elapsedMs = performance.now() - startedAt;
  return { sent: next, ok, statuses, broken, elapsedMs, perSecond: (ok / elapsedMs) * 1000 };
};
