import { betterAuth } from "better-auth";
import { Fault } from "../../src/domain/fault.ts";
import { membershipsOf } from "../../src/storage/control/workspaces.ts";
import { BoundedMap } from "../bounded-map.ts";
import type { Env } from "../env.ts";
import { derivedSecret } from "../seal.ts";
import { trustedOrigins } from "./trusted-origins.ts";

/** Who is signed in, and the workspace they work in. */
export interface Session {
  readonly operator: string;
  readonly email: string;
  readonly name: string;
  readonly workspace: string;
  readonly role: string;
}

/** Sign-in of operators under /api/auth/*: better-auth with e-mail and password. */
export const signIn = async (env: Env, request: Request): Promise<Response> =>
  (await authOf(env, new URL(request.url).origin)).handler(request);

/**
 * The session behind a request's cookie; undefined when nobody is signed in or the operator belongs to no workspace.
 * Someone in several names one in the header `x-workspace`; otherwise it is the first they joined.
 *
 * @throws Fault not-allowed when the named workspace is not theirs
 */
export const sessionOf = async (env: Env, request: Request): Promise<Session | undefined> => {
  const auth = await authOf(env, new URL(request.url).origin);
  const found = await auth.api.getSession({ headers: request.headers });
  if (found === null) return undefined;
  const memberships = await membershipsOf(env.DB, found.user.id);
  const wanted = request.headers.get("x-workspace");
  const membership = wanted === null ? memberships[0] : memberships.find(({ workspace }) => workspace === wanted);
  if (membership === undefined) {
    if (wanted === null) return undefined;
    throw new Fault("not-allowed", "You do not belong to this workspace");
  }
  return {
    operator: found.user.id,
    email: found.user.email,
    name: found.user.name,
    workspace: membership.workspace,
    role: membership.role,
  };
};

/**
 * Makes an operator who signs in by e-mail and password; one who exists keeps the account and the password they have.
 * There is no open sign-up: this is the only way in. @returns the operator's id
 */
export const createOperator = async (
  env: Env,
  operator: { readonly email: string; readonly password: string; readonly name: string },
): Promise<string> => {
  const { internalAdapter, password } = await (await authOf(env, "http://localhost")).$context;
  const email = operator.email.toLowerCase();
  const known = await internalAdapter.findUserByEmail(email);
  if (known !== null) return known.user.id;
  const hash = await password.hash(operator.password);
  // The address is vouched for by whoever holds the set-up token.
  const user = await internalAdapter.createUser({ email, name: operator.name, emailVerified: true }, { method: "email-password" });
  await internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password: hash });
  return user.id;
};

const build = (env: Env, origin: string, secret: string) =>
  betterAuth({
    database: env.DB,
    secret,
    baseURL: origin,
    basePath: "/api/auth",
    trustedOrigins: [...trustedOrigins(env, origin)],
    telemetry: { enabled: false },
    logger: { level: "error" },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 200 },
    // Accounts are made by set-up, never changed from outside: nothing sends e-mail for operators yet.
    disabledPaths: [
      "/sign-up/email",
      "/change-email",
      "/delete-user",
      "/request-password-reset",
      "/reset-password",
      "/send-verification-email",
      "/verify-email",
      "/link-social",
      "/sign-in/social",
    ],
    user: { modelName: "operator_users" },
    session: { modelName: "operator_sessions", expiresIn: 14 * 86_400, updateAge: 86_400 },
    account: { modelName: "operator_accounts" },
    verification: { modelName: "operator_verifications" },
    rateLimit: {
      enabled: true,
      storage: "database",
      modelName: "operator_rate_limits",
      window: 60,
      max: 300,
      customRules: { "/sign-in/email": { window: 60, max: 30 }, "/get-session": false },
    },
    advanced: {
      cookiePrefix: "tern",
      useSecureCookies: origin.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
    },
  });

/** One instance per origin it is reached by: cookies and the check of the Origin header depend on it. */
const instances = new BoundedMap<string, ReturnType<typeof build>>(8);

const authOf = async (env: Env, origin: string): Promise<ReturnType<typeof build>> => {
  const known = instances.get(origin);
  if (known !== undefined) return known;
  const auth = build(env, origin, await derivedSecret(env, "session"));
  instances.set(origin, auth);
  return auth;
};
