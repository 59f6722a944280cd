import type { MakeLinks } from "../domain/links/linking.ts";

/** Links of simulated messages lead nowhere and change nothing, but tell of what the real ones would tell of. */
export const standInLinks: MakeLinks = ({ message, settings, tracking }) => {
  const isEmail = message.channel === "email";
  const isMarketing = message.transactional !== true;
  const tells = (own: boolean | undefined, all: boolean | undefined): boolean => isEmail && (own ?? (isMarketing && all === true));
  return {
    links: {
      unsubscribe_url: "https://example.com/unsubscribe",
      preferences_url: "https://example.com/preferences",
      ...(isEmail && { view_in_browser_url: "https://example.com/message" }),
      ...(message.confirms !== undefined && { confirm_url: "https://example.com/confirm" }),
    },
    dress: (content) => ({ content }),
    tells: [
      ...(tells(tracking?.opens, settings.opens) ? (["opened"] as const) : []),
      ...(tells(tracking?.clicks, settings.clicks) ? (["clicked"] as const) : []),
      "unsubscribed",
    ],
  };
};
