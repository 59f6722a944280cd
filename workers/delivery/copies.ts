import { comparableAddress } from "../../src/domain/consent/comparable-address.ts";
import type { MessageContent } from "../../src/domain/message/message.ts";

/** An email without the copies (cc, bcc) to addresses that nothing is sent to, and which those are; who a copy goes to is asked only where there are any. */
export const withoutSuppressed = async (
  content: MessageContent,
  ask: (addresses: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<{ readonly content: MessageContent; readonly leftOut: readonly string[] }> => {
  if (content.channel !== "email") return { content, leftOut: [] };
  const copies = [...(content.cc ?? []), ...(content.bcc ?? [])];
  if (copies.length === 0) return { content, leftOut: [] };
  const comparable = (address: string): string => comparableAddress("email", address);
  const suppressed = await ask([...new Set(copies.map(comparable))]);
  const leftOut = copies.filter((address) => suppressed.has(comparable(address)));
  if (leftOut.length === 0) return { content, leftOut };
  const { cc = [], bcc = [], ...mail } = content;
  const [ccLeft, bccLeft] = [cc, bcc].map((list) => list.filter((address) => !leftOut.includes(address)));
  return {
    content: { ...mail, ...(ccLeft?.length && { cc: ccLeft }), ...(bccLeft?.length && { bcc: bccLeft }) },
    leftOut: [...new Set(leftOut)],
  };
};
