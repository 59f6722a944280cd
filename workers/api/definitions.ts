import * as z from "zod";
import { type DefinitionKind, pageDefinitions } from "../../src/storage/control/definitions.ts";
import type { Env } from "../env.ts";
import { route, type Route } from "./route.ts";

/** Every kind, under the name of its list, in an order in which each could be put back: what is named comes before what names it. */
const kinds = {
  topics: "topic",
  segments: "segment",
  templates: "template",
  providers: "provider",
  journeys: "journey",
  streams: "stream",
} as const satisfies Record<string, DefinitionKind>;

/** Definitions read at a time: an answer may be far larger than what a Worker holds, so it is written as it is read. */
const perRead = 50;

const exported = z.array(z.looseObject({ key: z.string() }));

export const definitions: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/definitions",
      summary: "All definitions as they were put, in one document: to keep in git, or to put elsewhere. Journeys as drafts; no secrets",
      scope: "read",
      answers: {
        200: z.object({
          topics: exported,
          segments: exported,
          templates: exported,
          providers: exported,
          journeys: exported,
          streams: exported,
        }),
      },
    },
    async ({ env, workspace, ctx }) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const encoder = new TextEncoder();
      const writer = writable.getWriter();
      const write = async (): Promise<void> => {
        for await (const text of documentOf(env, workspace)) await writer.write(encoder.encode(text));
        await writer.close();
      };
      // Broken off rather than ended: half a document must not pass for a whole one.
      ctx.waitUntil(write().catch((error: unknown) => writer.abort(error).catch(() => undefined)));
      return new Response(readable, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
    },
  ),
];

async function* documentOf(env: Env, workspace: string): AsyncGenerator<string> {
  let open = "{";
  for (const [name, kind] of Object.entries(kinds)) {
    yield `${open}${JSON.stringify(name)}:[`;
    let comma = "";
    for await (const definition of definitionsOf(env, workspace, kind)) {
      yield comma + JSON.stringify(definition);
      comma = ",";
    }
    open = "],";
  }
  yield "]}";
}

async function* definitionsOf(env: Env, workspace: string, kind: DefinitionKind): AsyncGenerator<Record<string, unknown>> {
  for (let after = ""; ;) {
    const { rows, more } = await pageDefinitions(env.DB, workspace, kind, { after, limit: perRead });
    for (const { body } of rows) {
      // Which settings a provider has and what a template was compiled to is ours to say; a PUT would take the fields off again.
      const { settingsSet: _set, compiled: _compiled, uses: _uses, ...definition } = JSON.parse(body) as Record<string, unknown>; // was an object when it was stored
      yield definition;
    }
    const last = rows.at(-1);
    if (last === undefined || !more) return;
    after = last.key;
  }
}
