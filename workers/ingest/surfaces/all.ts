/** Every surface events come in by: one file and one line each. */
export { rudder } from "./rudder.ts";
export { segment } from "./segment.ts";
