import type { Inbound, InboundCall, InboundReading } from "../../src/channels/provider.ts";
import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";

/** A call of a provider's, read. */
export interface Read {
  readonly workspace: string;
  readonly definition: ProviderDefinition;
  readonly inbound: Inbound<unknown>;
  readonly call: InboundCall;
  readonly reading: InboundReading;
}
