// One line per row of the benchmark, in the order they run.
export { startUpRow } from "./start-up.ts";
export { decideRow } from "./decide.ts";
export { renderRow } from "./render.ts";
export { ingestBatched } from "./ingest-batched.ts";
export { ingestSingle } from "./ingest-single.ts";
export { journeys } from "./journeys.ts";
export { latency } from "./latency.ts";
export { sending } from "./sending.ts";
export { dueAtOnceRow } from "./due-at-once.ts";
export { rateRow } from "./rate.ts";
export { waits, waitsAtOnce } from "./waits.ts";
export { cost } from "./cost.ts";
export { backfill } from "./backfill.ts";
export { memory } from "./memory.ts";
export { idle } from "./idle.ts";
