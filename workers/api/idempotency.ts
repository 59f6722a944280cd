import { Fault } from "../../src/domain/fault.ts";
import { contentHash } from "../../src/storage/control/catalogs.ts";
import { admit, forgetOldAnswers, keepAnswer, release } from "../../src/storage/control/idempotency.ts";
import type { Env } from "../env.ts";
import { seal, unseal } from "../seal.ts";
import { badInput } from "./problem.ts";

/** The request's Idempotency-Key, if it has one. @throws Fault bad-input */
export const idempotencyKey = (request: Request): string | undefined => {
  const key = request.headers.get("idempotency-key");
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key)) throw badInput("Idempotency-Key", "1 to 200 visible ASCII characters");
  return key ?? undefined;
};

interface Repeatable {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly workspace: string;
  readonly request: Request;
  readonly body: string;
}

/**
 * Runs a POST at most once per Idempotency-Key and 24 h: a repetition gets the first one's answer (with
 * `Idempotency-Replayed: true`), a different request under the same key and one still running get 409. Only what succeeded
 * is kept; a refusal gives the key free. Without the header the POST simply runs.
 */
export const once = async (call: Repeatable, run: () => Promise<Response>): Promise<Response> => {
  const key = idempotencyKey(call.request);
  if (key === undefined) return run();
  const { env, workspace } = call;
  const now = Date.now();
  const { pathname, search } = new URL(call.request.url);
  // The query is part of what was asked: it says, for instance, whose id it is.
  const hash = await contentHash(`${call.request.method} ${pathname}${search}\n${call.body}`);
  const admission = await admit(env.DB, workspace, { key, hash, now });
  const place = `${workspace}/idempotency/${key}`;
  if (admission.kind === "other-request") throw new Fault("idempotency-conflict");
  if (admission.kind === "in-flight") throw new Fault("conflict", "The first request with this Idempotency-Key has not been answered yet");
  if (admission.kind === "replay")
    return new Response(admission.body === "" ? null : await unseal(env, place, admission.body), {
      status: admission.status,
      headers: { "content-type": "application/json", "idempotency-replayed": "true" },
    });
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    await release(env.DB, workspace, key);
    throw error;
  }
  await keep(call, key, response.clone());
  if (hash.startsWith("0")) call.ctx.waitUntil(forgetOldAnswers(env.DB, workspace, now)); // one call in sixteen tidies up
  return response;
};

/**
 * What was done is done: where its answer cannot be kept, the caller is told all the same, and the key stays taken for as long as
 * a request may run, since a repetition would do it once more.
 */
const keep = async ({ env, workspace }: Repeatable, key: string, response: Response): Promise<void> => {
  try {
    const text = await response.text();
    // Sealed, because the answer of POST /api/keys is a key.
    const body = text === "" ? "" : await seal(env, `${workspace}/idempotency/${key}`, text);
    await keepAnswer(env.DB, workspace, { key, status: response.status, body });
  } catch (error) {
    console.error(JSON.stringify({ what: "an answer could not be kept for its Idempotency-Key", workspace, error: String(error) }));
  }
};
