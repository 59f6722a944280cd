/** What is wrong with a piece of MJML, for people. `line` is 1-based. */
export interface MjmlProblem {
  readonly line: number | undefined;
  readonly message: string;
}
