import type { Outcome } from "../domain/message/message.ts";

/** How an outbound call ended, before anyone has read a meaning into it. */
export type Reply =
  /** Header names in lower case; `body` is at most 64 KB and may be cut short (`complete` false); `at` is when it came (ms). */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly complete: boolean;
      readonly at: number;
    }
  /** Nobody took the request: refused, no such host. It can be sent again without fear. */
  | { readonly kind: "no-connection"; readonly detail: string }
  /** The request may have arrived: cut connection, time-out. */
  | { readonly kind: "lost"; readonly detail: string }
  /** We did not call: the address is not one that may be called. */
  | { readonly kind: "blocked"; readonly detail: string };

export type Answer = Extract<Reply, { readonly kind: "answer" }>;

/**
 * What a reply means where the provider says nothing of its own. Source: docs/semantics.md, Sending: what was definitely not
 * taken is `retry`; where it cannot be known, `uncertain`. Providers put their own rules in front of this.
 */
export function readReply(reply: Reply): Outcome {
  switch (reply.kind) {
    case "no-connection":
      return { kind: "retry", detail: reply.detail };
    case "lost":
      return { kind: "uncertain", detail: reply.detail };
    case "blocked":
      return { kind: "misconfigured", detail: reply.detail };
    case "answer":
      return readAnswer(reply);
  }
}

/** Cloudflare's edge answers these for a host it could not connect to: refused, unreachable, TLS failed, no such name. 520, 522 and 524 leave it open. */
const unreached = new Set([521, 523, 525, 526, 530]);

function readAnswer(answer: Answer): Outcome {
  const { status } = answer;
  const detail = describe(answer);
  if (status >= 200 && status < 300) return { kind: "accepted" };
  if (status === 425 || status === 429 || status === 503) return retryAfter(answer);
  if (unreached.has(status)) return { kind: "retry", detail };
  if (status === 408 || status === 502 || status === 504) return { kind: "uncertain", detail };
  // A clear error body is a JSON object: the application itself spoke. A bare or HTML 500 may come from anything in between.
  if (status === 500) return jsonBody(answer) === undefined ? { kind: "uncertain", detail } : retryAfter(answer);
  if (status > 500) return { kind: "uncertain", detail };
  if (status === 401 || status === 402 || status === 403) return { kind: "misconfigured", detail };
  if (status >= 400) return { kind: "rejected", detail };
  return { kind: "misconfigured", detail: `${detail}: redirects are not followed` };
}

/** `retry` with the wait the provider asks for, if it does. @param otherwiseMs what it asks for elsewhere than in Retry-After */
export function retryAfter(answer: Answer, otherwiseMs?: number): Outcome {
  const waitMs = retryAfterMs(answer) ?? (otherwiseMs === undefined ? undefined : Math.min(Math.max(otherwiseMs, 0), dayMs));
  return { kind: "retry", detail: describe(answer), ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
}

const dayMs = 86_400_000;

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3), in ms from the reply; at most a day. */
export function retryAfterMs(answer: Answer): number | undefined {
  const value = answer.headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  const waitMs = /^\d+(?:\.\d+)?$/.test(value) ? Math.ceil(Number(value) * 1000) : Date.parse(value) - answer.at;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), dayMs) : undefined;
}

/** The body as a JSON object with something in it; undefined for anything else. */
export function jsonBody(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(answer.body);
    // Checked: a JSON object is a record of unknown values.
    return typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length > 0
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** "429 rate_limit_exceeded: Too many requests": short, one line, for people. */
export function describe(answer: Answer): string {
  const body = jsonBody(answer);
  const line = (body === undefined ? answer.body : saidBy(body))
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 200);
  return line === "" ? `${answer.status}` : `${answer.status} ${line}`;
}

/** Providers put a name and a sentence in the body itself, in `error`, or in the first of `errors`; in this or that spelling. */
const saidBy = (body: Readonly<Record<string, unknown>>): string => {
  const first: unknown = Array.isArray(body["errors"]) ? body["errors"][0] : undefined;
  for (const place of [body, body["error"], first]) {
    if (typeof place === "string") return place;
    if (typeof place !== "object" || place === null) continue;
    const said = place as Readonly<Record<string, unknown>>; // an object of JSON
    const parts = [
      said["name"] ?? said["code"] ?? said["ErrorCode"] ?? said["status"],
      said["message"] ??
        said["Message"] ??
        (typeof said["error"] === "string" ? said["error"] : undefined) ??
        said["detail"] ??
        said["description"] ??
        said["title"],
    ].filter((part) => (typeof part === "string" && part !== "") || typeof part === "number");
    if (parts.length > 0) return parts.join(": ");
  }
  return "";
};
