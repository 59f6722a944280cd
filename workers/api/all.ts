/** One line per resource of the management API. */
export { segments } from "./segments.ts";
export { segmentPreview } from "./segment-preview.ts";
export { segmentMembers } from "./segment-members.ts";
export { journeys } from "./journeys.ts";
export { templates } from "./templates.ts";
export { topics } from "./topics.ts";
export { definitions } from "./definitions.ts";
export { providers } from "./providers.ts";
export { users } from "./users.ts";
export { explain } from "./explain.ts";
export { messages } from "./messages.ts";
export { events } from "./events.ts";
export { keys } from "./keys.ts";
export { workspace } from "./workspace.ts";
export { live } from "./live.ts";
export { setup } from "./setup.ts";
export { simulate } from "./simulate.ts";
