/**
 * A user within a workspace: known ("u:" + userId) or anonymous ("a:" + anonymousId).
 * The text is also how facts, projections and the directory name the user; the API shows only the id behind it.
 */
export type UserKey = `u:${string}` | `a:${string}`;

/** The user an event belongs to: the userId wins whatever anonymousId it carries. */
export const userKeyOf = (ids: { readonly userId?: string | undefined; readonly anonymousId?: string | undefined }): UserKey | undefined =>
  ids.userId !== undefined ? `u:${ids.userId}` : ids.anonymousId !== undefined ? `a:${ids.anonymousId}` : undefined;

/** The Durable Object's name; the workspace comes first so that no two tenants can meet (workspace ids hold no colon). */
export const objectNameOf = (workspace: string, user: UserKey): string => `${workspace}:${user}`;

/** Reads an object's name back; undefined for a text that is no object name. */
export const parseObjectName = (name: string): { readonly workspace: string; readonly user: UserKey } | undefined => {
  const match = /^([^:]+):([ua]:.+)$/s.exec(name);
  return match?.[1] !== undefined && match[2] !== undefined ? { workspace: match[1], user: match[2] as UserKey } : undefined; // shape checked by the pattern
};
