/** Serves the built dashboard with a made-up API behind it, for tests of the pages alone. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { shortMessages } from "./fixture-channels.ts";
import * as data from "./fixture-data.ts";
import { journeyDefinition, journeys, statistics } from "./fixture-journeys.ts";
import { message, messages, uncertainText } from "./fixture-messages.ts";
import { previewOf, templates } from "./fixture-templates.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** How the API behaves: with data, also while an operator is waited for, without any, refusing everything, or never answering. */
export type Mood = "full" | "alarmed" | "empty" | "failing" | "slow";

export interface FixtureServer {
  readonly url: string;
  mood: Mood;
  /** POSTs that reached the API: path and body. */
  readonly posts: { readonly path: string; readonly body: string }[];
  readonly close: () => void;
}

const list = (items: readonly unknown[], query: URLSearchParams): unknown => {
  const from = Number(query.get("cursor") ?? 0);
  const to = from + Number(query.get("limit") ?? 50);
  return { items: items.slice(from, to), next: to < items.length ? String(to) : null };
};

const problem = {
  type: "about:blank",
  title: "Could not be done now; try again",
  status: 503,
  code: "try-again",
  detail: "The shard is being moved; nothing was lost",
};

const lists: Readonly<Record<string, (query: URLSearchParams) => readonly unknown[]>> = {
  "/users": (query) =>
    data.users.filter(({ id, email }) => id.startsWith(query.get("search") ?? "") || email?.startsWith(query.get("search") ?? "")),
  "/users/user-0/timeline": () => data.timeline,
  "/users/user-0/messages": () => messages.slice(0, 4),
  "/journeys": () => journeys,
  "/segments": () => data.segments,
  "/templates": () => templates,
  "/segments/looked-at-shoes/members": () => data.users.slice(0, 12).map((user) => ({ ...user, since: user.lastSeenAt })),
  "/messages": (query) =>
    messages.filter(
      ({ status, channel }) => [status, null].includes(query.get("status")) && [channel, null].includes(query.get("channel")),
    ),
  "/events": () => data.events,
  "/events/rejected": () => data.rejections,
  "/keys": () => data.keys,
  "/providers": () => data.providers,
};
const things: Readonly<Record<string, unknown>> = {
  "/auth/get-session": { session: { id: "s1" }, user: { id: "o1", email: "owner@example.com", name: "Owner" } },
  "/workspace": data.workspace,
  "/users/user-0": data.user,
  "/journeys/abandoned-cart": journeyDefinition,
  "/journeys/abandoned-cart/statistics": statistics,
  "/segments/looked-at-shoes": data.segments[1],
  ...Object.fromEntries(templates.map((template) => [`/templates/${template.key}`, template])),
  "/messages/m0": message,
  "/messages/m6": uncertainText,
  ...shortMessages,
  "/alerts": { items: [] },
  "/provider-types": { items: data.providerTypes },
};

const answer = (route: string, query: URLSearchParams, mood: Mood): { readonly status: number; readonly body: unknown } => {
  if (mood === "failing" && !route.startsWith("/auth")) return { status: 503, body: problem };
  if (route === "/alerts" && mood === "alarmed") return { status: 200, body: { items: data.alerts } };
  const items = lists[route];
  if (items) return { status: 200, body: list(mood === "empty" ? [] : items(query), query) };
  const thing = things[route];
  return thing === undefined
    ? { status: 404, body: { title: "Not found", status: 404, code: "not-found", detail: `There is nothing at ${route}` } }
    : { status: 200, body: thing };
};

/** @param dist where the built pages are */
export const startFixtureServer = async (
  dist = path.join(import.meta.dirname, "../../dashboard/dist"),
  port = 0,
): Promise<FixtureServer> => {
  const file = async (name: string, response: ServerResponse) => {
    const body = await readFile(path.join(dist, name)).catch(() => undefined);
    const found = body ?? (await readFile(path.join(dist, "index.html")));
    response.writeHead(200, { "content-type": types[path.extname(body ? name : ".html")] ?? types[".html"] }).end(found);
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://fixture");
    if (!pathname.startsWith("/api")) return file(pathname === "/" ? "index.html" : pathname, response);
    const route = pathname.slice("/api".length);
    if (fixture.mood === "slow" && !route.startsWith("/auth")) return;
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.method === "POST") fixture.posts.push({ path: route, body: text });
    const { status, body } =
      request.method === "POST" && fixture.mood !== "failing"
        ? (previewOf(route, text) ?? { status: 200, body: {} })
        : answer(route, searchParams, fixture.mood);
    response
      .writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const fixture: FixtureServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: "full",
    posts: [],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return fixture;
};
