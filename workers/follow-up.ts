import type { AskMessage, ObjectAnswer } from "../src/api/queue.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import { noteProjected } from "./confirmed.ts";
import { type AddressedIntent, sendIntents } from "./deliver-queue.ts";
import type { Env } from "./env.ts";
import { projectFacts } from "./stream/project-facts.ts";

/** What a user's object answered, with the user that was asked. */
export interface Answered {
  readonly workspace: string;
  readonly user: UserKey;
  readonly answer: Pick<ObjectAnswer, "deliver" | "asks" | "movedTo" | "facts">;
}

/** Puts what answers want done next on the queues: messages to be claimed, questions to be asked. Rejects when a queue refuses. */
export const sendFollowUps = async (env: Env, answered: readonly Answered[]): Promise<void> => {
  const intents = answered.flatMap(({ workspace, user, answer }) =>
    answer.deliver.map((intent): AddressedIntent => ({ ...intent, workspace, user: answer.movedTo ?? user })),
  );
  const asks = answered.flatMap(({ workspace, user, answer }) =>
    (answer.asks ?? []).map((ask): AskMessage => ({ workspace, user: answer.movedTo ?? user, ask })),
  );
  await Promise.all([sendIntents(env, intents), sendAsks(env, asks)]);
};

/** Cloudflare's documented limits of one send: 100 messages and 256 KB; characters may take three bytes. */
const perSend = { messages: 100, characters: 70_000 };

const sendAsks = async (env: Env, asks: readonly AskMessage[]): Promise<void> => {
  const sends: { readonly body: AskMessage }[][] = [];
  let characters = 0;
  for (const body of asks) {
    characters += JSON.stringify(body).length;
    const last = sends.at(-1);
    if (last !== undefined && last.length < perSend.messages && characters <= perSend.characters) {
      last.push({ body });
      continue;
    }
    sends.push([{ body }]);
    characters = JSON.stringify(body).length;
  }
  await Promise.all(sends.map((bodies) => env.ASKS.sendBatch(bodies)));
};

/**
 * Does what follows from answers: queues messages and questions, projects facts. Never rejects: what does not get through
 * stays with the objects, whose alarms send it again.
 */
export const followUp = async (env: Env, answered: readonly Answered[]): Promise<void> => {
  await Promise.all([queueNext(env, answered), project(env, answered)]);
};

const queueNext = async (env: Env, answered: readonly Answered[]): Promise<void> => {
  try {
    await sendFollowUps(env, answered);
  } catch (error) {
    console.error(JSON.stringify({ what: "messages could not be queued", answers: answered.length, error: String(error) }));
  }
};

const project = async (env: Env, answered: readonly Answered[]): Promise<void> => {
  const facts = answered.flatMap(({ answer }) => answer.facts ?? []);
  try {
    if (facts.length > 0) await projectFacts(env, facts);
    noteProjected(facts);
  } catch (error) {
    console.error(JSON.stringify({ what: "facts could not be projected", users: facts.length, error: String(error) }));
  }
};
