/** Where a server is, and how it is spoken to. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; after STARTTLS, without which nothing is said; or none, on this machine only. */
  readonly security: "tls" | "starttls" | "none";
  readonly login?: { readonly user: string; readonly password: string };
}

/** A mail and its envelope. */
export interface SmtpMail {
  readonly from: string;
  /** The first is whom it is for; the others get copies. ASCII only. */
  readonly recipients: readonly [string, ...string[]];
  /** Lines end in CRLF and hold ASCII only; dots are not doubled yet. */
  readonly data: string;
  /** By what we name ourselves. */
  readonly hello: string;
}

/** A reply of the server's, its lines put together. */
export interface SmtpReply {
  readonly code: number;
  /** "5.1.1" (RFC 3463) */
  readonly enhanced?: string;
  readonly text: string;
}

/** How far a conversation has come. `end`: the dot that hands the mail over is on its way. */
export type SmtpStage = "greeting" | "hello" | "tls" | "login" | "sender" | "recipient" | "data" | "end";

/** How a conversation ended, before anyone has read a meaning into it. */
export type SmtpEnd =
  /** `sole`: there was one recipient, so a reply about an address is about theirs. */
  | { readonly kind: "reply"; readonly stage: SmtpStage; readonly reply: SmtpReply; readonly sole: boolean }
  | { readonly kind: "no-connection"; readonly detail: string }
  | { readonly kind: "lost"; readonly stage: SmtpStage; readonly detail: string }
  /** We did not go on: an address that may not be called, or a server that would have us speak in the clear. */
  | { readonly kind: "blocked"; readonly detail: string };

/** A connection as the conversation needs it. Every call rejects when the connection fails or takes too long. */
export interface SmtpWire {
  /** The next bytes; undefined when the server has closed. After the last dot a server may take its time: giving up then leaves it open. */
  read(stage: SmtpStage): Promise<Uint8Array | undefined>;
  write(text: string): Promise<void>;
  startTls(): Promise<void>;
}
