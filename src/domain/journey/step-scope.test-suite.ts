import { compileCatalog } from "../catalog/compile.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { Run } from "../user/state.ts";
import type { StepScope } from "./step.ts";

const run: Run = {
  id: "r1",
  journey: "welcome",
  version: 1,
  key: null,
  enteredAt: 0,
  entryOrder: [0, 0, 0],
  trigger: null,
  position: { at: "step", step: "first" },
  stepEnteredAt: 0,
  visits: { first: 1 },
};

/** What a step is asked with, where a test says nothing else: a fresh user in UTC at instant 0 in an empty workspace. */
export const stepScope = (fields: Partial<StepScope> = {}): StepScope => ({
  now: 0,
  zone: () => "UTC",
  ask: () => ({ value: false }),
  run,
  state: newUser("w", "u:1", 0),
  history: new MemoryHistory(),
  catalog: compileCatalog({
    workspace: "w",
    version: 1,
    timezone: "UTC",
    name: "Workspace",
    segments: [],
    journeys: [],
    templates: [],
    providers: [],
  }),
  message: () => undefined,
  print: (_path, source) => source,
  value: (_path, source) => source,
  sample: () => 0,
  ...fields,
});
