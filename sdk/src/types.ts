/** Properties and traits: anything JSON can hold. */
export type Fields = Readonly<Record<string, unknown>>;

/** What every call may add. On a server each call must name `userId` or `anonymousId`; in a browser the device remembers them. */
export interface CallOptions {
  readonly userId?: string;
  readonly anonymousId?: string;
  /** Default: a fresh one. The same id again is taken once by the platform. */
  readonly messageId?: string;
  /** When it happened; default now. */
  readonly timestamp?: Date;
  readonly context?: Fields;
}

/** One item of a batch, as POST /v1/batch takes it. */
export interface Item extends Fields {
  readonly type: "identify" | "track" | "page" | "screen" | "group" | "alias";
  readonly messageId: string;
  readonly timestamp: string;
}

/** Something was not delivered, and will not be: told to `onError`, never thrown into the calling app. */
export interface DeliveryError {
  /** HTTP status; 0 when the item never left (queue full). */
  readonly status: number;
  readonly message: string;
  readonly items: readonly Item[];
}

export interface TernOptions {
  readonly writeKey: string;
  /** Origin of the platform, e.g. "https://tern.example.com". */
  readonly host: string;
  /** Items that make a batch leave at once; default 20. */
  readonly flushAt?: number;
  /** How long an item waits for company; default 1000 ms. */
  readonly flushIntervalMs?: number;
  /** Items kept while the platform cannot be reached; the oldest give way. Default 1000. */
  readonly maxQueue?: number;
  readonly onError?: (error: DeliveryError) => void;
}

export interface Tern {
  identify(userId: string, traits?: Fields, options?: CallOptions): void;
  /** Adds traits to whoever the device's user is. */
  identify(traits?: Fields, options?: CallOptions): void;
  track(event: string, properties?: Fields, options?: CallOptions): void;
  page(name?: string, properties?: Fields, options?: CallOptions): void;
  screen(name: string, properties?: Fields, options?: CallOptions): void;
  group(groupId: string, traits?: Fields, options?: CallOptions): void;
  /** Hands the history of an anonymous id (default: this device's) over to the user. */
  alias(userId: string, previousId?: string, options?: CallOptions): void;
  /** Sends what is queued now; true when nothing is left, false when the rest waits for another try. */
  flush(): Promise<boolean>;
  /** Forgets the user of this device and takes a new anonymous id (sign-out). What is queued still leaves. */
  reset(): void;
  /** This device's anonymous id; undefined on a server. */
  anonymousId(): string | undefined;
  userId(): string | undefined;
}
