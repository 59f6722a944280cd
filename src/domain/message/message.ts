import type { UserKey } from "../user/user-key.ts";
import type { Json, JsonObject } from "../json.ts";
import type { SendWindow } from "../sending/rules.ts";
import type { TemplateDefinition } from "../template/template.ts";

/** Channels a message can go out by; a channel is added in src/channels/channels. */
export type Channel = "email" | "sms" | "push" | "in-app" | "whatsapp" | "slack" | "webhook";

/**
 * Life of a message. Up to `converted` a lattice (a late or repeated report never moves a message back), the others
 * stand aside. Source: docs/semantics.md, Steps.
 */
export const messageStatuses = [
  "queued",
  "held",
  "claimed",
  "sent",
  "delivered",
  "opened",
  "clicked",
  "replied",
  "converted",
  "skipped",
  "failed",
  "uncertain",
  "bounced",
  "complained",
  "unsubscribed",
] as const;

export type MessageStatus = (typeof messageStatuses)[number];

/** Why a message of a run that was held out is skipped; statistics count it apart, as withheld. */
export const HELD_OUT = "held out";

/** One thing to be sent to one user on one channel. Kept in the user's object; projected to D1. */
export interface Message {
  /** Also the provider's idempotency key. Derived from run, step and visit (or the call), never random: a replay makes the same id. */
  readonly id: string;
  readonly channel: Channel;
  readonly template: string;
  readonly topic?: string;
  readonly transactional?: boolean;
  /** Provider key the step asks for; else the channel's default at the claim. */
  readonly provider?: string;
  /** Where the message came from; absent for a transactional call. */
  readonly run?: { readonly id: string; readonly journey: string; readonly version: number; readonly step: string };
  readonly status: MessageStatus;
  /** Why it was skipped, held, failed. */
  readonly reason?: string;
  readonly createdAt: number;
  /** When something must happen next by itself: a held message asked again, a retry due, a lease over, an unconfirmed queue send repeated. */
  readonly due?: number;
  /** Claims so far; a settle names the attempt it belongs to, so that an expired lease's late answer is told apart. */
  readonly attempts: number;
  /** The first claim, ms: retries end 23 h after it, while the provider still knows the idempotency key. */
  readonly firstClaimedAt?: number;
  /** The newest claim after the first, ms: that is when it counts for caps. */
  readonly claimedAt?: number;
  /** Filled at the first claim and kept: every retry is byte-identical. */
  readonly rendered?: RenderedMessage;
  /** Copies (cc, bcc) that were not sent: nothing is sent to those addresses. */
  readonly leftOut?: readonly string[];
  /** An attempt ended without a clear answer: the user may have it. */
  readonly unclear?: true;
  /** Providers that refused it before the one that has it now, and the attempts made until then. */
  readonly earlier?: { readonly providers: readonly string[]; readonly attempts: number };
  /** Of a push message to one more of the user's devices: the id of the message it is a copy of. */
  readonly of?: string;
  /** How many copies were made of it: one for each further device. */
  readonly copies?: number;
  /** The furthest any of its copies came while its own device was still being tried. */
  readonly elsewhere?: MessageStatus;
  /** Its own device will not get it: how it ends if none of its copies gets through. */
  readonly lost?: { readonly status: "skipped" | "failed"; readonly reason: string };
  /** Since when (ms) it waits for a paused provider. */
  readonly blockedSince?: number;
  /** An operator had it sent again: its run went on long ago and is not asked. */
  readonly replayed?: true;
  /** First instant (ms) of each final status it has come to: `sent` and what follows, skipped, failed, uncertain. */
  readonly reached?: Readonly<Partial<Record<MessageStatus, number>>>;
  /** Variant of an A/B send, by its position ("0", "1" …). */
  readonly variant?: string;
  /** A named window or an own one: outside of it the message is held. */
  readonly window?: string | SendWindow;
  /** When its user most likely reads it, ms: held until then. Chosen between its creation and `until`. */
  readonly best?: { readonly at: number; readonly until: number; readonly otherwise?: string };
  /** Where the step says to send, after Liquid; else the user's own address. */
  readonly to?: string;
  readonly sentAt?: number;
  /** The provider's own id of the message. */
  readonly providerMessageId?: string;
  /** The language a call asks for; else the user's own. */
  readonly locale?: string;
  /** What a call brought along; forgotten once the message is sent or skipped. */
  readonly payload?: MessagePayload;
  /** It asks to confirm an opt-in: its link confirms it. */
  readonly confirms?: { readonly topic: string; readonly channel?: Channel };
  /** What its own links and pixel told. */
  readonly followed?: Followed;
}

/** How often a message was opened and its links were followed, by people and (apart) by machines; instants in ms. */
export interface Followed {
  readonly opens: number;
  readonly machineOpens: number;
  /** By address, each without its fragment, bounded. */
  readonly links: Readonly<Record<string, FollowedLink>>;
  /** The newest click, whoever's: machines follow many links at once. */
  readonly last?: { readonly url: string; readonly at: number };
  /** By the number of the link (RenderedMessage.links): what is counted for all messages together. */
  readonly places?: Readonly<Record<string, FollowedPlace>>;
}

