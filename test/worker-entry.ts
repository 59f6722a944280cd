/// <reference types="vite/client" />
/** The Worker's entry with every part loaded when it is first asked for, so that a part's tests run while another part is broken. */
const parts = import.meta.glob("../workers/{ingest/ingest,api/api,deliver,events,project,sweep,user-object,backfill-object}.ts");

// eslint-disable-next-line @typescript-eslint/no-explicit-any
const load = async (name: string): Promise<any> => {
  const part = parts[`../workers/${name}.ts`];
  if (part === undefined) throw new Error(`workers/${name}.ts does not exist yet`);
  return part();
};
const objects = await Promise.all(
  ["user-object", "backfill-object"].map(async (name) => {
    try {
      return await load(name);
    } catch (error) {
      console.warn(`${name}: ${String(error)}`);
      return {};
    }
  }),
);
const { DurableObject } = await import("cloudflare:workers");
class Absent extends DurableObject {}
export const UserObject = objects[0].UserObject ?? Absent;
export const BackfillObject = objects[1].BackfillObject ?? Absent;

const isManagement = (path: string) => path.startsWith("/api/") && !/^\/api\/(v1|v2|public)\//.test(path);

export default {
  async fetch(request: Request, env: unknown, ctx: ExecutionContext) {
    const app = isManagement(new URL(request.url).pathname) ? (await load("api/api")).api : (await load("ingest/ingest")).ingest;
    return app.fetch(request, env, ctx);
  },
  async queue(batch: MessageBatch, env: unknown, ctx: ExecutionContext) {
    const queue = batch.queue.replace(/^.*tern-/, "");
    if (queue.startsWith("events")) await (await load("events")).consumeEvents(batch, env, ctx);
    else if (queue.startsWith("facts")) await (await load("project")).consumeFacts(batch, env, ctx);
    else await (await load("deliver")).deliver(batch, env, ctx);
  },
  async scheduled(controller: ScheduledController, env: unknown, ctx: ExecutionContext) {
    await (await load("sweep")).sweep(controller, env, ctx);
  },
};
