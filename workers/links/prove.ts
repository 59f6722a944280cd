import type { ConsentProof, ConsentSource } from "../../src/domain/consent/proof.ts";
import type { LinkCall } from "./subject.ts";

/** What shows that a person wanted it: who called, from where, and what they were shown. */
export const proofOf = ({ request, link }: LinkCall, source: ConsentSource, text: string): ConsentProof => {
  const ip = request.headers.get("cf-connecting-ip");
  const agent = request.headers.get("user-agent");
  return {
    source,
    text: text.slice(0, 1_000),
    message: link.message,
    ...(ip !== null && { ip }),
    ...(agent !== null && { userAgent: agent.slice(0, 300) }),
  };
};
