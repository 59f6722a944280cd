import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { sessionQuery } from "./api/queries.ts";
import { NotFound } from "./parts/not-found.tsx";
import { PageCrash } from "./parts/page-crash.tsx";
import { Shell } from "./shell/shell.tsx";

/** A text from the address bar, or nothing. */
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
const optional = <K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [k in K]?: string }); // computed keys lose their name

const root = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({ notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => optional("to", text(search["to"])),
  component: lazyRouteComponent(() => import("./pages/sign-in.tsx"), "SignIn"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: "/sign-in", search: { to: location.href } });
  },
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/journeys", replace: true });
  },
});

const users = createRoute({
  getParentRoute: () => shell,
  path: "/users",
  validateSearch: (search: Record<string, unknown>) => optional("search", text(search["search"])),
  component: lazyRouteComponent(() => import("./pages/users.tsx"), "Users"),
});
const user = createRoute({
  getParentRoute: () => shell,
  path: "/users/$id",
  validateSearch: (search: Record<string, unknown>): { readonly anonymous?: true } =>
    search["anonymous"] === true ? { anonymous: true } : {},
  component: lazyRouteComponent(() => import("./pages/user.tsx"), "User"),
});
const journeys = createRoute({
  getParentRoute: () => shell,
  path: "/journeys",
  component: lazyRouteComponent(() => import("./pages/journeys.tsx"), "Journeys"),
});
const journey = createRoute({
  getParentRoute: () => shell,
  path: "/journeys/$key",
  component: lazyRouteComponent(() => import("./pages/journey.tsx"), "Journey"),
});
const segments = createRoute({
  getParentRoute: () => shell,
  path: "/segments",
  component: lazyRouteComponent(() => import("./pages/segments.tsx"), "Segments"),
});
const segment = createRoute({
  getParentRoute: () => shell,
  path: "/segments/$key",
  component: lazyRouteComponent(() => import("./pages/segment.tsx"), "Segment"),
});
const templates = createRoute({
  getParentRoute: () => shell,
  path: "/templates",
  component: lazyRouteComponent(() => import("./pages/templates.tsx"), "Templates"),
});
const template = createRoute({
  getParentRoute: () => shell,
  path: "/templates/$key",
  component: lazyRouteComponent(() => import("./pages/template.tsx"), "Template"),
});
const messages = createRoute({
  getParentRoute: () => shell,
  path: "/messages",
  validateSearch: (search: Record<string, unknown>) => ({
    ...optional("status", text(search["status"])),
    ...optional("channel", text(search["channel"])),
  }),
  component: lazyRouteComponent(() => import("./pages/messages.tsx"), "Messages"),
});
const message = createRoute({
  getParentRoute: () => shell,
  path: "/messages/$id",
  component: lazyRouteComponent(() => import("./pages/message.tsx"), "Message"),
});
const live = createRoute({
  getParentRoute: () => shell,
  path: "/live",
  component: lazyRouteComponent(() => import("./pages/live.tsx"), "Live"),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings.tsx"), "Settings"),
});

/** All pages; each is loaded when first visited, or when its link is pointed at. */
export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([
      signIn,
      shell.addChildren([home, users, user, journeys, journey, segments, segment, templates, template, messages, message, live, settings]),
    ]),
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: PageCrash,
    scrollRestoration: true,
  });
