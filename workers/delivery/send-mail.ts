import { connect } from "cloudflare:sockets";
import { isLoopback, refusedAddress } from "../../src/channels/outbound-address.ts";
import { converse } from "../../src/channels/smtp/conversation.ts";
import type { SmtpEnd, SmtpMail, SmtpServer, SmtpStage, SmtpWire } from "../../src/channels/smtp/smtp.ts";

export interface SendMailOptions {
  /** May a server on this machine be spoken to? Only where the operator's variable says so. */
  readonly allowLoopback: boolean;
  /** For each answer but the one to the mail itself. Default 20 s. */
  readonly answerMs?: number;
  /** From the first byte to the last: well below a claim's lease of two minutes. Default 90 s. */
  readonly totalMs?: number;
}

/**
 * Hands a mail to a server over a TCP socket. As for calls over HTTP, the host is checked, and time is bounded. Never throws:
 * how it ended is a value.
 */
export async function sendMail(server: SmtpServer, mail: SmtpMail, options: SendMailOptions): Promise<SmtpEnd> {
  const refused = refusedServer(server, options.allowLoopback);
  if (refused !== undefined) return { kind: "blocked", detail: refused };
  const { answerMs = 20_000, totalMs = 90_000 } = options;
  const deadline = Date.now() + totalMs;
  const within: Within = (promise, patient = false) => {
    const leftMs = Math.max(0, deadline - Date.now());
    return limited(promise, patient ? leftMs : Math.min(answerMs, leftMs));
  };
  let socket: Socket;
  try {
    socket = connect({ hostname: server.host, port: server.port }, { secureTransport: transports[server.security], allowHalfOpen: false });
    await within(socket.opened);
  } catch (problem) {
    return { kind: "no-connection", detail: problem instanceof Error ? problem.message : String(problem) };
  }
  const wire = new SocketWire(socket, within);
  const end = await converse(server, mail, wire);
  await wire.close();
  return end;
}

/** Bounds a wait; a patient one lasts as long as the whole conversation may. */
type Within = <T>(promise: Promise<T>, patient?: boolean) => Promise<T>;

const transports = { tls: "on", starttls: "starttls", none: "off" } as const;

const refusedServer = ({ host, port, security }: SmtpServer, allowLoopback: boolean): string | undefined => {
  if (port === 25) return "port 25 is closed to Workers";
  if (security === "none" && !isLoopback(host)) return "without TLS a server may only be on this machine";
  return refusedAddress(`https://${host}:${port}/`, allowLoopback);
};

const limited = <T>(promise: Promise<T>, ms: number): Promise<T> => {
  let timer = 0;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms / 1000)} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** A socket of the platform's; a class, because STARTTLS replaces it by another. */
class SocketWire implements SmtpWire {
  private socket: Socket;
  private reader: ReadableStreamDefaultReader<Uint8Array>;
  private writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly within: Within;
  private readonly encoder = new TextEncoder();

  constructor(socket: Socket, within: Within) {
    this.socket = socket;
    this.reader = socket.readable.getReader();
    this.writer = socket.writable.getWriter();
    this.within = within;
  }

  async read(stage: SmtpStage): Promise<Uint8Array | undefined> {
    const { done, value } = await this.within(this.reader.read(), stage === "end");
    return done ? undefined : value;
  }

  write(text: string): Promise<void> {
    return this.within(this.writer.write(this.encoder.encode(text)));
  }

  async startTls(): Promise<void> {
    this.reader.releaseLock();
    this.writer.releaseLock();
    this.socket = this.socket.startTls();
    this.reader = this.socket.readable.getReader();
    this.writer = this.socket.writable.getWriter();
    await this.within(this.socket.opened);
  }

  async close(): Promise<void> {
    // What is already gone need not be closed; a server that never closes must not hold the message.
    await limited(this.socket.close(), 1_000).catch(() => undefined);
  }
}
