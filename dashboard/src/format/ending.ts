import { sentence } from "./text.ts";

const words: Readonly<Record<string, string>> = {
  "exit-step": "Reached an exit step",
  completed: "Reached the end",
  exited: "Met the exit condition",
  restarted: "Started anew",
  stopped: "Journey stopped",
  merged: "Ended by a merge of users",
  "missing-step": "Step no longer there",
  "step-limit": "Too many steps at once",
};

/** Why a run ended, for people: "exited" -> "Met the exit condition". A reason of later versions is shown as it is. */
export const describeEnding = (reason: string): string => words[reason] ?? sentence(reason);
