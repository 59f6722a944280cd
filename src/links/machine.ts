/** What a call of a link says about who calls. */
export interface Caller {
  readonly method: string;
  readonly header: (name: string) => string | null;
}

/** Fetched ahead of being wanted (browsers, mail programs). */
const prefetchHeaders = ["purpose", "sec-purpose", "x-purpose", "x-moz"] as const;

/**
 * Programs that fetch what is in a mail without anybody looking at it: image proxies of mailboxes (they fetch on arrival or
 * for everybody alike), link scanners of mail gateways, previews of chats, crawlers and libraries.
 */
const programs =
  /bot\b|crawl|spider|slurp|preview|scanner|monitor|headless|phantom|googleimageproxy|ggpht|yahoomailproxy|yahoo ad monitoring|proofpoint|barracuda|mimecast|symantec|messagelabs|fireeye|trendmicro|safelinks|microsoft office existence discovery|ms-office|bitdefender|kaspersky|facebookexternalhit|whatsapp|slack|telegram|skypeuripreview|discord|linkedin|python|curl|wget|java\/|okhttp|go-http-client|node-fetch|axios|undici|libwww|httpclient|apache-http|postman|guzzle|ruby|perl|php\//i;

/** Apple's mail privacy protection fetches every picture, and says nothing of itself but this. */
const bare = /^mozilla\/5\.0$/i;

/** Is the caller a program rather than a person? A call without a user agent is. */
export const isMachine = ({ method, header }: Caller): boolean => {
  if (method !== "GET" && method !== "POST") return true;
  if (prefetchHeaders.some((name) => /prefetch|preview|prerender/i.test(header(name) ?? ""))) return true;
  const agent = (header("user-agent") ?? "").trim();
  return agent === "" || bare.test(agent) || programs.test(agent);
};
