// Prints what the last test run counted: ".ci/run" closes with it.
import { closingLine } from "./launch/vitest.ts";

console.log(closingLine());
