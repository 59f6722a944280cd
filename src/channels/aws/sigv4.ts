import { bytesOf, hmac, sha256, toHex } from "../bytes.ts";
import type { HttpCall } from "../provider.ts";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signature is good for. */
export interface AwsScope {
  readonly region: string;
  readonly service: string;
  /** ms since the epoch; AWS takes a signature for five minutes. */
  readonly at: number;
}

/**
 * Signs a call with AWS Signature Version 4: every header it has, the host and the body. Source: AWS, "Create a signed AWS API
 * request". Paths are encoded once more, as every service but S3 wants it.
 */
export async function signAws(call: HttpCall, credentials: AwsCredentials, { region, service, at }: AwsScope): Promise<HttpCall> {
  const url = new URL(call.url);
  const instant = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = instant.slice(0, 8);
  const added = {
    "x-amz-date": instant,
    ...(credentials.sessionToken !== undefined && { "x-amz-security-token": credentials.sessionToken }),
  };
  const signed = new Map(
    Object.entries({ ...call.headers, ...added, host: url.host }).map(([name, value]) => [
      name.toLowerCase(),
      value.trim().replace(/ +/g, " "),
    ]),
  );
  const names = [...signed.keys()].sort();
  const canonical = [
    call.method,
    url.pathname.split("/").map(encode).join("/"),
    queryOf(url),
    ...names.map((name) => `${name}:${signed.get(name)}`),
    "",
    names.join(";"),
    toHex(await sha256(call.body ?? "")),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", instant, scope, toHex(await sha256(canonical))].join("\n");
  let key = bytesOf(`AWS4${credentials.secretAccessKey}`);
  for (const part of [day, region, service, "aws4_request"]) key = await hmac("SHA-256", key, part);
  const signature = toHex(await hmac("SHA-256", key, toSign));
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...call, headers: { ...call.headers, ...added, authorization } };
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const queryOf = (url: URL): string =>
  [...url.searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
