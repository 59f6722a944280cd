import * as z from "zod";
import { reseal } from "../reseal.ts";
import { answer, route, type Route } from "./route.ts";

export const secrets: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/secrets/reseal",
      summary: "After a change of TERN_SECRET: seals stored secrets of all workspaces anew, until `more` is false",
      scope: "setup-token",
      answers: { 200: z.object({ resealed: z.int(), failed: z.int(), more: z.boolean() }) },
    },
    async ({ env }) => answer(await reseal(env)),
  ),
];
