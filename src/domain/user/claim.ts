import type { renderTemplate } from "../template/render.ts";
import type { ClaimDecision, DecideContext } from "./decide.ts";
import type { UserState } from "./state.ts";
import type { ClaimRequest } from "./stimulus.ts";

/** What a claim is given beside a decision's context: the renderer, so that the core is tested without templates. */
export interface ClaimContext extends DecideContext {
  readonly render: typeof renderTemplate;
}

/** Asked right before a provider is called. */
export const claim = (_state: UserState, _request: ClaimRequest, _context: ClaimContext): ClaimDecision => {
  throw new Error("expected the claim to be written");
};
