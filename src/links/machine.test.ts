import { describe, expect, it } from "vitest";
import { isMachine } from "./machine.ts";

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const by = (headers: Readonly<Record<string, string>>, method = "GET") => isMachine({ method, header: (name) => headers[name] ?? null });

describe("who follows a link", () => {
  it.each([
    chrome,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Thunderbird/140.0",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 OPR/80",
  ])("a person by %s", (agent) => {
    expect(by({ "user-agent": agent })).toBe(false);
  });

  it.each([
    "Mozilla/5.0",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "python-requests/2.32",
    "curl/8.5.0",
    "",
  ])("a machine by %j", (agent) => {
    expect(by({ "user-agent": agent })).toBe(true);
  });

  it("a machine by its method and by headers of fetching ahead", () => {
    expect(by({ "user-agent": chrome }, "HEAD")).toBe(true);
    expect(by({})).toBe(true);
    for (const name of ["purpose", "sec-purpose", "x-purpose", "x-moz"])
      expect(by({ "user-agent": chrome, [name]: "prefetch" })).toBe(true);
  });
});
