import { Fault, faults, type FaultCode, type InputProblem } from "../../src/domain/fault.ts";

/** RFC 9457 answer to a refusal. */
export const problemResponse = (fault: Fault): Response => {
  const { status, title } = faults[fault.code];
  const body = {
    type: "about:blank",
    title,
    status,
    code: fault.code,
    ...(fault.message === title ? {} : { detail: fault.message }),
    ...(fault.problems.length > 0 ? { errors: fault.problems } : {}),
  };
  return Response.json(body, {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(status === 503 || status === 429 ? { "retry-after": "1" } : {}),
    },
  });
};

/** A refusal thrown inside a user's object arrives as a plain error that kept its code. */
const faultOf = (error: unknown): Fault | undefined => {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string" || !Object.hasOwn(faults, error.code))
    return undefined;
  return new Fault(error.code as FaultCode); // one of the table's keys, asked above
};

/** Whatever was thrown, as an answer: refusals say why, everything else is logged and says nothing about our insides. */
export const errorResponse = (error: unknown): Response => {
  const fault = faultOf(error);
  if (fault !== undefined) return problemResponse(fault);
  console.error("management API:", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return problemResponse(new Fault("try-again", "Something went wrong on our side; it was logged"));
};

/** A bad input with one bad place. */
export const badInput = (path: string, message: string, code: FaultCode = "bad-input"): Fault => refusal(code, [{ path, message }]);

/** A refusal whose detail repeats the first bad place, for those who only read that. */
export const refusal = (code: FaultCode, problems: readonly InputProblem[]): Fault => {
  const [first] = problems;
  const detail = first === undefined ? undefined : first.path === "" ? first.message : `${first.path}: ${first.message}`;
  return new Fault(code, detail, problems);
};
