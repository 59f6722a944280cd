import type { ExplainAnswer } from "../../src/api/user-rpc.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import { explainUser, type Question } from "../../src/domain/user/explain.ts";
import type { Fact } from "../../src/domain/user/facts.ts";
import type { UserSession } from "./session.ts";

/** Facts looked through for the newest refusal of a journey. */
const factsSearched = 1_000;

/** Answers a question about a user that exists; whatever had to be counted for it is taken back. */
export const explain = (session: UserSession, question: Question, catalog: Catalog): ExplainAnswer => {
  const now = session.now();
  const answer = session.peek((turn) => explainUser(turn.state, question, turn.context(now, catalog)));
  const state = session.state();
  if (answer === undefined || state === undefined) return { kind: "unknown", what: "definition" };
  const refusal = question.kind === "journey" ? newestRefusal(session, question.journey) : undefined;
  return { kind: "known", user: state.user, answer, ...(refusal && { refusal }) };
};

const newestRefusal = (session: UserSession, journey: string): Extract<Fact, { kind: "run-refused" }> | undefined => {
  for (const { fact } of session.journal().newest(Number.MAX_SAFE_INTEGER, factsSearched))
    if (fact.kind === "run-refused" && fact.journey === journey) return fact;
  return undefined;
};
