export { event } from "./event.ts";
export { segment } from "./segment.ts";
