import type { LinkProps } from "@tanstack/react-router";

/** A user as the API names one: by their own id, or by the anonymous id while nobody knows who it is. */
export interface UserRef {
  readonly id: string;
  readonly anonymous: boolean;
}

/** Where a user's page is. */
export const userLink = ({ id, anonymous }: UserRef): LinkProps => ({
  to: "/users/$id",
  params: { id },
  search: anonymous ? { anonymous: true } : {},
});

/** What to call a user in one line. */
export const userName = (user: UserRef & { readonly name?: string | null; readonly email?: string | null }): string =>
  user.name || user.email || idText(user);

/** The id as text: anonymous ids are long and mean nothing, so their beginning does. */
export const idText = ({ id, anonymous }: UserRef): string => (anonymous ? `Anonymous ${id.slice(0, 8)}` : id);

/** Key of a row: a user and an anonymous one may share an id. */
export const userRowKey = ({ id, anonymous }: UserRef): string => `${anonymous ? "a" : "u"}:${id}`;
