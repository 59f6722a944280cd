/** What the management API asks a user's object, and its answers: plain JSON, newest first, bounded pages. */
import type { UserEvent } from "../domain/event/event.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Message } from "../domain/message/message.ts";
import type { Fact } from "../domain/user/facts.ts";
import type { Run } from "../domain/user/state.ts";
import type { Stimulus } from "../domain/user/stimulus.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import type { ObjectAnswer, ObjectRequest } from "./queue.ts";

export interface UserView {
  readonly user: UserKey;
  readonly attributes: JsonObject;
  readonly tags: readonly string[];
  readonly segments: readonly { readonly key: string; readonly since: number }[];
  readonly suppressions: JsonObject;
  readonly subscriptions: JsonObject;
  readonly anonymousIds: readonly string[];
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly nextDue: number | null;
  readonly runs: readonly Run[];
}

/** One line of the timeline: an event of the user, or a fact with its reason. */
export type TimelineItem =
  | { readonly at: number; readonly type: "event"; readonly event: UserEvent }
  | { readonly at: number; readonly type: "fact"; readonly number: number; readonly fact: Fact };

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface StimulateRequest extends ObjectRequest {
  readonly stimuli: readonly Stimulus[];
}

/** The management half of the object's RPC surface; the data half is in queue.ts. An object nobody ever wrote to answers undefined / empty pages and stays empty. */
export interface UserRpc {
  view(): Promise<UserView | undefined>;
  timeline(page: PageRequest): Promise<Page<TimelineItem>>;
  events(page: PageRequest): Promise<Page<UserEvent>>;
  messages(page: PageRequest): Promise<Page<Message>>;
  message(id: string): Promise<{ readonly message: Message; readonly facts: readonly Fact[] } | undefined>;
  stimulate(request: StimulateRequest): Promise<ObjectAnswer>;
}

/** Where the timeline's `because` values go through. */
export type Reason = Json;
