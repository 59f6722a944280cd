import type * as z from "zod";
import type { DeviceKind } from "../domain/message/device-kind.ts";
import type { Channel, MessageContent, MessageStatus, Outcome } from "../domain/message/message.ts";
import type { Reply } from "./reply.ts";
import type { SmsWish } from "./sms/sms-word.ts";
import type { SmtpEnd, SmtpMail, SmtpServer } from "./smtp/smtp.ts";

/** One message as a provider is given it. The same message gives the same request, byte for byte, however often it is asked. */
export interface Sending {
  readonly workspace: string;
  /** Whose outbox shard it is kept in. Not for requests: a merge between two tries gives the message another user. */
  readonly user: string;
  /** The message's id: the idempotency key. At most 256 characters. */
  readonly id: string;
  /** What the provider is to say back with every report about the message ("<workspace>-<shard>-<id>"): letters, digits, `_` and `-`, at most 200 characters. */
  readonly echo: string;
  readonly to: string;
  readonly content: MessageContent;
}

/** A request to be made by the one place that fetches. `url` has passed no check yet: the caller guards it. */
export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for methods without a body. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** A call of a provider's to our hook for its account, as it came. */
export interface InboundCall {
  readonly method: string;
  /** As the provider was told to call it: some sign it. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** ms since the epoch */
  readonly at: number;
}

/** What a report says of one message, or of an address. */
export interface ProviderReport {
  /** Makes the report the same however often it is sent. */
  readonly id: string;
  /** Our own word for the message, where the provider says it back… */
  readonly echo?: string;
  /** …else the provider's. */
  readonly providerMessageId?: string;
  /** `inbound`: the user wrote to us. `deferred`: still trying; nothing follows. */
  readonly status: MessageStatus | "inbound" | "deferred";
  /** When it happened, ms; else when it was told. */
  readonly at?: number;
  readonly reason?: string;
  /** A bounce for good, or a number that cannot be reached: the address is suppressed. */
  readonly permanent?: boolean;
  readonly address?: string;
  /** What the user wrote (STOP, START, HELP …). */
  readonly text?: string;
  /** What the provider took the text for, where it says: it acts by that itself, so it counts before our own reading. */
  readonly wish?: SmsWish;
  /** The link that was clicked. */
  readonly link?: string;
  /** Opened or clicked by a machine (privacy proxies, scanners). */
  readonly machine?: boolean;
}

export type InboundReading =
  /** Not from the provider, altered, or too old: answered with `status` (401 where nothing else is said). Nothing is read from it. */
  | { readonly kind: "refused"; readonly reason: string; readonly status?: number }
  /** A handshake: answered, nothing else follows. */
  | { readonly kind: "answer"; readonly status: number; readonly body: string }
  /** A handshake by which an address has to be called (SNS): guarded like every other call. */
  | { readonly kind: "confirm"; readonly url: string }
  | { readonly kind: "reports"; readonly reports: readonly ProviderReport[] };

/** How a provider's webhooks are read: the signature is checked over what came, byte for byte, before anything is believed. */
export interface Inbound<Settings> {
  /** Replays are refused beyond this, ms, where the signature covers an instant. */
  readonly toleranceMs?: number;
  /** The signature does not cover what is reported: each report's id is good for one body, and another one with it is refused. */
  readonly once?: true;
  read(call: InboundCall, settings: Settings, ports: InboundPorts): Promise<InboundReading>;
}

export interface InboundPorts {
  /** A certificate or key document at a guarded address, cached by it. */
  readonly document: (url: string) => Promise<string>;
}

/** What a provider says of a message it took, when it is asked later. */
export interface Receipt {
  /** It did not get through; `permanent`: nothing else will, to that address. Absent: it was handed on. */
  readonly failed?: {
    readonly reason: string;
    readonly permanent: boolean;
    /** Nothing will get through before its operator acts. */
    readonly misconfigured?: true;
  };
}

/** How a provider is asked what became of messages it took: where it tells nobody by itself. */
export interface Receipts<Settings> {
  /** Seconds after the send before there is anything to be asked. */
  readonly afterSeconds: number;
  /** Ids of one call. */
  readonly most: number;
  request(ids: readonly string[], settings: Settings, baseUrl: string): HttpCall;
  /** By the provider's id, what it knows by now; undefined where it could not be asked. */
  read(reply: Reply): ReadonlyMap<string, Receipt> | undefined;
}

