import { jsonOf, recordOf, textOf } from "../inbound.ts";
import { isPrivateKeyPem, signRsaJwt } from "../jwt.ts";
import { isLoopback } from "../outbound-address.ts";
import type { AuthorizePorts } from "../provider.ts";
import { jsonBody, readReply } from "../reply.ts";
import { Unprepared } from "../unprepared.ts";

/** What of a service account's key file is needed. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly email: string;
  readonly privateKey: string;
  readonly tokenAddress: string;
}

/** Reads a service account's key file (JSON as the Google Cloud console gives it); undefined for anything else. */
export const readServiceAccount = (text: string): ServiceAccount | undefined => {
  const file = recordOf(jsonOf(text));
  const [projectId, email, privateKey] = [textOf(file["project_id"]), textOf(file["client_email"]), textOf(file["private_key"])];
  const tokenAddress = textOf(file["token_uri"]) ?? "https://oauth2.googleapis.com/token";
  if (file["type"] !== "service_account" || projectId === undefined || email === undefined || privateKey === undefined) return undefined;
  if (!/^[a-z0-9.:-]{1,100}$/.test(projectId) || !isPrivateKeyPem(privateKey) || !isSafe(tokenAddress)) return undefined;
  return { projectId, email, privateKey, tokenAddress };
};

/** The token travels back over it: TLS, but on this very machine. */
const isSafe = (address: string): boolean => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
};

const HOUR_SECONDS = 3_600;
const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";

/**
 * An access token for the service account, by the JWT bearer grant (RFC 7523), kept until it expires. @throws Unprepared where
 * there is none to be had: nothing was sent to anybody
 */
export const googleToken = (account: ServiceAccount, ports: AuthorizePorts): Promise<string> =>
  ports.cached(`google:${account.email}`, async () => {
    const now = Math.floor(ports.now() / 1000);
    const claims = { iss: account.email, scope: SCOPE, aud: account.tokenAddress, iat: now, exp: now + HOUR_SECONDS };
    const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: await signRsaJwt(claims, account.privateKey) };
    const reply = await ports.call({
      method: "POST",
      url: account.tokenAddress,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(grant).toString(),
    });
    const said = reply.kind === "answer" && reply.status === 200 ? jsonBody(reply) : undefined;
    const value = textOf(said?.["access_token"]);
    const lifeSeconds = said?.["expires_in"];
    if (value !== undefined) return { value, expiresAt: (now + (typeof lifeSeconds === "number" ? lifeSeconds : HOUR_SECONDS)) * 1000 };
    const outcome = readReply(reply);
    if (outcome.kind === "retry") throw new Unprepared({ ...outcome, detail: `no access token: ${outcome.detail}` });
    // No message depends on a token that never came: asking again is safe.
    if (outcome.kind === "uncertain") throw new Unprepared({ kind: "retry", detail: `no access token: ${outcome.detail}` });
    const detail = outcome.kind === "accepted" ? "an answer without a token" : outcome.detail;
    throw new Unprepared({ kind: "misconfigured", detail: `no access token: ${detail}` });
  });