/** Clicks of one of the template's links, and how many of them were told already. */
export interface FollowedPlace {
  readonly clicks: number;
  readonly machineClicks: number;
  readonly told: { readonly clicks: number; readonly machineClicks: number };
}

export interface FollowedLink {
  readonly clicks: number;
  readonly machineClicks: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What a call gives a message beside its fields. Never changed, and kept apart from the message's row: it may be large. */
export interface MessagePayload {
  /** Content written in the call itself, as a template of one locale; left out: the template the message names. */
  readonly content?: TemplateDefinition;
  /** `data` in the template. */
  readonly data?: JsonObject;
  readonly attachments?: readonly Attachment[];
  /** Length of all of it as JSON. */
  readonly characters: number;
}

/** A file that goes along with an email. `content` is base64. */
export interface Attachment {
  readonly name: string;
  /** Media type, as "application/pdf". */
  readonly type: string;
  readonly content: string;
  /** An image that stands in the HTML, by `cid:` and this. */
  readonly contentId?: string | undefined;
}

/** What a provider is given: address and content, fully rendered, independent of the provider. */
export interface RenderedMessage {
  /** Provider key (definition) chosen at the first claim. */
  readonly provider: string;
  /** Whose it was when it was rendered: a merge later must not change what a provider is sent. */
  readonly owner: UserKey;
  readonly to: string;
  readonly content: MessageContent;
  /** What the message's own links tell of, beside its provider. */
  readonly tells?: readonly MessageStatus[];
  /** Links that tell of clicks, by the number that each carries: as the template writes them (docs/semantics.md, Links). */
  readonly links?: readonly string[];
}

/** Content by channel, after Liquid. Only channels that have a provider today. */
export type MessageContent =
  | {
      readonly channel: "email";
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      readonly from?: string;
      readonly replyTo?: string;
      readonly preheader?: string;
      readonly cc?: readonly string[];
      readonly bcc?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
      /** Of transactional calls only. `content` is base64. */
      readonly attachments?: readonly Attachment[];
    }
  | { readonly channel: "sms"; readonly body: string }
  | {
      readonly channel: "push";
      readonly title: string;
      readonly body: string;
      /** https addresses */
      readonly image?: string;
      readonly link?: string;
      readonly actions?: readonly { readonly id: string; readonly title: string; readonly link?: string }[];
      readonly data?: Readonly<Record<string, string>>;
      readonly badge?: number;
      readonly sound?: string;
      /** Seconds a provider may hold it for a device that is off. */
      readonly ttl?: number;
      /** A newer message of the same key takes the place of one not yet shown. */
      readonly collapseKey?: string;
    }
  /** Either an approved template of the provider with its parameters, or text (within the customer-service window). */
  | {
      readonly channel: "whatsapp";
      readonly template?: { readonly name: string; readonly language: string; readonly parameters: readonly string[] };
      readonly body?: string;
    }
  /** `blocks`: Block Kit as JSON; `text` stands in where blocks cannot be shown. */
  | { readonly channel: "slack"; readonly text: string; readonly blocks?: Json }
  | {
      readonly channel: "webhook";
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/**
 * How a provider call ended (docs/semantics.md, Sending): these six words everywhere.
 * `retryAfterMs` is the provider's own wish; `detail` is for people and must hold no secret.
 */
export type Outcome =
  | { readonly kind: "accepted"; readonly providerMessageId?: string; readonly detail?: string }
  | { readonly kind: "retry"; readonly retryAfterMs?: number; readonly detail: string }
  | { readonly kind: "rejected"; readonly detail: string }
  /** `listed`: the address is on the workspace's suppression list; nobody was asked. */
  | { readonly kind: "unreachable"; readonly detail: string; readonly listed?: true }
  | { readonly kind: "misconfigured"; readonly detail: string }
  | { readonly kind: "uncertain"; readonly detail: string };

/** Addresses made for one message: templates print each by its name (`{{ unsubscribe_url }}`). What there is none of is left out. */
export interface MessageLinks {
  readonly unsubscribe_url?: string;
  readonly preferences_url?: string;
  readonly view_in_browser_url?: string;
  /** Of a message that asks to confirm an opt-in. */
  readonly confirm_url?: string;
}

/** Data a template sees, beside the user: see docs/language.md, Templates. */
export interface RenderScope {
  readonly user: JsonObject;
  readonly trigger: Json;
  readonly run: JsonObject;
  /** Kept by webhook steps. */
  readonly variables: JsonObject;
  /** What the newest digest step collected: `events`, oldest first, and their `count`. */
  readonly digest: { readonly events: readonly Json[]; readonly count: number };
  readonly message: JsonObject;
  readonly workspace: JsonObject;
  /** What a transactional call brought along; left out where no call sent the message. */
  readonly data?: JsonObject;
  /** Set where a message is rendered to be sent; left out, templates that print one cannot be rendered. */
  readonly links?: MessageLinks;
}
