import * as z from "zod";

/** What every trigger may have beside its own fields: whether it starts a live run over, or leaves it alone (when left out). */
export const triggerCommon = { onRetrigger: z.lazy(() => z.enum(["ignore", "restart"]).optional()) };
