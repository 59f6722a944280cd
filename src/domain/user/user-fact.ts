import type { Fact } from "./facts.ts";
import { plainAttributes, textAttribute } from "./attributes.ts";
import type { UserState } from "./state.ts";

/** The user's directory row as a fact. Name: `name`, else first and last name in the spellings clients use. */
export const userFact = ({ profile, meta }: UserState, at: number): Fact => {
  const text = (name: string): string | undefined => textAttribute(profile.attributes, name);
  const parts = [text("firstName") ?? text("first_name"), text("lastName") ?? text("last_name")].filter((part) => part !== undefined);
  return {
    kind: "user",
    at,
    email: text("email") ?? null,
    phone: text("phone") ?? null,
    name: text("name") ?? (parts.length > 0 ? parts.join(" ") : null),
    createdAt: profile.createdAt,
    lastSeenAt: profile.lastSeenAt,
    attributes: plainAttributes(profile.attributes),
    ...(meta.movedTo !== undefined && { movedTo: meta.movedTo }),
  };
};
