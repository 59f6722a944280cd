// Stands in for a provider or an endpoint on this machine: shows what it is sent, and answers yes as Resend, Twilio and
// Expo do. `PUT /answer/401` has it answer with that status from then on. Port: the first argument, else 8790.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";

const port = Number(process.argv[2] ?? 8790);
let status = 200;

const bodyOf = async (request) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
};

createServer(async (request, response) => {
  const body = await bodyOf(request);
  const asked = /^\/answer\/(\d{3})$/.exec(request.url ?? "");
  if (asked !== null && request.method === "PUT") status = Number(asked[1]);
  else console.log(`${request.method} ${request.url} ${body.length > 600 ? `${body.slice(0, 600)}…` : body}\n`);
  const answer =
    status < 300 || asked !== null
      ? { id: randomUUID(), sid: randomUUID(), data: [{ status: "ok", id: randomUUID() }] }
      : { message: `told to answer ${status}` };
  response.writeHead(asked === null ? status : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
