import { completeScript } from "../../src/mjml/complete-script.ts";
import { simulationSchema, toAnswer } from "../../src/simulate/answer.ts";
import { scriptSchema } from "../../src/simulate/script.ts";
import { simulate as run } from "../../src/simulate/simulate.ts";
import { readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { catalogFor } from "../catalog-cache.ts";
import { answer, route, type Route } from "./route.ts";

/** Scripts over the workspace's published definitions. Nothing is written and nothing is sent. */
export const simulate: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/simulate",
      summary: "Plays a script: what would happen to whom and when, and which of its expectations fail",
      scope: "read",
      body: scriptSchema,
      answers: { 200: simulationSchema },
    },
    async ({ env, workspace, body }) => {
      const { document } = await catalogFor(env, workspace, await readLiveVersion(env.DB, workspace));
      return answer(toAnswer(run(await completeScript(body), document)));
    },
  ),
];
