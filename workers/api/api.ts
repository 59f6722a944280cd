import { Hono } from "hono";
import type { Env } from "../env.ts";

/** The management API, sign-in and the reference pages. main.ts loads it on the first call to any of them. */
export const api = new Hono<{ Bindings: Env }>();
