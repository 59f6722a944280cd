import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { vi } from "vitest";
import type { AskMessage, DeliverMessage, ObjectAnswer } from "../../src/api/queue.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import { answerTo, noAnswers } from "../../src/simulate/answers.ts";
import { momentMs } from "../../src/simulate/moment.ts";
import { movesOf, type Move } from "../../src/simulate/moves.ts";
import { stimulusOf } from "../../src/simulate/make-move.ts";
import { isPublication, publication } from "../../src/simulate/publication.ts";
import type { Script } from "../../src/simulate/script.ts";
import { Tracer, type TraceItem } from "../../src/simulate/trace.ts";
import { courseOf, outcomeOf, reportOf, type Word } from "../../src/simulate/words.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { commitCatalog, readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { user, userStub } from "./workspace.ts";

/** What objects put on queues by themselves. Kept here: consumers would work by the platform's time, not by the script's. */
const queued: (DeliverMessage | AskMessage)[] = [];

/** Makes the clock the script's, and keeps what alarms queue. To be called before each test; `vi.useRealTimers` and `restoreAllMocks` after. */
export const takeOver = (): void => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(Object.getPrototypeOf(env.DELIVER_EMAIL) as Queue<DeliverMessage | AskMessage>, "sendBatch").mockImplementation((messages) => {
    queued.push(...[...messages].map(({ body }) => body));
    return Promise.resolve({} as QueueSendBatchResponse);
  });
};

/**
 * Plays a script through real objects: their RPC, their SQLite, their alarms, with the outside played as in the simulator.
 * Answers each user's trace, made of what the object's own timeline tells.
 */
export const playInObjects = async (
  workspace: string,
  script: Script,
  document: CatalogDocument,
): Promise<ReadonlyMap<UserKey, readonly TraceItem[]>> => {
  queued.length = 0;
  const start = Date.parse(script.start);
  const moves = movesOf(script.script, { start, problems: [] });
  const until = momentMs(script.until ?? "P30D", start) ?? start;
  const stage: Stage = { workspace, document, users: [], words: moves.flatMap(({ word }) => word ?? []), answers: noAnswers(), sent: [] };
  for (const move of moves) {
    await sleep(stage, move.at - 1);
    vi.setSystemTime(move.at);
    await makeMove(stage, move);
  }
  await sleep(stage, until);
  return new Map(await Promise.all(stage.users.map(async (key) => [key, await traceOf(workspace, key)] as const)));
};

interface Stage {
  readonly workspace: string;
  document: CatalogDocument;
  /** In the order of first contact. */
  readonly users: UserKey[];
  readonly words: readonly Word[];
  readonly answers: ReturnType<typeof noAnswers>;
  readonly sent: {
    readonly user: UserKey;
    readonly message: string;
    readonly journey: string;
    readonly step: string;
    readonly attempt: number;
  }[];
}

type Answer = Pick<ObjectAnswer, "deliver" | "asks">;

const liveVersionOf = ({ workspace }: Stage): Promise<number> => readLiveVersion(env.DB, workspace);

/** Every alarm at its own instant, the earliest user's first. */
const sleep = async (stage: Stage, until: number): Promise<void> => {
  for (let alarms = 0; alarms < 2_000; alarms++) {
    let next: { readonly key: UserKey; readonly at: number } | undefined;
    for (const key of stage.users) {
      const due = (await user(stage.workspace, key).view())?.nextDue;
      if (due !== undefined && due !== null && (next === undefined || due < next.at)) next = { key, at: due };
    }
    if (next === undefined || next.at > until) break;
    vi.setSystemTime(Math.max(next.at, Date.now()));
    if (!(await runDurableObjectAlarm(userStub(stage.workspace, next.key)))) throw new Error(`expected ${next.key} to have an alarm`);
    await follow(stage, next.key, { deliver: [] });
  }
  vi.setSystemTime(Math.max(until, Date.now()));
};

/** Answers, claims, settles and reports, until nothing follows: as the simulator does, at the same instant. */
const follow = async (stage: Stage, key: UserKey, first: Answer): Promise<void> => {
  const pending: (() => Promise<void>)[] = [];
  const take = ({ deliver, asks = [] }: Answer): void => {
    for (const ask of asks)
      pending.push(async () =>
        take(
          await stimulate(stage, key, {
            type: "answered",
            ask: ask.id,
            answer: answerTo(stage.answers, { now: Date.now(), ask, user: key }),
          }),
        ),
      );
    for (const { message } of deliver) pending.push(async () => send(stage, key, message, take));
  };
  take(first);
  const alarmed = queued.splice(0);
  take({
    deliver: alarmed.flatMap((one) => ("message" in one ? [{ channel: "email" as const, message: one.message }] : [])),
    asks: alarmed.flatMap((one) => ("ask" in one ? [one.ask] : [])),
  });
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) await next();
};

