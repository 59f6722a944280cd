import { trackingAnswer, trackingBatch, trackingCalls } from "../../src/api/ingest/tracking.ts";
import { type Components, schemaOf } from "./json-schema.ts";

type Json = Readonly<Record<string, unknown>>;

const answers: Readonly<Record<string, string>> = {
  200: "What is named accepted is durable; refused items are named",
  400: "Nothing was accepted: the body cannot be read, or every item was refused",
  401: "No write key, or one that is not known, expired or revoked",
  403: "The key may not send events",
  503: "Not accepted; try again",
};

/** The tracking API beside the management API: the calls of the Segment HTTP API v1, under their long paths. */
export const trackingPaths = (components: Components): Readonly<Record<string, Readonly<Record<string, Json>>>> => {
  const answer = { "application/json": { schema: schemaOf(trackingAnswer, { name: "TrackingAnswer", io: "output", components }) } };
  const calls = Object.entries({ ...trackingCalls, batch: trackingBatch });
  return Object.fromEntries(
    calls.map(([call, schema]) => [
      `/v1/${call}`,
      {
        post: {
          operationId: `post${call.slice(0, 1).toUpperCase()}${call.slice(1)}`,
          summary: call === "batch" ? "Many items in one request: 500 KB and 2,500 items at most" : `One ${call} call: 32 KB at most`,
          description: "Needs a write key (or an API key with the scope ingest). gzip is understood.",
          tags: ["tracking"],
          security: [{ writeKey: [] }, { apiKey: [] }],
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(schema, { name: `${call}Call`, io: "input", components }) } },
          },
          responses: Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description, content: answer }])),
        },
      },
    ]),
  );
};
