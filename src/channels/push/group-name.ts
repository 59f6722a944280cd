import { hashText } from "../../domain/hash.ts";
import type { MessageContent } from "../../domain/message/message.ts";

export type PushContent = Extract<MessageContent, { channel: "push" }>;

const encoder = new TextEncoder();

/**
 * What two notifications share so that the later takes the place of the earlier: the template's collapse key, else the
 * message's own id, so that a message which is sent again after an unknown answer is not shown twice. @param mostBytes
 * beyond it a hash stands in
 */
export const groupName = ({ collapseKey }: PushContent, id: string, mostBytes = 64): string => {
  const name = collapseKey ?? id;
  return encoder.encode(name).length <= mostBytes ? name : hashText(name);
};