const send = async (stage: Stage, key: UserKey, message: string, take: (answer: Answer) => void): Promise<void> => {
  const catalog = await liveVersionOf(stage);
  const answer = await user(stage.workspace, key).claim({ catalog, message });
  take(answer);
  if (answer.claim.kind !== "send") return;
  const { attempt, message: claimed } = answer.claim;
  const course = courseOf(stage.words, claimed, key, Date.now());
  if (claimed.run !== undefined) stage.sent.push({ user: key, message, journey: claimed.run.journey, step: claimed.run.step, attempt });
  if (course.outcome !== undefined) take(await user(stage.workspace, key).settle({ catalog, message, attempt, outcome: course.outcome }));
  for (const report of course.reports) take(await stimulate(stage, key, { type: "reported", message, ...report }));
};

const stimulate = async (stage: Stage, key: UserKey, stimulus: Stimulus): Promise<ObjectAnswer> =>
  user(stage.workspace, key).stimulate({ catalog: await liveVersionOf(stage), stimuli: [stimulus] });

const makeMove = async (stage: Stage, move: Move): Promise<void> => {
  const { item, event, user: key, word } = move;
  if (item !== undefined && isPublication(item)) return publish(stage, move);
  if (key === undefined || item === undefined) return;
  if (!stage.users.includes(key)) stage.users.push(key);
  if (event !== undefined)
    return follow(stage, key, await user(stage.workspace, key).apply({ catalog: await liveVersionOf(stage), events: [event] }));
  if (word !== undefined) return say(stage, word);
  if (item.type === "webhook-answer") {
    stage.answers.endpoints.push({
      user: key,
      journey: item.journey,
      step: item.step,
      status: item.status ?? 200,
      body: item.body,
      failed: item.failed,
    });
    return;
  }
  const stimulus = stimulusOf(item, `script-${move.index}`);
  if (stimulus !== undefined) await follow(stage, key, await stimulate(stage, key, stimulus));
};

const say = async (stage: Stage, word: Word): Promise<void> => {
  if (word.done === true) return;
  const about = stage.sent.findLast(
    (sent) =>
      (word.message === undefined || sent.message === word.message) &&
      sent.step === word.step &&
      sent.user === word.user &&
      (word.journey ?? sent.journey) === sent.journey,
  );
  if (about === undefined) {
    word.waits = true;
    return;
  }
  word.done = true;
  const { message, attempt } = about;
  const outcome = outcomeOf(word);
  if (outcome !== undefined)
    await follow(
      stage,
      word.user,
      await user(stage.workspace, word.user).settle({ catalog: await liveVersionOf(stage), message, attempt, outcome }),
    );
  await follow(stage, word.user, await stimulate(stage, word.user, { type: "reported", message, ...reportOf(word) }));
};

/** The next catalog, stored as publishing stores it; then every user is brought up to it, as by a backfill. */
const publish = async (stage: Stage, { item, at, index }: Move): Promise<void> => {
  if (item === undefined || !isPublication(item)) return;
  const { document, enter } = publication(stage.document, item, { at, index });
  stage.document = { ...document, version: stage.document.version + 1 };
  const statements = stage.document.journeys.map(({ definition, version }) =>
    env.DB.prepare("INSERT OR IGNORE INTO journey_versions (workspace, key, version, body, published_at) VALUES (?, ?, ?, ?, 0)").bind(
      stage.workspace,
      definition.key,
      version,
      JSON.stringify(definition),
    ),
  );
  if (!(await commitCatalog(env.DB, stage.document, { now: 0, statements }))) throw new Error("expected the catalog to be stored");
  for (const key of stage.users)
    await follow(
      stage,
      key,
      await stimulate(stage, key, { type: "refresh", silent: true, ...(enter !== undefined && { enter: [enter] }) }),
    );
};

const traceOf = async (workspace: string, key: UserKey): Promise<readonly TraceItem[]> => {
  const facts = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await user(workspace, key).timeline({ limit: 200, ...(cursor !== undefined && { cursor }) });
    facts.push(...page.items.flatMap((item) => (item.type === "fact" ? [item] : [])));
    cursor = page.next;
  }
  const ordered = facts.toSorted((a, b) => a.number - b.number).map(({ fact }) => fact);
  return new Tracer(key, { content: () => undefined }).take(ordered);
};
