/** What became of a request: delivered (with what the platform refused), try again, split it, or never. */
export type Answer =
  | { readonly kind: "delivered"; readonly status: number; readonly rejected: readonly Rejection[] }
  | { readonly kind: "retry"; readonly afterMs: number }
  | { readonly kind: "too-large" }
  | { readonly kind: "refused"; readonly status: number; readonly message: string };

export interface Rejection {
  readonly index: number;
  readonly message: string;
}

const timeoutMs = 15_000;

/** Milliseconds a Retry-After asks for (seconds or an HTTP date), at most an hour; 0 when absent or unreadable. */
export const retryAfterMs = (header: string | null, now: number): number => {
  if (!header) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Math.min(3_600_000, Math.max(0, ms || 0));
};

/** POSTs a body as text/plain, which browsers send across origins without asking first. Never throws. */
export const post = async (url: string, body: string): Promise<Answer> => {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body,
      credentials: "omit",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    // No network, refused, cut, or too slow: it may or may not have arrived, and the messageIds make another try safe.
    return { kind: "retry", afterMs: 0 };
  }
  const { status } = response;
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: "retry", afterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()) };
  }
  if (status === 413) return { kind: "too-large" };
  const answer = await readJson(response);
  const rejected = Array.isArray(answer?.["rejected"]) ? (answer["rejected"] as Rejection[]) : []; // wire shape of /v1/batch
  if (response.ok || (status === 400 && rejected.length > 0)) return { kind: "delivered", status, rejected };
  return { kind: "refused", status, message: String(answer?.["detail"] ?? answer?.["message"] ?? `HTTP ${status}`) };
};

const readJson = async (response: Response): Promise<Record<string, unknown> | undefined> => {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A proxy's page or a cut body: the status alone has to do.
    return undefined;
  }
};
