import type { CompiledCondition, Verdict } from "./condition.ts";
import { noDependencies } from "./verdict.ts";

/** What a manual segment asks: was the user put in, and not taken out since? */
export const manualMember = (key: string): CompiledCondition => {
  const member: Verdict = { value: true, because: { clause: `put into ${key}` } };
  const outside: Verdict = { value: false, because: { clause: `put into ${key}` } };
  return {
    dependsOn: { ...noDependencies, aspects: ["manual"] },
    tallies: [],
    evaluate: ({ state: { profile } }) => (Object.hasOwn(profile.manual, key) && profile.manual[key]?.member === true ? member : outside),
  };
};
