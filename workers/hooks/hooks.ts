import { definitionKey } from "../../src/domain/definition-key.ts";
import { kindOf, type ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { Inbound, InboundCall } from "../../src/channels/provider.ts";
import { providerFor } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { callOutbound } from "../outbound.ts";
import { readBounded } from "../read-bounded.ts";
import { documentAt } from "./document.ts";
import type { Read } from "./read.ts";
import { takeReports } from "./take-reports.ts";

/** Larger than any provider's batch (Mandrill's: 1,000 events as a form); what is larger is refused before it is read. */
const maxBytes = 4_000_000;

/** Whoever is told so tries again in a while. */
const later = (): Response => new Response("not now; try again", { status: 503, headers: { "retry-after": "30" } });

/**
 * `/hooks/{workspace}/{provider}`: what a provider tells of messages after it took them. Nothing is believed, nor looked for,
 * before the provider's own reading has checked the signature over the body as it came. Answered 2xx once everything it
 * says is kept by the users' objects; 503 where that could not be done, so that the provider says it again.
 */
export const hooks = async (request: Request, env: Env): Promise<Response> => {
  const [, , workspace = "", provider = "", rest] = new URL(request.url).pathname.split("/");
  if (rest !== undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(workspace) || !definitionKey.safeParse(provider).success) return missing();
  if (!["GET", "HEAD", "POST"].includes(request.method)) return new Response("", { status: 405, headers: { allow: "GET, HEAD, POST" } });
  try {
    const definition = await providerFor(env, workspace, provider);
    const inbound = definition && inboundOf(definition);
    if (definition === undefined || inbound === undefined) return missing();
    const isTooLong = Number(request.headers.get("content-length") ?? 0) > maxBytes;
    const bytes = isTooLong ? undefined : await readBounded(request.body, maxBytes);
    if (bytes === undefined) return new Response("too large", { status: 413 });
    const call: InboundCall = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      // A byte order mark is part of what was signed.
      body: new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes),
      at: Date.now(),
    };
    const reading = await inbound.read(call, definition.settings, { document: (url) => documentAt(env, url) });
    return await answerTo(env, { workspace, definition, inbound, call, reading });
  } catch (error) {
    console.error(JSON.stringify({ what: "a provider's report could not be taken", workspace, provider, error: String(error) }));
    return later();
  }
};

const missing = (): Response => new Response("there is no such hook", { status: 404 });

const inboundOf = (definition: ProviderDefinition): Inbound<unknown> | undefined => {
  const kind = kindOf(definition.type);
  return kind.via === "http" ? kind.inbound : undefined;
};

const answerTo = async (env: Env, read: Read): Promise<Response> => {
  const { workspace, definition, reading } = read;
  switch (reading.kind) {
    case "refused":
      console.warn(
        JSON.stringify({ what: "a provider's report was refused", workspace, provider: definition.key, reason: reading.reason }),
      );
      return new Response("refused", { status: reading.status ?? 401 });
    case "answer":
      return new Response(reading.body, { status: reading.status, headers: { "content-type": "text/plain; charset=utf-8" } });
    case "confirm": {
      const reply = await callOutbound({ method: "GET", url: reading.url, headers: {} }, { allowLoopback: env.ALLOW_LOOPBACK === "true" });
      return reply.kind === "answer" && reply.status < 300 ? new Response("confirmed") : later();
    }
    case "reports":
      // Without a word: Twilio sends the user as a text whatever plain text its inbound messages are answered with.
      return (await takeReports(env, read, reading.reports)) === "later" ? later() : new Response(null);
  }
};