/** What every kind of provider says about itself. */
interface ProviderBase<Schema extends z.ZodType> {
  readonly type: string;
  /** For people. */
  readonly title: string;
  readonly channels: readonly [Channel, ...Channel[]];
  /** Of push: which tokens it reaches. */
  readonly devices?: readonly DeviceKind[];
  /** The rate its form suggests; kept only where the definition says one. */
  readonly suggestedRate?: { readonly count: number; readonly per: string };
  /** What a message costs, for people, with its source. */
  readonly cost?: string;
  /** Strict: an unknown setting is an error. */
  readonly settings: Schema;
  /** What its webhooks tell of a message after it was accepted; empty = nothing ever. */
  readonly reports: readonly MessageStatus[];
  /** Settings that are written and never read back. */
  readonly secrets: readonly (keyof z.output<Schema> & string)[];
  /** Settings that say where the secrets go, beside `baseUrl`: with another value of theirs, secrets have to be said again. */
  readonly destination?: readonly (keyof z.output<Schema> & string)[];
}

/** What signing may need. */
export interface AuthorizePorts {
  /** ms since the epoch */
  readonly now: () => number;
  /** Makes a guarded call for a token; the answer's body is bounded. */
  readonly call: (call: HttpCall) => Promise<Reply>;
  /** Keeps a token in this isolate until it expires (ms). */
  readonly cached: (name: string, make: () => Promise<{ readonly value: string; readonly expiresAt: number }>) => Promise<string>;
}

/** What an answer is about. */
export interface Attempted {
  readonly message: Sending;
  /** The provider's, as checked by its schema. */
  readonly settings: unknown;
}

/** A provider called over HTTP: pure functions from a message to a request, and from the reply to an outcome. */
export interface HttpProvider<Schema extends z.ZodType = z.ZodType> extends ProviderBase<Schema> {
  readonly via: "http";
  /** Where its API lives; a definition's `baseUrl` overrides it. Absent where the message itself holds the address. */
  readonly baseUrl?: string;
  /** Present where the provider promises to send one key once; `lifeMs` is how long it remembers a key. In a `field` of a JSON body it may be made of the message's id. */
  readonly idempotency?: ({ readonly header: string } | { readonly field: string }) & { readonly lifeMs: number };
  /** @throws Unprepared where it could never send the message: an address that is none, content it has no way for */
  request(message: Sending, settings: z.output<Schema>, baseUrl: string): HttpCall;
  /** Signs or encrypts the call, or fetches a token, where a fixed header is not enough. @throws Unprepared where it is known what that means for the message */
  authorize?(call: HttpCall, settings: z.output<Schema>, ports: AuthorizePorts, message: Sending): Promise<HttpCall>;
  readonly inbound?: Inbound<z.output<Schema>>;
  readonly receipts?: Receipts<z.output<Schema>>;
  /** @param attempted Where it makes a difference what was asked: who a mail is from */
  outcome(reply: Reply, attempted?: Attempted): Outcome;
}

/** A server spoken to over SMTP: pure functions from a message to a mail, and from the end of the conversation to an outcome. */
export interface SmtpProvider<Schema extends z.ZodType = z.ZodType> extends ProviderBase<Schema> {
  readonly via: "smtp";
  server(settings: z.output<Schema>): SmtpServer;
  /** @param at ms: the mail's own date. @throws Unprepared where an address cannot be said in SMTP */
  mail(message: Sending, settings: z.output<Schema>, at: number): SmtpMail;
  /** @param attempted As of providers over HTTP */
  outcome(end: SmtpEnd, attempted?: Attempted): Outcome;
}

/** A provider that is part of the platform: `deliver` keeps the message in the workspace's outbox, and that is all. */
export interface LocalProvider<Schema extends z.ZodType = z.ZodType> extends ProviderBase<Schema> {
  readonly via: "outbox";
}

export type ProviderKind<Schema extends z.ZodType = z.ZodType> = HttpProvider<Schema> | SmtpProvider<Schema> | LocalProvider<Schema>;
