import { Hono } from "hono";

/** The yardstick: what the runtime, its entry and the framework cost by themselves. */
const app = new Hono();
app.post("/v1/track", (context) => context.json({ success: true }));

export default app;
