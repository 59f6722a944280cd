/** What a group's object is told and asked: plain JSON, bounded. */
import type { EventOrder } from "../domain/event/event.ts";
import type { JsonObject } from "../domain/json.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import type { Page, PageRequest } from "./user-rpc.ts";

/** A user's word on its membership, at its place in the total order. */
export interface MemberSaid {
  readonly user: UserKey;
  readonly state: "joined" | "left";
  readonly order: EventOrder;
}

/** A `group` call: the user's own object has taken its membership; the group takes what was said of the group. */
export interface GroupCall extends MemberSaid {
  readonly traits?: JsonObject;
}

export interface GroupView {
  readonly attributes: JsonObject;
  readonly version: number;
  /** Counted to 10,001. */
  readonly members: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Members who have not been told the newest yet, counted to 10,001. */
  readonly pending: number;
}

export interface GroupMember {
  readonly user: UserKey;
  readonly since: number;
}

/** Changes by the management API. Users named here are told by the group. */
export interface GroupChange {
  readonly attributes?: JsonObject;
  readonly add?: readonly { readonly user: UserKey; readonly relationship?: JsonObject }[];
  readonly remove?: readonly UserKey[];
}

export interface GroupRpc {
  /** Undefined: nobody has spoken of the group, or it was deleted. */
  view(): Promise<GroupView | undefined>;
  /** By user key; the cursor is the last one's. */
  members(page: PageRequest): Promise<Page<GroupMember>>;
  /** Calls of members, in any order, any number of times. */
  take(calls: readonly GroupCall[]): Promise<void>;
  /** Answers the names of attributes that did not fit. A short fan-out is done when it answers, a long one goes on by itself. */
  change(change: GroupChange): Promise<{ readonly refused: readonly string[] }>;
  /** Everybody leaves, what was said is forgotten. False: there was no such group. */
  remove(): Promise<boolean>;
  /** A member was merged into another user. */
  moveMember(from: UserKey, to: UserKey): Promise<void>;
}
