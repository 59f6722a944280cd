import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { callApi, Problem, type Query } from "./client.ts";
import type {
  AlertView,
  LoggedEvent,
  JourneySummary,
  JourneyView,
  KeyView,
  Member,
  MessageSummary,
  MessageView,
  Page,
  ProviderType,
  ProviderView,
  Rejection,
  SegmentView,
  Session,
  Statistics,
  TemplatePreview,
  TemplateView,
  TimelineItem,
  UserProfile,
  UserSummary,
  WorkspaceView,
} from "./types.ts";

const pageSize = 50;

/** A list read page by page along its cursor. */
const pages = <T>(path: string, query: Query = {}, limit = pageSize) =>
  infiniteQueryOptions({
    queryKey: [path, query],
    queryFn: ({ pageParam, signal }) => callApi<Page<T>>(path, { query: { ...query, limit, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** One thing; read again every `everyMs` while the page is in front, if given. */
const one = <T>(path: string, query: Query = {}, everyMs?: number) =>
  queryOptions({
    queryKey: [path, query],
    queryFn: ({ signal }) => callApi<T>(path, { query, signal }),
    refetchInterval: everyMs ?? false,
  });

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await callApi<Session | null>("/auth/get-session");
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

const userPath = (id: string) => `/users/${encodeURIComponent(id)}`;
/** An anonymous user is asked for by the same path with a flag. */
const anonymous = (flag: boolean): Query => (flag ? { anonymous: true } : {});

export const usersQuery = (search: string) => pages<UserSummary>("/users", { search });
export const userQuery = (id: string, isAnonymous: boolean) => one<UserProfile>(userPath(id), anonymous(isAnonymous));
export const timelineQuery = (id: string, isAnonymous: boolean) => pages<TimelineItem>(`${userPath(id)}/timeline`, anonymous(isAnonymous));
export const userMessagesQuery = (id: string, isAnonymous: boolean) =>
  pages<MessageSummary>(`${userPath(id)}/messages`, anonymous(isAnonymous));

export const journeysQuery = pages<JourneySummary>("/journeys");
export const journeyQuery = (key: string) => one<JourneyView>(`/journeys/${key}`);
export const statisticsQuery = (key: string) => one<Statistics>(`/journeys/${key}/statistics`, {}, 5000);

export const segmentsQuery = pages<SegmentView>("/segments");
export const segmentQuery = (key: string) => one<SegmentView>(`/segments/${key}`);
export const membersQuery = (key: string) => pages<Member>(`/segments/${key}/members`);

/** Few at a time: they come with all that is in them. */
export const templatesQuery = pages<TemplateView>("/templates", {}, 20);
export const templateQuery = (key: string) => one<TemplateView>(`/templates/${key}`);
/** A template rendered for someone; nothing is sent. The one before stays while the next is made. */
export const previewQuery = (
  key: string,
  over: { readonly user?: { readonly id: string }; readonly locale?: string; readonly data?: unknown },
) =>
  queryOptions({
    queryKey: [`/templates/${key}/preview`, over],
    queryFn: ({ signal }) => callApi<TemplatePreview>(`/templates/${key}/preview`, { method: "POST", body: over, signal }),
    placeholderData: (before) => before,
  });

export const messagesQuery = (filter: { readonly status?: string | undefined; readonly channel?: string | undefined }) =>
  pages<MessageSummary>("/messages", { ...filter, content: "false" });
/** Asked again while it is shown: its status moves on by itself. */
export const messageQuery = (id: string) => one<MessageView>(`/messages/${encodeURIComponent(id)}`, {}, 5000);

/** What waits for an operator, on every page. */
export const alertsQuery = one<{ readonly items: readonly AlertView[] }>("/alerts", {}, 15_000);
export const providersQuery = pages<ProviderView>("/providers");
export const providerTypesQuery = one<{ readonly items: readonly ProviderType[] }>("/provider-types");

/** The newest of the event log, asked again every two seconds while the page is in front. */
export const liveEventsQuery = (filter: Query, running: boolean) =>
  queryOptions({
    queryKey: ["/events", filter],
    queryFn: ({ signal }) => callApi<Page<LoggedEvent>>("/events", { query: { ...filter, limit: 100 }, signal }),
    refetchInterval: running ? 2000 : false,
    placeholderData: (before) => before,
  });

/** What ingest refused lately. */
export const refusedQuery = one<Page<Rejection>>("/events/rejected", { limit: 20 }, 5000);

export const keysQuery = pages<KeyView>("/keys");
export const workspaceQuery = one<WorkspaceView>("/workspace");
