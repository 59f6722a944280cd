/** A push token is long and says nothing: its end tells it from the user's other devices. */
const tail = 8;

const hostOf = (token: string): string | undefined => {
  try {
    const { endpoint } = JSON.parse(token) as { readonly endpoint?: unknown }; // whatever it is, only an address is taken
    return typeof endpoint === "string" ? new URL(endpoint).host : undefined;
  } catch {
    return undefined;
  }
};

/** To whom a message went, in few words: "browser at fcm.googleapis.com", "device …aBcD1234"; an address is shown as it is. */
export const recipientName = (channel: string, to: string): string => {
  if (channel === "slack" && to === "") return "the provider's own channel";
  if (channel !== "push") return to;
  if (to.startsWith("{")) return `browser at ${hostOf(to) ?? "an unknown service"}`;
  const id = /^Expo(?:nent)?PushToken\[(.+)\]$/.exec(to)?.[1] ?? to;
  return id.length <= tail * 2 ? `device ${id}` : `device …${id.slice(-tail)}`;
};

interface Sent {
  readonly channel: string;
  readonly to: string | null;
  readonly user: string;
}

/** The same of a message; before it is known where it goes, the user it is for. */
export const recipientOf = ({ channel, to, user }: Sent): string => (to === null ? user : recipientName(channel, to));
