/** Shapes of the management API as the pages use them: the API's own (src/api/management.ts), and facts as they come over the wire. */
import type { JourneySummary } from "../../../src/api/journey-view.ts";
import type * as management from "../../../src/api/management.ts";
import type { MessageDetail } from "../../../src/api/message-view.ts";
import type { MessageContent } from "../../../src/domain/message/message.ts";
import type { Fact } from "../../../src/domain/user/facts.ts";
import type { Loose } from "../format/condition.ts";

export type {
  KeyView,
  LoggedEvent,
  Member,
  Rejection,
  Statistics,
  UserProfile,
  UserSummary,
  WorkspaceView,
} from "../../../src/api/management.ts";
export type { JourneySummary } from "../../../src/api/journey-view.ts";
export type { TemplatePreview, TemplateView } from "../../../src/api/template-views.ts";
export type { MessageSummary } from "../../../src/api/message-view.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Session {
  readonly user: { readonly id: string; readonly email: string; readonly name?: string };
}

/** Facts are answered as they are, with their instants as ISO 8601 texts. */
type WithTexts<T> = { readonly [K in keyof T]: K extends "at" | "until" | "createdAt" | "lastSeenAt" ? string : T[K] };
type EachWithTexts<T> = T extends unknown ? WithTexts<T> : never;
export type WireFact = EachWithTexts<Fact>;

export type TimelineItem =
  | { readonly at: string; readonly type: "event"; readonly event: management.EventView }
  | { readonly at: string; readonly type: "fact"; readonly number: number; readonly fact: WireFact };

/** A journey's draft with what is known about it; conditions and steps are read loosely, so that newer ones are shown too. */
export interface JourneyView extends JourneySummary {
  readonly trigger: Loose;
  readonly audience?: Loose;
  readonly frequency: Loose;
  readonly exit?: Loose;
  readonly goals?: readonly { readonly key: string; readonly name?: string; readonly condition: Loose; readonly within?: string }[];
  readonly start: string;
  readonly steps: Readonly<Record<string, Loose>>;
}

export interface SegmentView {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly kind?: string;
  readonly condition?: Loose;
  /** Counted to `memberCountLimit`; one more says that there are more. */
  readonly members: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface MessageView extends Omit<MessageDetail, "content" | "timeline"> {
  readonly content: MessageContent | null;
  readonly timeline: readonly WireFact[];
}

export interface AlertView {
  readonly kind: string;
  /** Key of what it is about: of "provider-paused" the provider. */
  readonly subject: string;
  readonly detail: string;
  readonly since: string;
}

export interface ProviderView {
  readonly key: string;
  readonly channel: string;
  readonly type: string;
  readonly default?: boolean;
  readonly webhookUrl: string;
  readonly paused: { readonly since: string; readonly reason: string } | null;
}

export interface ProviderType {
  readonly type: string;
  readonly title: string;
  /** It reports to the definition's webhook address. */
  readonly webhook: boolean;
}
