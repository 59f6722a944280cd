// `npm run build:dashboard`: the static files for Pages, built again only when a source changed.
import { buildDashboard } from "./launch/dashboard.ts";

console.log((await buildDashboard()) ? "dashboard/dist is built." : "dashboard/dist is up to date.");
