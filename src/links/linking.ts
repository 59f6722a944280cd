import type { Dressed, Linked, Linking, MakeLinks } from "../domain/links/linking.ts";
import type { MessageContent, MessageStatus } from "../domain/message/message.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import { listHeaders } from "./list-headers.ts";
import { type LinkKind, linkTo, LINKS_PATH } from "./message-link.ts";
import { linkNames, OTHER_LINK } from "./template-links.ts";
import { followHtml, withParameters } from "./track-html.ts";

/** What links are made with. */
export interface LinkPorts {
  readonly workspace: string;
  /** Where links lead where the workspace names no domain; undefined = nowhere. */
  readonly base: string | undefined;
  readonly key: Uint8Array;
  /** Number of the data shard that holds a user's rows. */
  readonly shardNumber: (user: UserKey) => number;
}

/** Longer ones (signed and encoded as they go out) stay as they were: some mail programs and browsers cut them off. */
const MAX_URL = 2_000;
/** Links of one message that are followed. */
const MAX_LINKS = 1_000;

/** Channels whose messages a person reads. */
const withLinks: ReadonlySet<string> = new Set(["email", "sms", "whatsapp", "push"]);

/** Makes the links of messages (docs/semantics.md, Links). */
export const makeLinks =
  (ports: LinkPorts): MakeLinks =>
  (linked) => {
    const base = linked.settings.domain ?? ports.base;
    return base === undefined || !withLinks.has(linked.message.channel) ? undefined : linkingOf(linked, base, ports);
  };

const linkingOf = (linked: Linked, base: string, { workspace, key, shardNumber }: LinkPorts): Linking => {
  const { message, owner, settings, tracking } = linked;
  const of = { workspace, shard: shardNumber(owner), message: message.id };
  const to = (kind: LinkKind, more: { readonly place?: number; readonly url?: string } = {}): string =>
    linkTo(base, key, { ...of, kind, ...more });
  const isMarketing = message.transactional !== true;
  const isEmail = message.channel === "email";
  // Nobody asked for a transactional message to be watched: only its template can.
  const opens = isEmail && (tracking?.opens ?? (isMarketing && settings.opens === true));
  const clicks = isEmail && (tracking?.clicks ?? (isMarketing && settings.clicks === true));
  const parameters = utmOf(linked);
  const nameOf = clicks ? linked.source && linkNames(linked.source) : undefined;
  const names: string[] = [];
  let followed = 0;
  /** The number of the link among those of the template: what a click is counted under. */
  const placeOf = (url: string): number => {
    const name = nameOf?.(url) ?? OTHER_LINK;
    const known = names.indexOf(name);
    return known === -1 ? names.push(name) - 1 : known;
  };
  const follow = (url: string): string | undefined => {
    if (url.startsWith(`${base}${LINKS_PATH}`)) return undefined;
    // Half a character is in no address, and cannot be encoded.
    if (!url.isWellFormed()) return undefined;
    const marked = withParameters(url, parameters);
    if (!clicks || followed >= MAX_LINKS || !URL.canParse(marked)) return marked;
    const place = placeOf(url);
    const signed = to("c", { place, url: marked });
    if (signed.length > MAX_URL) return marked;
    followed++;
    return signed;
  };
  const links = {
    unsubscribe_url: to("u"),
    preferences_url: to("p"),
    ...(isEmail && { view_in_browser_url: to("v") }),
    ...(message.confirms !== undefined && { confirm_url: to("k") }),
  };
  return {
    links,
    tells: tellsOf({ opens, clicks }),
    dress: (content: MessageContent): Dressed => {
      if (content.channel !== "email") return { content };
      const html = content.html === "" ? "" : followHtml(content.html, { link: follow, ...(opens && { pixel: to("o") }) });
      const headers = isMarketing
        ? listHeaders({
            workspace,
            base,
            unsubscribe: links.unsubscribe_url,
            mailbox: settings.mailbox,
            topic: linked.topic,
            given: content.headers,
          })
        : content.headers;
      return {
        content: { ...content, html, ...(headers !== undefined && { headers }) },
        ...(nameOf !== undefined && names.length > 0 && { links: names }),
      };
    },
  };
};

const tellsOf = ({ opens, clicks }: { readonly opens: boolean; readonly clicks: boolean }): readonly MessageStatus[] => [
  ...(opens ? (["opened"] as const) : []),
  ...(clicks ? (["clicked"] as const) : []),
  "unsubscribed",
];

/** The workspace's parameters with the message's own names filled in. */
const utmOf = ({ settings: { utm }, message }: Linked): readonly (readonly [string, string])[] => {
  if (message.channel !== "email") return [];
  const names: Readonly<Record<string, string>> = {
    journey: message.run?.journey ?? "",
    step: message.run?.step ?? "",
    template: message.template,
    channel: message.channel,
  };
  return Object.entries(utm ?? {}).flatMap(([name, text]) => {
    const value = text?.replace(/\{(journey|step|template|channel)\}/g, (_whole, field: string) => names[field] ?? "").toWellFormed() ?? "";
    return value === "" ? [] : [[`utm_${name}`, value] as const];
  });
};
