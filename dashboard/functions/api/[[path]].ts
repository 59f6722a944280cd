interface Env {
  /** The Worker, in production. */
  readonly API?: { fetch(request: Request): Promise<Response> };
  /** Address of the Worker, on a developer's machine. */
  readonly API_URL?: string;
}

const unreachable = (detail: string): Response =>
  Response.json(
    { type: "about:blank", title: "The platform cannot be reached", status: 502, code: "try-again", detail },
    { status: 502, headers: { "content-type": "application/problem+json" } },
  );

/** Passes every call below /api on to the Worker, unchanged: the dashboard has no back end of its own. */
export const onRequest = async ({ request, env }: { readonly request: Request; readonly env: Env }): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  try {
    if (env.API_URL !== undefined) return await fetch(new Request(new URL(pathname + search, env.API_URL), request));
    if (env.API !== undefined) return await env.API.fetch(request);
  } catch (error) {
    return unreachable(String(error));
  }
  return unreachable("This Pages project is bound to no Worker.");
};
