import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, it } from "vitest";

it("the browser bundle is at most 8 KB gzipped (aim 3 KB) and has no imports", async () => {
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: true,
      target: "es2022",
      lib: { entry: new URL("client.ts", import.meta.url).pathname, formats: ["es"], fileName: "tern" },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !("output" in output)) throw new Error("expected one build output, got a watcher");
  const code = output.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
  const bytes = gzipSync(code, { level: 9 }).length;
  console.info(`sdk: ${code.length} bytes minified, ${bytes} bytes gzipped`);
  expect(output.output).toHaveLength(1);
  expect(code).not.toMatch(/^import\s/m);
  expect(bytes).toBeLessThanOrEqual(8 * 1024);
});
