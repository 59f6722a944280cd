import { mailTo } from "./mail-link.ts";

/** What the headers of a list are made of. */
interface List {
  readonly workspace: string;
  readonly base: string;
  readonly unsubscribe: string;
  /** Takes mails that unsubscribe, for programs that write some (RFC 2369). */
  readonly mailbox?: string | undefined;
  readonly topic?: { readonly key: string; readonly name: string } | undefined;
  /** The template's own, which win. */
  readonly given: Readonly<Record<string, string>> | undefined;
}

/**
 * Headers by which mail programs offer to unsubscribe with one click (RFC 2369, RFC 8058), and which list it is (RFC 2919).
 * A template that says its own `List-Unsubscribe` answers for what follows from it.
 */
export const listHeaders = ({ workspace, base, unsubscribe, mailbox, topic, given = {} }: List): Readonly<Record<string, string>> => {
  const has = (name: string): boolean => Object.keys(given).some((known) => known.toLowerCase() === name);
  return {
    ...given,
    ...(!has("list-unsubscribe") && {
      "List-Unsubscribe": `<${unsubscribe}>${mailbox === undefined ? "" : `, <${mailTo(mailbox, unsubscribe)}>`}`,
      ...(!has("list-unsubscribe-post") && { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
    }),
    ...(!has("list-id") && { "List-ID": listId({ workspace, base, topic }) }),
  };
};

/** At most 255 characters, of which the name is not part; labels have letters, digits, "-" and "_". */
const listId = ({ workspace, base, topic }: Pick<List, "workspace" | "base" | "topic">): string => {
  const { hostname } = new URL(base);
  // RFC 2919, 3: lists without a domain of their own are under "localhost".
  const namespace = /^[\d.]+$|^\[|^localhost$/.test(hostname) ? "localhost" : hostname;
  const id = `<${topic?.key ?? "all"}.${workspace}.${namespace}>`;
  // A name that is not ASCII would have to be encoded apart from the id, which most providers' APIs cannot be told.
  return topic === undefined || !/^[ -~]+$/.test(topic.name) ? id : `"${topic.name.replace(/["\\]+/g, " ").trim()}" ${id}`;
};
