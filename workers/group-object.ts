import { DurableObject } from "cloudflare:workers";
import type { GroupCall, GroupChange, GroupMember, GroupRpc, GroupView } from "../src/api/group-rpc.ts";
import type { Page, PageRequest } from "../src/api/user-rpc.ts";
import type { EventOrder } from "../src/domain/event/event.ts";
import { deleteGroup, type Group, groupAttributes, isOver, newGroup, sayOfGroup, stands } from "../src/domain/group/group.ts";
import { type GroupName, parseGroupName } from "../src/domain/group/group-name.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import { durableSql } from "../src/storage/object/durable-sql.ts";
import { GroupStore } from "../src/storage/object/group-store.ts";
import { putGroup } from "../src/storage/shard/group-list.ts";
import { shardOf } from "../src/storage/shard/shards.ts";
import type { Env } from "./env.ts";
import { tellMembers } from "./group/tell-members.ts";
import { backOffMs } from "./user/wake.ts";

/** A change by the API is told to this many members, or for this long, before it is answered; the rest goes on by itself. */
const inlinePages = 2;
const inlineMs = 2_000;
/** One alarm works this long, then arms the next: far below the platform's 15 minutes. */
const workMs = 10_000;
/** Members of one page of the list. */
const membersPerPage = 200;

/**
 * One group of a workspace (an account, a team): what it says of itself, who is in it, and the telling of changes to them.
 * What a member has not been told yet follows from the versions kept, so a telling that was cut off goes on where it was,
 * and one done twice changes nothing.
 */
