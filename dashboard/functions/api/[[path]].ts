interface Env {
  /** The Worker, in production. */
  readonly API?: { fetch(request: Request): Promise<Response> };
  /** Address of the Worker, on a developer's machine. */
  readonly API_URL?: string;
}

/** Passes every call below /api on to the Worker, unchanged: the dashboard has no back end of its own. */
export const onRequest = ({ request, env }: { readonly request: Request; readonly env: Env }): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  if (env.API_URL !== undefined) return fetch(new Request(new URL(pathname + search, env.API_URL), request));
  if (env.API === undefined) return Promise.resolve(Response.json({ title: "The dashboard is bound to no Worker", status: 502 }, { status: 502 }));
  return env.API.fetch(request);
};
