import type { ApplyAnswer, ApplyRequest, ObjectAnswer, ObjectRequest } from "../../src/api/queue.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import { targetOf } from "../../src/domain/user/merge.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { SqliteHistory } from "../../src/storage/object/sqlite-history.ts";
import type { SqlPort } from "../../src/storage/object/sql-port.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";
import { knownEvent } from "./reading.ts";
import type { Identity, UserSession } from "./session.ts";

/** Objects a request may pass through: merges are transitive, but nobody merges this often. */
export const maxHops = 8;

/** What an object does that handed its user over: everything that still reaches it goes to whom the user became. */
export class MergedAway {
  readonly #env: Env;
  readonly #identity: Identity;
  readonly #session: UserSession;
  readonly #sql: SqlPort;

  constructor(env: Env, { identity, session, sql }: { readonly identity: Identity; readonly session: UserSession; readonly sql: SqlPort }) {
    this.#env = env;
    this.#identity = identity;
    this.#session = session;
    this.#sql = sql;
  }

  /**
   * Events that reach a source go to the user each belongs to. Until its history is handed over the source itself says
   * which it knows: the target cannot yet.
   */
  async apply(request: ApplyRequest): Promise<ApplyAnswer> {
    const meta = this.#session.state()?.meta;
    const latest = meta?.movedTo;
    if (meta === undefined || latest === undefined) throw new Error("expected a user that was merged away");
    const history = new SqliteHistory(this.#sql);
    const known = request.events.flatMap((event) => knownEvent(history, event) ?? []);
    const news = known.length === 0 ? request.events : request.events.filter(({ id }) => !known.some((one) => one.id === id));
    for (const { receivedAt } of news) this.#session.now(receivedAt);
    const byTarget = Map.groupBy(news, ({ receivedAt }) => targetOf(meta, receivedAt) ?? latest);
    const answers: ApplyAnswer[] = [];
    for (const [target, events] of byTarget.size === 0 ? [[latest, news] as const] : byTarget) {
      const answer = await this.forward(target, { ...request, events }, (object, onward) => object.apply(onward));
      answers.push({ ...answer, events: answer.events ?? events.map(({ id }) => id) });
    }
    const last = answers.pop() as ApplyAnswer; // there is one target at least
    const { events = [], also = [] } = last;
    if (answers.length === 0 && also.length === 0) {
      const { events: _all, ...whole } = last;
      return { ...whole, known: [...known, ...last.known] };
    }
    return { ...last, events: [...known.map(({ id }) => id), ...events], known: [...known, ...last.known], also: [...answers, ...also] };
  }

  /** Passes a request on to the user this one became. What was confirmed is about this user's own facts and stays here. */
  async forward<R extends ObjectRequest, A extends ObjectAnswer>(
    target: UserKey,
    request: R,
    call: (object: UserRpcSurface, onward: R) => Promise<A>,
  ): Promise<A> {
    const hops = (request.hops ?? 0) + 1;
    if (hops > maxHops) throw new Error(`merged in a circle: ${this.#identity.workspace} ${this.#identity.user}`);
    const { confirmed: _own, ...rest } = request;
    // The last in a chain of merges says who answered.
    return { movedTo: target, ...(await call(userObject(this.#env, this.#identity.workspace, target), { ...(rest as R), hops })) };
  }
}