export class GroupObject extends DurableObject<Env> implements GroupRpc {
  readonly #name: GroupName;
  readonly #store: GroupStore;
  #isWorking = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const name = parseGroupName(ctx.id.name ?? "");
    if (name === undefined) throw new Error(`expected an object name "<workspace>:<type>:<id>", got ${ctx.id.name ?? "none"}`);
    this.#name = name;
    this.#store = new GroupStore(durableSql(ctx.storage.sql));
  }

  async view(): Promise<GroupView | undefined> {
    const group = this.#group();
    if (group === undefined) return undefined;
    const { members, pending } = this.#store.counts(group.version);
    if (!stands(group, members)) return undefined;
    return {
      attributes: groupAttributes(group),
      version: group.version,
      members,
      pending,
      createdAt: group.createdAt,
      updatedAt: group.updatedAt,
    };
  }

  async members({ limit, cursor = "" }: PageRequest): Promise<Page<GroupMember>> {
    if (!this.#store.exists()) return { items: [], next: null };
    const size = Math.min(Math.max(1, Math.trunc(limit)), membersPerPage);
    const found = this.#store.members(cursor, size + 1);
    const items = found.slice(0, size);
    return { items, next: found.length > size ? (items.at(-1)?.user ?? null) : null };
  }

  async take(calls: readonly GroupCall[]): Promise<void> {
    const now = Date.now();
    this.#write(now, (group) => {
      let next = group;
      for (const { user, state, order, traits } of calls) {
        // A call from before the group was deleted: its user believes to be in it, and is told otherwise.
        if (isOver(next, order) && state === "joined") {
          this.#store.put({ user, state: "left", order: next.deleted ?? order }, { relationship: undefined });
          continue;
        }
        this.#store.put({ user, state, order });
        if (traits !== undefined) next = sayOfGroup(next, traits, { order, now }).group;
      }
      return next;
    });
    await this.ctx.storage.setAlarm(now);
  }

  async change({ attributes, add = [], remove = [] }: GroupChange): Promise<{ readonly refused: readonly string[] }> {
    const now = Date.now();
    let refused: readonly string[] = [];
    this.#write(now, (group) => {
      const order = orderNow(group, now);
      for (const { user, relationship } of add) this.#store.put({ user, state: "joined", order }, { relationship });
      for (const user of remove) this.#store.put({ user, state: "left", order }, { relationship: undefined });
      if (attributes === undefined) return group;
      const said = sayOfGroup(group, attributes, { order, now });
      ({ refused } = said);
      return said.group;
    });
    await this.#workInline(now);
    return { refused };
  }

  async remove(): Promise<boolean> {
    const group = this.#group();
    if (group === undefined || !stands(group, this.#store.counts(group.version).members)) return false;
    const now = Date.now();
    const order = orderNow(group, now);
    this.#write(now, () => {
      this.#store.removeAll(order);
      return deleteGroup(group, { order, now });
    });
    await this.#workInline(now);
    return true;
  }

  async moveMember(from: UserKey, to: UserKey): Promise<void> {
    if (!this.#store.exists()) return;
    const moved = this.ctx.storage.transactionSync(() => this.#store.move(from, to));
    if (moved) await this.ctx.storage.setAlarm(Date.now());
  }

  /** Writes the row of the list and tells members what they do not know. Never throws: a throwing alarm is given up after six times. */
  override async alarm(): Promise<void> {
    let due: number | undefined;
    try {
      due = await this.#work(Date.now() + workMs, Number.MAX_SAFE_INTEGER);
      await this.ctx.storage.delete("failures");
    } catch (error) {
      const failures = Number((await this.ctx.storage.get("failures")) ?? 0);
      console.error(JSON.stringify({ what: "group could not tell its members", object: this.ctx.id.name, error: String(error) }));
      await this.ctx.storage.put("failures", failures + 1);
      due = Date.now() + backOffMs(failures);
    }
    await this.#arm(due);
  }

  /** Never later than what is set already: somebody may have asked for it meanwhile. */
  async #arm(due: number | undefined): Promise<void> {
    if (due === undefined) return;
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || due < armed) await this.ctx.storage.setAlarm(due);
  }

  #group(): Group | undefined {
    return this.#store.exists() ? this.#store.load() : undefined;
  }

  #write(now: number, change: (group: Group) => Group): void {
    this.ctx.storage.transactionSync(() => {
      this.#store.layOut();
      const before = this.#store.load();
      const group = before ?? newGroup(now);
      const after = change(group);
      if (before === undefined || after !== group) this.#store.save(after);
    });
  }

  /** Does a little right away, so that the next look shows it; the alarm, armed first, does whatever is left. */
  async #workInline(now: number): Promise<void> {
    await this.#arm(now + inlineMs);
    try {
      await this.#arm(await this.#work(now + inlineMs, inlinePages));
    } catch (error) {
      // The change is made and kept; the alarm tells those who were not told.
      console.error(JSON.stringify({ what: "group could not tell its members at once", object: this.ctx.id.name, error: String(error) }));
    }
  }

  /** Answers when there is more to do; undefined = everybody knows everything. */
  async #work(until: number, pages: number): Promise<number | undefined> {
    if (this.#isWorking) return Date.now() + inlineMs;
    this.#isWorking = true;
    try {
      await this.#list();
      for (let page = 0; page < pages && Date.now() < until; page++) {
        const group = this.#group();
        if (group === undefined) return undefined;
        const told = await tellMembers({ env: this.env, name: this.#name, store: this.#store, group });
        if (told === 0) break;
      }
    } finally {
      this.#isWorking = false;
    }
    const group = this.#group();
    const due = group && this.#store.nextTelling(group.version);
    return due === undefined ? undefined : Math.max(due, Date.now());
  }

  /** The group's row of the workspace's list; written where the version is another than the row's. */
  async #list(): Promise<void> {
    const group = this.#group();
    if (group === undefined) return;
    const { version, updatedAt } = group;
    const isThere = stands(group, this.#store.counts(version).members);
    const mark = `${version}:${isThere}`;
    if ((await this.ctx.storage.get("listed")) === mark) return;
    const { workspace, type, id } = this.#name;
    const attributes = isThere ? JSON.stringify(groupAttributes(group)) : null;
    await putGroup(shardOf(this.env, workspace, `g:${type}/${id}`), { workspace, type, id, version, attributes, updatedAt });
    await this.ctx.storage.put("listed", mark);
  }
}

/** Now, and after everything that is known to be over. */
const orderNow = ({ deleted }: Group, now: number): EventOrder =>
  deleted === undefined || deleted[0] < now ? [now, now, 0] : [deleted[0] + 1, now, 0];
