import { sameNumbers } from "../../src/channels/sms/same-number.ts";
import type { Channel } from "../../src/domain/message/message.ts";

/** Whoever has one of these has the address: WhatsApp says some countries' numbers in another way than they are called by. */
export const addressesOf = (channel: Channel, address: string | undefined): readonly string[] => {
  if (address === undefined || address === "") return [];
  return channel === "whatsapp" ? sameNumbers(address) : [address];
};
