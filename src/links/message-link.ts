import { fromBase64, sameBytes, toBase64Url } from "../channels/bytes.ts";
import { type Echo, echoOf, readEcho } from "../channels/echo.ts";
import { hmacNow } from "./hmac-sha256.ts";

/**
 * What a link does: `o` the pixel that tells of an opening, `c` leads on to an address, `u` unsubscribes, `p` the preference
 * centre, `v` shows the message in a browser, `k` confirms an opt-in.
 */
export const linkKinds = ["o", "c", "u", "p", "v", "k"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** Where the links of this Worker begin. */
export const LINKS_PATH = "/l/";

/** The message a link belongs to, what the link does, and for `c` where it leads. */
export interface MessageLink extends Echo {
  readonly kind: LinkKind;
  /** `c`: which of the template's links it is (RenderedMessage.links), from 0, and its address. */
  readonly place?: number;
  readonly url?: string;
}

/** 128 bits: nobody guesses it, and a text message has room for it. */
const MAC_BYTES = 16;

/** Everything the link says is under the signature, each part told apart by a line end, which none of them can hold. */
const macOf = (key: Uint8Array, { kind, workspace, shard, message, place, url }: MessageLink): Uint8Array =>
  hmacNow(key, [kind, workspace, shard, message, place ?? "", url ?? ""].join("\n")).slice(0, MAC_BYTES);

/** The signed address: "<base>/l/u/<workspace>-<shard>-<message>.<mac>"; nothing of the user is in it. */
export const linkTo = (base: string, key: Uint8Array, link: MessageLink): string => {
  const place = link.place === undefined ? "" : `.${link.place}`;
  const query = link.url === undefined ? "" : `?u=${encodeURIComponent(link.url)}`;
  const token = `${echoOf(link.workspace, link.shard, link.message)}${place}.${toBase64Url(macOf(key, link))}`;
  return `${base}${LINKS_PATH}${link.kind}/${token}${query}`;
};

const isKind = (kind: string): kind is LinkKind => linkKinds.some((known) => known === kind);

/**
 * Reads a link that one of the keys signed; undefined for any other, and for one of which anything was changed.
 *
 * @param url the whole address as it was called; its host is not part of the link, so that a domain may be changed
 */
export const readLink = (url: URL, keys: readonly Uint8Array[]): MessageLink | undefined => {
  const [, kind = "", token = ""] = /^\/l\/([a-z])\/([A-Za-z0-9_.-]{1,300})$/.exec(url.pathname) ?? [];
  const [, echoed = "", place, signature = ""] = /^([A-Za-z0-9_-]+)(?:\.(\d{1,4}))?\.([A-Za-z0-9_-]{22})$/.exec(token) ?? [];
  const echo = readEcho(echoed);
  const given = fromBase64(signature);
  if (!isKind(kind) || echo === undefined || given === undefined) return undefined;
  const target = kind === "c" ? url.searchParams.get("u") : null;
  const link: MessageLink = {
    ...echo,
    kind,
    ...(place !== undefined && { place: Number(place) }),
    ...(target !== null && { url: target }),
  };
  // Every key is tried, whichever fits: how long it takes says nothing.
  let isSigned = false;
  for (const key of keys) isSigned = sameBytes(macOf(key, link), given) || isSigned;
  return isSigned && (kind === "c") === (target !== null) ? link : undefined;
};
