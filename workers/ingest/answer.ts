import type { Rejection } from "../../src/api/ingest/verdict.ts";
import { type FaultCode, faults } from "../../src/domain/fault.ts";

/** What all known browser clients need, on errors too: without it they cannot even read why they were refused. No credentials: keys are in the request. */
export const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers":
    "authorization, content-type, content-encoding, anonymousid, sentat, x-retry-count, x-knock-client, x-knock-user-token, novu-api-version, novu-client-version",
  "access-control-allow-methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
  "access-control-max-age": "7200",
} as const;

const jsonHeaders = { ...cors, "content-type": "application/json" };

/** An answer every client can read; always JSON, never a redirect. */
export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...jsonHeaders, ...headers } });

/** Nothing of the request was accepted. 400 for all that will never do (some clients repeat any other status), 401 and 403 for keys, 503 to try again. */
export const refuse = (status: 400 | 401 | 403 | 503, code: string, message: string, rejected: readonly Rejection[] = []): Response =>
  json({ success: false, accepted: 0, code, message, rejected }, status, status === 503 ? { "retry-after": "1" } : {});

/** The verdicts: 200 as long as anything was accepted or nothing was wrong. */
export const verdicts = (accepted: number, rejected: readonly Rejection[]): Response => {
  const [first] = rejected;
  if (accepted === 0 && first !== undefined) return refuse(400, first.code, first.message, rejected);
  return json({ success: true, accepted, rejected });
};

/** problem+json (RFC 9457) for what is no tracking call. */
export const problem = (code: FaultCode, detail?: string): Response => {
  const { status, title } = faults[code];
  return new Response(JSON.stringify({ type: "about:blank", title, status, code, ...(detail === undefined ? {} : { detail }) }), {
    status,
    headers: { ...cors, "content-type": "application/problem+json" },
  });
};
