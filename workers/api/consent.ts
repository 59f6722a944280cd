import * as z from "zod";
import { consentEntrySchema } from "../../src/api/consent.ts";
import { listOf } from "../../src/api/management.ts";
import { userObject } from "../user-stub.ts";
import { addressee, whose } from "./addressee.ts";
import { paging } from "./paging.ts";
import { presentFact } from "./present.ts";
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
];
