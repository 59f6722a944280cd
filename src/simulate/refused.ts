import { Fault, type FaultCode, type InputProblem } from "../domain/fault.ts";

/** A refusal whose detail repeats the first bad place, for those who read only that. At most 50 places are named. */
export const refused = (code: FaultCode, problems: readonly InputProblem[]): Fault => {
  const [first] = problems;
  const detail = first === undefined ? undefined : first.path === "" ? first.message : `${first.path}: ${first.message}`;
  return new Fault(code, detail, problems.slice(0, 50));
};
