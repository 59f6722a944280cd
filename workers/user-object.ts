import { DurableObject } from "cloudflare:workers";
import type {
  ApplyAnswer,
  ApplyRequest,
  ClaimAnswer,
  ClaimRequestMessage,
  ObjectAnswer,
  ObjectRequest,
  SettleRequest,
} from "../src/api/queue.ts";
import type {
  ConsentItem,
  ExplainAnswer,
  ExplainRequest,
  FreezeAnswer,
  FreezeRequest,
  Page,
  PageRequest,
  RunItem,
  StimulateRequest,
  TimelineItem,
  UserRpcSurface,
  UserView,
} from "../src/api/user-rpc.ts";
import type { UserEvent } from "../src/domain/event/event.ts";
import { isFinal } from "../src/domain/message/lattice.ts";
import type { Message } from "../src/domain/message/message.ts";
import { renderTemplate } from "../src/domain/template/render.ts";
import { claim } from "../src/domain/user/claim.ts";
import { decide } from "../src/domain/user/decide.ts";
import { askedBefore } from "../src/domain/user/frequency.ts";
import { wantedMerges } from "../src/domain/user/identity.ts";
import { nextDue } from "../src/domain/user/timers.ts";
import { type UserKey, parseObjectName } from "../src/domain/user/user-key.ts";
import { durableSql } from "../src/storage/object/durable-sql.ts";
import { SqliteHistory } from "../src/storage/object/sqlite-history.ts";
import type { SqlPort } from "../src/storage/object/sql-port.ts";
import { liveVersion } from "./catalog-cache.ts";
import type { Env } from "./env.ts";
import { linkMaker } from "./link-keys.ts";
import { AlarmClock } from "./user/alarm-clock.ts";
import { explain } from "./user/explaining.ts";
import { MergedAway, maxHops } from "./user/merged-away.ts";
import { acknowledge, freeze, withKept, withoutTaken } from "./user/merging.ts";
import { ObjectCatalog, StillAdopting } from "./user/object-catalog.ts";
import { Pruning } from "./user/pruning.ts";
import {
  type MessageView,
  consentPage,
  eventsPage,
  knownEvent,
  messageView,
  messagesPage,
  nothing,
  runsPage,
  timelinePage,
  viewOf,
} from "./user/reading.ts";
import { type Identity, type Turn, UserSession } from "./user/session.ts";
import { backOffMs, catalogMaxAgeMs, earliest, factsRetryMs, wake } from "./user/wake.ts";
import { userObject } from "./user-stub.ts";

/**
 * One user. Loads, lets the core decide, commits, arms its alarm, answers; single-threaded and the only source of truth
 * about the user. Every method is safe to repeat. An object nobody wrote to answers reads without writing anything.
 */
