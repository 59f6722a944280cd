import type * as z from "zod";
import type { Channel, MessageContent, MessageStatus, Outcome } from "../domain/message/message.ts";
import type { Reply } from "./reply.ts";

/** One message as a provider is given it. The same message gives the same request, byte for byte, however often it is asked. */
export interface Sending {
  readonly workspace: string;
  /** Whose outbox shard it is kept in. Not for requests: a merge between two tries gives the message another user. */
  readonly user: string;
  /** The message's id: the idempotency key. At most 256 characters. */
  readonly id: string;
  readonly to: string;
  readonly content: MessageContent;
}

/** A request to be made by the one place that fetches. `url` has passed no check yet: the caller guards it. */
export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for methods without a body. */
  readonly body?: string;
}

/** What every kind of provider says about itself. */
interface ProviderBase<Schema extends z.ZodType> {
  readonly type: string;
  /** For people. */
  readonly title: string;
  readonly channels: readonly [Channel, ...Channel[]];
  /** Strict: an unknown setting is an error. */
  readonly settings: Schema;
  /** What its webhooks tell of a message after it was accepted; empty = nothing ever. */
  readonly reports: readonly MessageStatus[];
  /** Settings that are written and never read back. */
  readonly secrets: readonly (keyof z.output<Schema> & string)[];
}

/** A provider called over HTTP: pure functions from a message to a request, and from the reply to an outcome. */
export interface HttpProvider<Schema extends z.ZodType = z.ZodType> extends ProviderBase<Schema> {
  readonly via: "http";
  /** Where its API lives; a definition's `baseUrl` overrides it. Absent where the message itself holds the address. */
  readonly baseUrl?: string;
  /** Present where the provider promises to send one key once; `lifeMs` is how long it remembers a key. */
  readonly idempotency?: { readonly header: string; readonly lifeMs: number };
  request(message: Sending, settings: z.output<Schema>, baseUrl: string): HttpCall;
  /** Signs the call or fetches a token, where a fixed header is not enough. */
  authorize?(call: HttpCall, settings: z.output<Schema>): Promise<HttpCall>;
  outcome(reply: Reply): Outcome;
}

/** A provider that is part of the platform: `deliver` keeps the message in the workspace's outbox, and that is all. */
export interface LocalProvider<Schema extends z.ZodType = z.ZodType> extends ProviderBase<Schema> {
  readonly via: "outbox";
}

export type ProviderKind<Schema extends z.ZodType = z.ZodType> = HttpProvider<Schema> | LocalProvider<Schema>;
