import * as z from "zod";
import { definitionKey } from "../domain/definition-key.ts";
import type { Channel } from "../domain/message/message.ts";
import { windowDurationSchema } from "../domain/schedule/duration.ts";
import { isLoopback, refusedAddress } from "./outbound-address.ts";
import type { AuthorizePorts, HttpCall, HttpProvider, ProviderKind, Sending } from "./provider.ts";
import * as kinds from "./providers/all.ts";

/** A provider of a workspace, settings and secrets included. Source: docs/language.md, Providers. */
export interface ProviderDefinition {
  readonly key: string;
  readonly description?: string | undefined;
  readonly channel: Channel;
  readonly type: string;
  /** Checked against the settings schema of its type. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Overrides the provider's address. No trailing slash. */
  readonly baseUrl?: string | undefined;
  /** Takes the channel from whichever provider was its default. */
  readonly default?: boolean | undefined;
  /** May an attempt whose outcome is unknown be sent again? */
  readonly onUncertain?: "resend" | "give-up" | undefined;
  /** At most so many messages in any window of that length. */
  readonly rate?: { readonly count: number; readonly per: string } | undefined;
  /** Key of the provider that is asked after a definite refusal. */
  readonly fallback?: string | undefined;
}

/** Places of one window are kept one by one: more are better said with a shorter one. */
const maxRateCount = 1_000;

/** Every kind of provider by its type. */
export const providerKinds: ReadonlyMap<string, ProviderKind> = new Map(
  Object.values(kinds).map((kind): [string, ProviderKind] => [kind.type, kind]),
);

/** An API key must not travel in the clear, so plain HTTP is for loopback addresses only. */
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .max(1_000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    // Whether loopback may be called is decided where it is called.
    return (
      refusedAddress(text, true) === undefined &&
      url.search === "" &&
      url.hash === "" &&
      (url.protocol === "https:" || isLoopback(url.hostname))
    );
  }, "a public https address without user name, query and fragment (http only for loopback addresses)")
  .transform((text) => text.replace(/\/+$/, ""));

const shapeOf = (kind: ProviderKind) =>
  z.strictObject({
    key: definitionKey,
    description: z.string().max(2_000).optional(),
    channel: z.enum(kind.channels),
    type: z.literal(kind.type),
    settings: kind.settings,
    ...(kind.via === "http" && kind.baseUrl !== undefined && { baseUrl: baseUrl.optional() }),
    ...(kind.via !== "outbox" && { onUncertain: z.enum(["resend", "give-up"]).optional() }),
    default: z.boolean().optional(),
    rate: z.strictObject({ count: z.int().min(1).max(maxRateCount), per: windowDurationSchema }).optional(),
    fallback: definitionKey.optional(),
  });

const shapes = [...providerKinds.values()].map(shapeOf);

/** A provider definition as it is put; told apart by `type`. */
export const providerSchema: z.ZodType<ProviderDefinition> =
  // Which types there are is known to the registry, at run time only; ProviderDefinition is what all of them have.
  z.discriminatedUnion(
    "type",
    shapes as unknown as [z.ZodObject<{ type: z.ZodLiteral<string> }>],
  ) as unknown as z.ZodType<ProviderDefinition>;

/** Names of the settings that are written and never read back. */
export const secretSettings = (type: string): readonly string[] => kindOf(type).secrets;

/**
 * Where the provider has an idempotency key, or the operator takes the risk; of push, unless the operator says otherwise: shown
 * twice it takes its own place, lost it is lost. Source: docs/semantics.md, Sending.
 */
export function resendsUncertain(definition: ProviderDefinition): boolean {
  if (definition.onUncertain !== undefined) return definition.onUncertain === "resend";
  if (definition.channel === "push") return true;
  const kind = kindOf(definition.type);
  // A row in our own database: writing it twice is writing it once.
  return kind.via === "outbox" || (kind.via === "http" && kind.idempotency !== undefined);
}

/** The kind a stored definition is of. Throws where none is registered: only checked definitions are stored. */
export function kindOf(type: string): ProviderKind {
  const kind = providerKinds.get(type);
  if (!kind) throw new Error(`expected a registered type of provider, got ${type}`);
  return kind;
}

/** The finished request for one message, signed where the provider wants it. */
export async function callFor(
  kind: HttpProvider,
  definition: ProviderDefinition,
  message: Sending,
  ports: AuthorizePorts,
): Promise<HttpCall> {
  const call = kind.request(message, definition.settings, definition.baseUrl ?? kind.baseUrl ?? "");
  return kind.authorize ? kind.authorize(call, definition.settings, ports, message) : call;
}
