import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `vite` serves the pages against a running instance (TERN_URL); `vite build` makes the static files for Pages. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // Browsers of 2024 and later: light-dark() is left as it is.
  build: { target: ["chrome123", "firefox121", "safari17.5"], outDir: "dist", emptyOutDir: true, reportCompressedSize: true },
  server: { port: 8788, proxy: { "/api": process.env["TERN_URL"] ?? "http://127.0.0.1:8787" } },
});