export class UserObject extends DurableObject<Env> implements UserRpcSurface {
  readonly #sql: SqlPort;
  readonly #identity: Identity;
  readonly #session: UserSession;
  readonly #merged: MergedAway;
  readonly #clock: AlarmClock;
  readonly #pruning: Pruning;
  readonly #catalogs: ObjectCatalog;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const identity = parseObjectName(ctx.id.name ?? "");
    if (identity === undefined) throw new Error(`expected an object name "<workspace>:<user key>", got ${ctx.id.name ?? "none"}`);
    this.#identity = identity;
    this.#clock = new AlarmClock(ctx);
    this.#sql = durableSql(ctx.storage.sql);
    this.#session = new UserSession(
      {
        sql: this.#sql,
        transaction: (work) => ctx.storage.transactionSync(work),
        clock: () => Date.now(),
        size: () => ctx.storage.sql.databaseSize,
      },
      identity,
    );
    this.#merged = new MergedAway(env, { identity, session: this.#session, sql: this.#sql });
    this.#pruning = new Pruning(this.#sql, this.#session);
    this.#catalogs = new ObjectCatalog(env, { identity, session: this.#session, clock: this.#clock });
  }

  async apply(request: ApplyRequest): Promise<ApplyAnswer> {
    this.#confirm(request);
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    if (this.#movedTo() !== undefined) return this.#merged.apply(request);
    const { turn, value: known } = this.#session.turn((open) =>
      request.events.flatMap((event) => {
        open.take(decide(open.state, { type: "event", event }, open.context(this.#session.now(event.receivedAt), catalog)));
        return knownEvent(open.history, event) ?? [];
      }),
    );
    // No alarm for the facts: the intake row stays until they are projected, and a repeated apply answers them again.
    this.#clock.arm(this.#dueVouched(turn));
    return { ...this.#answer(turn), known };
  }

  async stimulate(request: StimulateRequest): Promise<ObjectAnswer> {
    this.#confirm(request);
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    const target = this.#movedTo();
    if (target !== undefined)
      return this.#merged.forward(target, withoutTaken(this.#session.store, withKept(this.#session.store, request)), (to, next) =>
        to.stimulate(next),
      );
    const { turn } = this.#session.turn((open) => {
      for (const stimulus of request.stimuli) open.take(decide(open.state, stimulus, open.context(this.#session.now(), catalog)));
    });
    this.#clock.arm(request.vouched === true ? this.#dueVouched(turn) : this.#dueWithFacts(turn));
    const entries = request.stimuli.flatMap((stimulus) => {
      const refused = stimulus.type === "enter" ? askedBefore(turn.state.entries, stimulus.journey, stimulus.id) : undefined;
      return refused === undefined ? [] : [{ id: stimulus.type === "enter" ? stimulus.id : "", refused }];
    });
    return { ...this.#answer(turn), ...(entries.length > 0 && { entries }) };
  }

  async claim(request: ClaimRequestMessage): Promise<ClaimAnswer> {
    this.#confirm(request);
    // Before the catalog: nothing may come between that and the turn.
    const links = await linkMaker(this.env, this.#identity.workspace);
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    const target = this.#movedTo(request.message);
    if (target !== undefined) return this.#merged.forward(target, request, (object, onward) => object.claim(onward));
    if (!this.#session.exists()) return { claim: { kind: "no", reason: "unknown" }, deliver: [] };
    const { name, timezone } = catalog.document;
    const { turn, value } = this.#session.turn((open) => {
      const decision = claim(
        open.state,
        {
          message: request.message,
          ...(request.place && { place: request.place }),
          ...(request.quota && { quota: request.quota }),
          workspace: { name, timezone },
        },
        { ...open.context(this.#session.now(), catalog), render: renderTemplate, links },
      );
      open.take(decision);
      return decision.claim;
    });
    this.#clock.arm(this.#dueWithFacts(turn));
    return { ...this.#answer(turn), claim: value };
  }

  async settle(request: SettleRequest): Promise<ObjectAnswer> {
    this.#confirm(request);
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    const target = this.#movedTo(request.message);
    if (target !== undefined) return this.#merged.forward(target, request, (object, onward) => object.settle(onward));
    if (!this.#session.exists()) return { deliver: [] };
    const { message, attempt, outcome, leftOut } = request;
    const settled = { type: "settled", message, attempt, outcome, ...(leftOut && { leftOut }) } as const;
    const { turn } = this.#session.turn((open) => open.take(decide(open.state, settled, open.context(this.#session.now(), catalog))));
    this.#clock.arm(this.#dueWithFacts(turn));
    return this.#answer(turn);
  }

  async confirm(number: number): Promise<void> {
    if (!this.#session.exists()) return;
    this.#session.write((_store, journal) => {
      journal.confirm(number);
      journal.storeConfirmed();
    });
  }

  async freeze(request: FreezeRequest): Promise<FreezeAnswer> {
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    const answer = freeze(this.#session, request, catalog);
    this.#clock.arm(this.#session.now() + factsRetryMs);
    return answer;
  }

  async acknowledge(merge: string): Promise<void> {
    if (this.#session.exists()) acknowledge(this.#session, merge);
  }

  async hasMerged(merge: string, hops = 0): Promise<boolean> {
    const state = this.#session.state();
    if (state === undefined) return false;
    if (state.meta.merges[merge] === true) return true;
    const { movedTo } = state.meta;
    if (movedTo !== undefined) {
      if (hops >= maxHops) throw new Error(`merged in a circle: ${this.#identity.workspace} ${this.#identity.user}`);
      return userObject(this.env, this.#identity.workspace, movedTo).hasMerged(merge, hops + 1);
    }
    if (wantedMerges(state).some((wanted) => wanted.merge === merge)) this.#clock.arm(this.#session.now());
    return false;
  }

  async view(hops = 0): Promise<UserView | undefined> {
    const target = this.#session.state()?.meta.movedTo;
    if (target !== undefined && hops < maxHops) return userObject(this.env, this.#identity.workspace, target).view(hops + 1);
    if (this.#session.state() === undefined) return undefined;
    const catalog = await this.#catalogs.look({ catalog: await liveVersion(this.env, this.#identity.workspace, catalogMaxAgeMs) });
    const state = this.#session.state();
    return state === undefined ? undefined : viewOf(state, nextDue(state, catalog) ?? null);
  }

  async explain(request: ExplainRequest): Promise<ExplainAnswer> {
    const catalog = this.#catalogs.atHand(request) ?? (await this.#catalogs.load(request));
    const target = this.#session.state()?.meta.movedTo;
    const hops = (request.hops ?? 0) + 1;
    if (target !== undefined && hops <= maxHops)
      return userObject(this.env, this.#identity.workspace, target).explain({ ...request, hops });
    if (!this.#session.exists()) return { kind: "unknown", what: "user" };
    return explain(this.#session, request.question, catalog);
  }

  async timeline(page: PageRequest): Promise<Page<TimelineItem>> {
    return this.#session.exists() ? timelinePage(new SqliteHistory(this.#sql), this.#session.journal(), page) : nothing;
  }

  async events(page: PageRequest): Promise<Page<UserEvent>> {
    return this.#session.exists() ? eventsPage(new SqliteHistory(this.#sql), page) : nothing;
  }

  async consent(page: PageRequest): Promise<Page<ConsentItem>> {
    return this.#session.exists() ? consentPage(this.#session.journal(), page) : nothing;
  }

  async messages(page: PageRequest): Promise<Page<Message>> {
    return this.#session.exists() ? messagesPage(this.#session.store, page) : nothing;
  }

  async runs(page: PageRequest): Promise<Page<RunItem>> {
    const state = this.#session.state();
    return state === undefined ? nothing : runsPage(state, this.#session.journal(), page);
  }

  async message(id: string, hops = 0): Promise<MessageView | undefined> {
    const target = this.#movedTo();
    if (target !== undefined && hops < maxHops) {
      // Messages still open went along with a merge; the others stayed.
      const there = await userObject(this.env, this.#identity.workspace, target).message(id, hops + 1);
      if (there !== undefined) return there;
    }
    return this.#session.exists() ? messageView(new SqliteHistory(this.#sql), this.#session.journal(), id) : undefined;
  }

  /** Drains what is due. Never throws: a throwing alarm is retried six times and then lost for ever. */
  override async alarm(): Promise<void> {
    await this.#clock.read();
    let failures = 0;
    let due: number | undefined;
    try {
      failures = Number(this.#session.exists() ? (this.#session.store.note("alarm") ?? 0) : 0);
      const woken = await wake({
        env: this.env,
        failures,
        session: this.#session,
        pruning: this.#pruning,
        identity: this.#identity,
        catalog: (version) => this.#catalogs.load({ catalog: version }),
      });
      ({ due } = woken);
      if (woken.failed || failures > 0) this.#session.write((store) => store.setNote("alarm", woken.failed ? failures + 1 : undefined));
    } catch (error) {
      if (error instanceof StillAdopting) {
        due = this.#session.now();
        return;
      }
      this.#session.forget();
      console.error(JSON.stringify({ what: "alarm failed", object: this.ctx.id.name, failures: failures + 1, error: String(error) }));
      due = this.#session.now() + backOffMs(failures);
      this.#session.write((store) => store.setNote("alarm", failures + 1));
    } finally {
      this.#clock.arm(due);
    }
  }

  #dueOf(turn: Turn): number | undefined {
    return turn.wantsMerge ? this.#session.now() : earliest(turn.nextDue, this.#pruning.due());
  }

  /** The caller sees to the facts it is answered; what one answer does not hold is the alarm's. */
  #dueVouched(turn: Turn): number | undefined {
    return this.#session.journal().hasBacklog ? this.#dueWithFacts(turn) : this.#dueOf(turn);
  }

  /** Facts that no intake row vouches for are sent again by the alarm. */
  #dueWithFacts(turn: Turn): number | undefined {
    const due = this.#dueOf(turn);
    return this.#session.journal().hasUnconfirmed ? Math.min(due ?? Number.MAX_SAFE_INTEGER, this.#session.now() + factsRetryMs) : due;
  }

  #answer(turn: Turn): ObjectAnswer {
    const facts = this.#session.journal().unconfirmed(turn.state.workspace, turn.state.user);
    const { deliver, asks } = turn;
    return { deliver, ...(asks.length > 0 && { asks }), ...(facts !== undefined && { facts }) };
  }

  #confirm(request: ObjectRequest): void {
    if (request.confirmed !== undefined && this.#session.exists()) this.#session.journal().confirm(request.confirmed);
  }

  /** Where this user went; undefined when it is still here, or the message asked about was settled here. */
  #movedTo(message?: string): UserKey | undefined {
    const state = this.#session.state();
    const target = state?.meta.movedTo;
    if (state === undefined || target === undefined || message === undefined) return target;
    const known = new SqliteHistory(this.#sql).message(message);
    if (known !== undefined && isFinal(known.status)) return undefined;
    if (Object.hasOwn(state.open, message)) throw new Error("expected the merge to be over before this message goes on; try again");
    return target;
  }
}
