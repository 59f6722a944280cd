import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { inRoot } from "./paths.ts";

const known = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser that browser tests drive: TERN_CHROMIUM, or the system's. */
export const findBrowser = (): string | undefined =>
  [process.env["TERN_CHROMIUM"] ?? "", ...known].find((file) => file !== "" && existsSync(file));

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;

const isRootOnDebian = (): boolean => {
  try {
    accessSync("/usr/bin/apt-get", constants.X_OK);
    return process.getuid?.() === 0 && /debian/i.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
};

/**
 * Makes sure there is a browser: the system's package where we may install one, else Playwright's own build.
 * @returns where it is
 * @throws Error saying what to do by hand
 */
export const ensureBrowser = (): string => {
  const found = findBrowser();
  if (found !== undefined) return found;
  process.stdout.write("Installing Chromium for the browser tests (once) …\n");
  if (
    isRootOnDebian() &&
    run("apt-get", ["update", "-qq"]) &&
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"])
  ) {
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  const playwright = spawnSync(process.execPath, [inRoot("node_modules/playwright-core/cli.js"), "install", "chromium"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const own = spawnSync(process.execPath, ["-e", 'process.stdout.write(require("playwright-core").chromium.executablePath())'], {
    cwd: inRoot(),
    encoding: "utf8",
  });
  if (playwright.status === 0 && existsSync(own.stdout)) return own.stdout;
  throw new Error("No Chromium found and none could be installed. Install it and set TERN_CHROMIUM to its path.");
};
