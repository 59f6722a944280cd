import type { UserEvent } from "../event/event.ts";
import type { Message, MessageStatus } from "../message/message.ts";

/** Statuses a condition may ask for: how far a message came, each including those after it; and what became of it instead. */
export const progress = ["sent", "delivered", "opened", "clicked", "replied", "converted"] as const;
export const endings = ["skipped", "failed", "uncertain", "bounced", "complained", "unsubscribed"] as const;
export type AskedStatus = (typeof progress)[number] | (typeof endings)[number];

const prefix = "message:";
/** The name under which tallies of messages' statuses listen: a status is filed as an event is, though it is none of the history's. */
export const statusName = ({ event }: Pick<UserEvent, "event">): string => `${prefix}${event ?? ""}`;
export const isStatusName = (name: string): boolean => name.startsWith(prefix);

/** The status itself and, of how far a message came, those after it. */
const enough: ReadonlyMap<AskedStatus, readonly MessageStatus[]> = new Map<AskedStatus, readonly MessageStatus[]>([
  ...progress.map((asked, index) => [asked, progress.slice(index)] as const),
  ...endings.map((asked) => [asked, [asked]] as const),
]);

/** When (ms) the message came to the status or one after it; undefined = not yet. */
export const cameTo = ({ reached, status, createdAt }: Message, asked: AskedStatus): number | undefined => {
  let first: number | undefined;
  for (const one of enough.get(asked) ?? []) {
    // A message kept from before there were instants says only how far it is.
    const at = reached?.[one] ?? (status === one ? createdAt : undefined);
    if (at !== undefined && (first === undefined || at < first)) first = at;
  }
  return first;
};

/** What the message has come to since it was `before`, each as an event at its instant: at most one for each message and status, ever. A copy counts with its message. */
export const statusEvents = (before: Message | undefined, message: Message): readonly UserEvent[] =>
  message.of !== undefined || (before !== undefined && before.reached === message.reached && before.status === message.status)
    ? []
    : [...progress, ...endings].flatMap((status): UserEvent[] => {
        if (before !== undefined && cameTo(before, status) !== undefined) return [];
        const at = cameTo(message, status);
        return at === undefined ? [] : [eventOf(message, status, at)];
      });

const eventOf = ({ id, template, run }: Message, event: AskedStatus, time: number): UserEvent => ({
  id,
  type: "track",
  event,
  properties: { template, ...(run && { run: run.id, journey: run.journey, step: run.step }) },
  time,
  receivedAt: time,
  index: 0,
  key: "server",
});
