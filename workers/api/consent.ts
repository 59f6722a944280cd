import * as z from "zod";
import { consentEntrySchema } from "../../src/api/consent.ts";
import { listOf } from "../../src/api/management.ts";
import type { ConsentItem, Page } from "../../src/api/user-rpc.ts";
import { userObject } from "../user-stub.ts";
import { addressee, whose } from "./addressee.ts";
import { paging } from "./paging.ts";
import { csvResponse, writeCsvRow } from "./csv.ts";
import { instant, presentFact } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

export const consent: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/users/{id}/consent",
      summary: "Every change of the user's consent, newest first, with its proof. A page may hold none and have a next one",
      scope: "read",
      query: z.strictObject({ ...paging, ...whose }),
      answers: { 200: listOf(consentEntrySchema) },
    },
    async (call) => {
      const { env, workspace, user } = addressee(call);
      const { limit, cursor } = call.query;
      const page = await userObject(env, workspace, user).consent({ limit, ...(cursor !== undefined && { cursor }) });
      return answer({ items: page.items.map(({ number, fact }) => ({ number, ...presentFact(fact) })), next: page.next });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/users/{id}/consent/export",
      summary: "The whole consent log of the user as CSV, newest first",
      scope: "read",
      query: z.strictObject(whose),
      answers: { 200: z.string() },
    },
    (call) => {
      const { env, workspace, user } = addressee(call);
      const object = userObject(env, workspace, user);
      async function* rows(): AsyncGenerator<string> {
        yield writeCsvRow(columns);
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page: Page<ConsentItem> = await object.consent({ limit: 200, ...(cursor !== undefined && { cursor }) });
          yield page.items.map(({ fact }) => writeCsvRow(rowOf(fact))).join("");
          cursor = page.next;
        }
      }
      return Promise.resolve(csvResponse("consent.csv", rows(), call.ctx));
    },
  ),
];

const columns = [
  "at",
  "kind",
  "state",
  "topic",
  "channel",
  "address",
  "reason",
  "source",
  "text",
  "message",
  "ip",
  "userAgent",
  "of",
  "ofAt",
  "ofSource",
  "ofText",
];

const rowOf = (fact: ConsentItem["fact"]): readonly string[] => {
  const { at, kind, channel: by = "", proof } = fact;
  const [state, topic, address, reason] =
    fact.kind === "subscription" ? [fact.state, fact.topic, undefined, undefined] : [undefined, undefined, fact.address, fact.reason];
  const { source, text, message, ip, userAgent, of } = proof ?? {};
  const earlier = of && [of.user.slice(2), instant(of.at), of.proof?.source, of.proof?.text];
  return [instant(at), kind, state, topic, by, address, reason, source, text, message, ip, userAgent, ...(earlier ?? ["", "", "", ""])].map(
    (field) => field ?? "",
  );
};
