import type { LinkSettings } from "../../src/domain/links/link-settings.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { UserView } from "../../src/api/user-rpc.ts";
import type { TopicDefinition } from "../../src/domain/consent/topic.ts";
import type { MessageLink } from "../../src/links/message-link.ts";
import type { Look } from "../../src/links/page.ts";
import { type Language, languageFor } from "../../src/links/words.ts";
import { type MessageRow, readMessage } from "../../src/storage/shard/message-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { catalogFor, liveVersion } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";

/** A call of a link that we signed. */
export interface LinkCall {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly request: Request;
  readonly link: MessageLink;
}

/** What a link's message is about, as the workspace has it now. */
export interface Subject {
  readonly workspace: string;
  readonly user: UserKey;
  readonly row: MessageRow;
  readonly topics: readonly TopicDefinition[];
  readonly settings: LinkSettings;
  readonly look: Look;
}

/** The message of a link; undefined where there is none (any more, or not yet). */
export const rowOf = async (env: Env, { workspace, shard, message }: MessageLink): Promise<MessageRow | undefined> => {
  const db = shardsOf(env)[shard];
  return db === undefined ? undefined : readMessage(db, workspace, message);
};

/** A message is listed seconds after it was made; where lists are behind, asking again later helps. */
const LIST_BEHIND_MS = 24 * 3_600_000;

/** May the message of a link still come into the lists? Ids begin with their creation time in ms. */
export const mayStillCome = ({ message }: MessageLink, now: number): boolean =>
  now - Number.parseInt(message.slice(1, 10), 36) < LIST_BEHIND_MS;

/** How old the catalog may be whose topics a page shows, ms. */
const MAX_AGE_MS = 5_000;

export const subjectOf = async (env: Env, link: MessageLink): Promise<Subject | undefined> => {
  const row = await rowOf(env, link);
  if (row === undefined) return undefined;
  const { workspace } = link;
  const { document } = await catalogFor(env, workspace, await liveVersion(env, workspace, MAX_AGE_MS));
  const settings = document.links ?? {};
  return {
    workspace,
    user: row.user as UserKey, // written by the projection of that user's facts
    row,
    topics: document.topics ?? [],
    settings,
    look: { name: document.name, color: settings.page?.color, logo: settings.page?.logo },
  };
};

export const viewOf = (env: Env, { workspace, user }: Subject): Promise<UserView | undefined> => userObject(env, workspace, user).view();

/** The user's own language, else what the browser asks for. */
export const languageOf = (request: Request, settings: LinkSettings, view: UserView | undefined): Language => {
  const own = [view?.attributes["locale"], view?.attributes["language"]].filter((tag) => typeof tag === "string");
  const asked = (request.headers.get("accept-language") ?? "")
    .split(",")
    .slice(0, 20)
    .map((part) => part.split(";")[0]?.trim() ?? "");
  return languageFor(
    [...own, ...asked].filter((tag) => /^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}$/.test(tag)),
    settings.page?.texts,
  );
};
