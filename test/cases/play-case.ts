import { emptyWorkspace } from "../../src/simulate/definitions.ts";
import { scriptSchema } from "../../src/simulate/script.ts";
import { simulate, type Simulation } from "../../src/simulate/simulate.ts";

/** The instant all cases start from. */
export const start = "2026-01-05T08:00:00Z";

/** Plays a script of a case. Throws with every bad place where the script is refused. */
export const playCase = (script: object): Simulation =>
  simulate(scriptSchema.parse({ start, ...script }), { ...emptyWorkspace, segments: [] });

/** Ids of the members of a segment at the end. */
export const membersOf = ({ users }: Simulation, segment: string): readonly string[] =>
  users.flatMap(({ id, segments }) => (segments.includes(segment) ? [id] : [])).toSorted();
