/** Calls the management API with JSON; an answer of 400 or more is an Error with what the API said. */
export type ApiClient = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<unknown>;

export const apiClient =
  (url: string, key: string): ApiClient =>
  async (method, path, body, headers) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
