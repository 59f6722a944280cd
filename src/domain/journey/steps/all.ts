export { branch } from "./branch.ts";
export { exit } from "./exit.ts";
export { send } from "./send.ts";
export { tag } from "./tag.ts";
export { wait } from "./wait.ts";
