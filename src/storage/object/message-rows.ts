import type { Message } from "../../domain/message/message.ts";
import { type SqlPort, textOf } from "./sql-port.ts";

/** A message's row: what its call brought along has a row of its own, written once, as it may be large and each status writes this one. */
type MessageRow = Omit<Message, "payload"> & { readonly beside?: true };

/** A message of this user, open or settled. */
export const readMessage = (sql: SqlPort, id: string): Message | undefined => {
  const row = sql.run("SELECT body FROM kept WHERE kind = 'message' AND key = ?", id)[0];
  if (row === undefined) return undefined;
  const { beside, ...message } = JSON.parse(textOf(row, "body")) as MessageRow; // written by writeMessage only
  const payload = beside && sql.run("SELECT body FROM kept WHERE kind = 'beside' AND key = ?", id)[0];
  // A user that was handed over has given it away.
  if (payload === undefined) return message;
  return { ...message, payload: JSON.parse(textOf(payload, "body")) as NonNullable<Message["payload"]> }; // as above
};

/** A message as lists show it: what its call brought along is left where it is. */
export const messageOfRow = (body: string): Message => {
  const { beside: _beside, ...message } = JSON.parse(body) as MessageRow; // written by writeMessage only
  return message;
};

/** Writes a message; `before`: as it was kept, where that is at hand. */
export const writeMessage = (sql: SqlPort, message: Message, before: Message | undefined): void => {
  const { payload, ...bare } = message;
  const put = (kind: string, value: unknown): void => {
    sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES (?, ?, ?)", kind, message.id, JSON.stringify(value));
  };
  const row: MessageRow = payload === undefined ? bare : { ...bare, beside: true };
  put("message", row);
  if (payload !== undefined && before?.payload !== payload) put("beside", payload);
  if (payload === undefined && before?.payload !== undefined) sql.run("DELETE FROM kept WHERE kind = 'beside' AND key = ?", message.id);
};
