import { Fault } from "../../src/domain/fault.ts";

/** What is suppressed because somebody called a message spam is not lifted by the way. */
export const complained = (what: string): Fault =>
  new Fault("conflict", `"${what}" is suppressed because of a complaint. To lift it all the same, say evenComplaint: true`);
