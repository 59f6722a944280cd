import type { EventsMessage } from "./queue.ts";

/**
 * Reads a message of the EVENTS queue or the body of an intake row: both are the same JSON text, stringified once at ingest.
 * Takes an already parsed message too. Throws on anything else: such a message was never written by us.
 */
export const parseEventsMessage = (body: unknown): EventsMessage => {
  const message: unknown = typeof body === "string" ? JSON.parse(body) : body;
  if (typeof message !== "object" || message === null || !("items" in message) || !Array.isArray(message.items) || !("intake" in message)) {
    throw new Error("expected an EventsMessage, got something else");
  }
  return message as EventsMessage; // written by packParts in src/storage/intake/parts.ts and by nobody else
};
