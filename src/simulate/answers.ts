import type { Json } from "../domain/json.ts";
import type { AskAnswer, AskWish, OpenAsk } from "../domain/user/state.ts";
import type { UserKey } from "../domain/user/user-key.ts";

/** How an endpoint answers from now on, as the script says (`webhook-answer`); the newest that fits counts. */
export interface EndpointAnswer {
  readonly user: UserKey | undefined;
  readonly journey: string | undefined;
  readonly step: string | undefined;
  readonly status: number;
  readonly body: Json | undefined;
  readonly failed: string | undefined;
}

/** What answers the questions of a simulation. */
export interface Answers {
  readonly endpoints: EndpointAnswer[];
  /** Places taken under each limit that all users share: instants, oldest first. */
  readonly limits: Map<string, number[]>;
}

export const noAnswers = (): Answers => ({ endpoints: [], limits: new Map() });

/** What the outside says to a question: at once, and always the same. */
export const answerTo = (
  answers: Answers,
  {
    now,
    ask,
    user,
    winner,
  }: {
    readonly now: number;
    readonly ask: OpenAsk;
    readonly user: UserKey;
    readonly winner?: (wish: Extract<AskWish, { readonly kind: "winner" }>) => string | undefined;
  },
): AskAnswer => {
  const { wish } = ask;
  switch (wish.kind) {
    case "webhook":
      return webhookAnswer(answers, ask, user);
    case "throttle":
      return place(answers, wish, now);
    case "winner": {
      const variant = winner?.(wish);
      return { kind: "winner", ...(variant !== undefined && { variant }) };
    }
  }
};

const webhookAnswer = ({ endpoints }: Answers, ask: OpenAsk, user: UserKey): AskAnswer => {
  const said = endpoints.findLast(
    (answer) =>
      (answer.user === undefined || answer.user === user) &&
      (answer.journey === undefined || answer.journey === ask.journey) &&
      (answer.step === undefined || answer.step === ask.step),
  );
  if (said === undefined) return { kind: "webhook", status: 200, body: {} };
  if (said.failed !== undefined) return { kind: "failed", reason: said.failed };
  return { kind: "webhook", status: said.status, ...(said.body !== undefined && { body: said.body }) };
};

/** A rolling window: at most `count` in any `perMs`. Who queues is given the instant at which the next place is free. */
const place = (
  { limits }: Answers,
  { name, count, perMs, queue }: { readonly name: string; readonly count: number; readonly perMs: number; readonly queue: boolean },
  now: number,
): AskAnswer => {
  const taken = (limits.get(name) ?? []).filter((at) => at > now - perMs);
  limits.set(name, taken);
  const blocking = taken.at(-count);
  if (blocking === undefined) {
    taken.push(now);
    return { kind: "throttle", admitted: true };
  }
  if (!queue) return { kind: "throttle", admitted: false };
  const at = blocking + perMs;
  taken.push(at);
  return { kind: "throttle", admitted: true, at };
};
