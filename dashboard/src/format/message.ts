import { channelName } from "./channel.ts";

interface Named {
  readonly channel: string;
  readonly template: string;
  readonly subject?: string | null;
}

/** What to call a message on a line: its subject, else its template; one whose content came with a call has neither and is named after its channel. */
export const messageTitle = ({ subject, template, channel }: Named): string =>
  subject || template || `${channelName(channel)} without a template`;

/** What a status means where the word alone does not say it. */
export const statusNotes: Readonly<Record<string, string>> = {
  uncertain: "The provider gave no clear answer, so the message may have arrived. It is not sent again by itself.",
  claimed: "It is being handed to the provider.",
};

const origins: Readonly<Record<string, string>> = { call: "A call of the API", confirmation: "An opt-in that asks to be confirmed" };

/** Where a message that no journey sent comes from; nothing for one of a journey, which is named itself. */
export const describeOrigin = (origin: string | null): string | undefined => (origin === null ? undefined : origins[origin]);
