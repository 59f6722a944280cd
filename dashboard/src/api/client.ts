/** What the API answers when it refuses: RFC 9457 problem+json with a stable code, and the bad places of the input. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const title = typeof body["title"] === "string" ? body["title"] : status === 0 ? "No connection" : `The server answered ${status}`;
    super(typeof body["detail"] === "string" ? body["detail"] : title);
    this.name = "Problem";
    this.status = status;
    this.title = title;
    this.code = typeof body["code"] === "string" ? body["code"] : "unknown";
    this.errors = Array.isArray(body["errors"]) ? body["errors"].filter((error) => typeof error?.message === "string") : [];
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** An address under /api with its query; parameters that are undefined or "" are left out. */
export const apiPath = (path: string, query: Query = {}): string => {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, String(value)]]));
  return `/api${path}${given.length > 0 ? `?${new URLSearchParams(given)}` : ""}`;
};

/**
 * Calls the management API with the session's cookie and reads JSON. Throws Problem for every refusal, also when the
 * server cannot be reached (status 0). The answer's shape is the API's promise (src/api), not checked again here.
 */
export const callApi = async <T>(path: string, { method = "GET", query, body, signal }: Call = {}): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(apiPath(path, query), {
      method,
      credentials: "same-origin",
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { detail: "The server cannot be reached. It will be tried again." });
  }
  const answer = await readBody(response);
  if (!response.ok) throw new Problem(response.status, answer ?? {});
  return answer as T;
};

const readBody = async (response: Response): Promise<Readonly<Record<string, unknown>> | null> => {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as Record<string, unknown>; // the API answers JSON; what is not is a proxy's page
  } catch {
    throw new Problem(response.status, { detail: "The answer is not JSON; is the platform running behind this page?" });
  }
};
