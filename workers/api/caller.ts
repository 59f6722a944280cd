import { Fault } from "../../src/domain/fault.ts";
import { scopes, type Scope } from "../../src/api/management.ts";
import type { Env } from "../env.ts";
import { findKey } from "../keys.ts";
import { trustedOrigins } from "./trusted-origins.ts";

/** Who calls, in which workspace, and what they may do. */
export interface Caller {
  readonly workspace: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly by: { readonly type: "key"; readonly id: string } | { readonly type: "operator"; readonly id: string; readonly role: string };
}

/**
 * Finds the caller by API key (Authorization: Bearer) or, without one, by the dashboard's session cookie.
 *
 * @throws Fault missing-key, wrong-key, not-signed-in; not-allowed for a write key, which may only send events, and for a
 *   session's change that another site's page asked for.
 */
export const authenticate = async (env: Env, request: Request): Promise<Caller> => {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return byKey(env, authorization);
  if (request.headers.has("cookie")) return bySession(env, request);
  throw new Fault("missing-key", "Send an API key: Authorization: Bearer <key>");
};

const byKey = async (env: Env, authorization: string): Promise<Caller> => {
  const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const key = text === undefined ? undefined : await findKey(env, text);
  if (key === undefined) throw new Fault("wrong-key");
  if (key.kind !== "api") throw new Fault("not-allowed", "A write key may only send events; the management API takes an API key");
  return {
    workspace: key.workspace,
    scopes: new Set(scopes.filter((scope) => key.scopes.includes(scope))),
    by: { type: "key", id: key.id },
  };
};

/** What each role of an operator may do. */
const scopesByRole: Readonly<Record<string, readonly Scope[]>> = { owner: scopes };

const bySession = async (env: Env, request: Request): Promise<Caller> => {
  // A browser sends the cookie whichever page asks (SameSite=Lax stops most, not WebSockets or sibling subdomains).
  const origin = request.headers.get("origin");
  if (origin !== null && !trustedOrigins(env, new URL(request.url).origin).includes(origin))
    throw new Fault("not-allowed", "This origin may not use the dashboard's session");
  const { sessionOf } = await import("./sign-in.ts");
  const session = await sessionOf(env, request);
  if (session === undefined) throw new Fault("not-signed-in");
  return {
    workspace: session.workspace,
    scopes: new Set(scopesByRole[session.role] ?? []),
    by: { type: "operator", id: session.operator, role: session.role },
  };
};

/** Whoever sets an installation up: holds the token the Worker was given, belongs to no workspace. @throws Fault missing-key, wrong-key */
export const bySetupToken = async (env: Env, request: Request): Promise<Caller> => {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given === undefined) throw new Fault("missing-key", "Send the set-up token: Authorization: Bearer <token>");
  if (!env.SETUP_TOKEN || !(await sameText(given, env.SETUP_TOKEN))) throw new Fault("wrong-key", "This is not the set-up token");
  return { workspace: "", scopes: new Set(), by: { type: "key", id: "setup-token" } };
};

/** Compares in a time that tells nothing about where they differ: digests of equal length, compared whole. */
const sameText = async (a: string, b: string): Promise<boolean> => {
  const [left, right] = await Promise.all([a, b].map((text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
  return left !== undefined && right !== undefined && crypto.subtle.timingSafeEqual(left, right);
};

/** @throws Fault not-allowed unless the caller has the scope; `admin` holds all others. */
export const requireScope = (caller: Caller, scope: Scope): void => {
  if (!caller.scopes.has(scope) && !caller.scopes.has("admin")) throw new Fault("not-allowed", `This needs the scope "${scope}"`);
};
