/** What a call of a link says about who calls, and of which link it is: the pixel (`opened`) or another (`clicked`). */
export interface Caller {
  readonly what: "opened" | "clicked";
  readonly method: string;
  readonly header: (name: string) => string | null;
}

/** Fetched ahead of being wanted (browsers, mail programs). */
const prefetchHeaders = ["purpose", "sec-purpose", "x-purpose", "x-moz"] as const;

/**
 * Programs that fetch what is in a mail without anybody looking at it: link scanners of mail gateways, previews of chats,
 * crawlers and libraries. ("CUBOT" makes telephones.)
 */
const programs =
  /(?<!\bcu)bot\b|crawl|spider|slurp|preview|scanner|monitor|headless|phantom|yahoo ad monitoring|proofpoint|barracuda|mimecast|symantec|messagelabs|fireeye|trendmicro|safelinks|microsoft office (?:existence|protocol) discovery|bitdefender|kaspersky|facebookexternalhit|^whatsapp\/|slack-imgproxy|\bpython|\bcurl\b|\bwget\b|\bjava\/|okhttp|go-http-client|node-fetch|\baxios\b|undici|libwww|httpclient|apache-http|postman|guzzle|\bruby\b|\bperl\b|\bphp\//i;

/**
 * They fetch pictures when, and because, a person looks at the mail, but follow links ahead of a person: the proxies of Gmail and
 * Yahoo (which hold no copy of a picture that must not be stored), and Outlook on Windows.
 */
const readers = /googleimageproxy|ggpht|yahoomailproxy|ms-office|msoffice/i;

/** Gmail, of mails that arrive while it is open: before anybody looks. An Edge of 2015 with one word too many, by which alone it is told. */
const gmailAhead = /edge\/12\.246 mozilla\/5\.0$/i;

/** Apple's mail privacy protection fetches every picture on arrival, and says nothing of itself but this. */
const bare = /^mozilla\/5\.0$/i;

/** Is the caller a program rather than a person? A call without a user agent is. */
export const isMachine = ({ what, method, header }: Caller): boolean => {
  if (method !== "GET" && method !== "POST") return true;
  if (prefetchHeaders.some((name) => /prefetch|preview|prerender/i.test(header(name) ?? ""))) return true;
  const agent = (header("user-agent") ?? "").trim();
  if (agent === "" || bare.test(agent) || gmailAhead.test(agent) || programs.test(agent)) return true;
  return what === "clicked" && readers.test(agent);
};
