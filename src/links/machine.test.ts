import { describe, expect, it } from "vitest";
import { isMachine } from "./machine.ts";

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const gmailAhead =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246";
type What = "opened" | "clicked";
const by = (headers: Readonly<Record<string, string>>, method = "GET", what: What = "clicked") =>
  isMachine({ what, method, header: (name) => headers[name] ?? null });

describe("who follows a link", () => {
  it.each([
    chrome,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Thunderbird/140.0",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 OPR/80",
    "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.30",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 Telegram-Android/11.2",
  ])("a person by %s", (agent) => {
    expect(by({ "user-agent": agent })).toBe(false);
  });

  it.each([
    "Mozilla/5.0",
    `${gmailAhead} Mozilla/5.0`,
    "Microsoft Office Existence Discovery",
    "WhatsApp/2.24.1 A",
    "Mozilla/5.0 (compatible; TelegramBot/1.0)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "python-requests/2.32",
    "curl/8.5.0",
    "",
  ])("a machine by %j", (agent) => {
    for (const what of ["opened", "clicked"] as const) expect(by({ "user-agent": agent }, "GET", what)).toBe(true);
  });

  it.each([
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17928; ms-office; MSOffice 16)",
  ])("fetches pictures for a person who looks, and links ahead of one: %s", (agent) => {
    expect(by({ "user-agent": agent }, "GET", "opened")).toBe(false);
    expect(by({ "user-agent": agent }, "GET", "clicked")).toBe(true);
  });

  it("the browser that Gmail says it is when it fetches ahead is a person's where it is one", () => {
    expect(by({ "user-agent": gmailAhead }, "GET", "opened")).toBe(false);
  });

  it("a machine by its method and by headers of fetching ahead", () => {
    expect(by({ "user-agent": chrome }, "HEAD")).toBe(true);
    expect(by({})).toBe(true);
    for (const name of ["purpose", "sec-purpose", "x-purpose", "x-moz"])
      expect(by({ "user-agent": chrome, [name]: "prefetch" })).toBe(true);
  });
});
