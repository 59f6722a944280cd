import * as z from "zod";
import { explainSchema } from "../../src/api/audience.ts";
import type { Explanation } from "../../src/domain/segment/explain.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { Question } from "../../src/domain/user/explain.ts";
import { liveVersion } from "../catalog-cache.ts";
import { userObject } from "../user-stub.ts";
import { addressee, whose } from "./addressee.ts";
import { idsOf, instant, presentFact, presentRun } from "./present.ts";
import { badInput } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";

/** Instants as texts, all the way down. */
const presentExplanation = ({ nextChange, parts, ...clause }: Explanation): Record<string, unknown> => ({
  ...clause,
  ...(nextChange !== undefined && { nextChange: instant(nextChange) }),
  ...(parts && { parts: parts.map(presentExplanation) }),
});

export const explain: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/users/{id}/explain",
      summary: "Why the user is, or is not, in a segment or a journey: every clause with its answer",
      scope: "read",
      query: z.strictObject({ ...whose, segment: z.string().max(64).optional(), journey: z.string().max(64).optional() }),
      answers: { 200: explainSchema },
    },
    async (call) => {
      const { segment, journey } = call.query;
      if ((segment === undefined) === (journey === undefined)) throw badInput("segment", "ask about one segment or one journey");
      const { env, workspace, user } = addressee(call);
      const question: Question = segment !== undefined ? { kind: "segment", segment } : { kind: "journey", journey: journey ?? "" };
      const catalog = await liveVersion(env, workspace);
      const said = await userObject(env, workspace, user).explain({ catalog, question });
      if (said.kind === "unknown")
        throw new Fault(
          "not-found",
          said.what === "user"
            ? `There is no user "${user.slice(2)}"`
            : segment !== undefined
              ? `There is no segment "${segment}"`
              : `There is no published journey "${journey}"`,
        );
      const { answer: found, refusal } = said;
      const ids = idsOf(said.user);
      if (found.kind === "segment")
        return answer({
          ...ids,
          segment,
          member: found.member,
          since: found.since === undefined ? null : instant(found.since),
          condition: presentExplanation(found.condition),
        });
      if (found.kind !== "journey") throw new Error(`expected an answer about ${question.kind}, got one about a ${found.kind}`);
      const { version, status, runs, entered, refusedByFrequency, audience, exit } = found;
      return answer({
        ...ids,
        journey,
        version,
        status,
        runs: runs.map(presentRun),
        entered: { count: entered.count, last: entered.lastEnteredAt === undefined ? null : instant(entered.lastEnteredAt) },
        refusedByFrequency: refusedByFrequency ?? null,
        lastRefusal: refusal === undefined ? null : presentFact(refusal),
        audience: audience === undefined ? null : presentExplanation(audience),
        exit: exit === undefined ? null : presentExplanation(exit),
      });
    },
  ),
];
