// graphql-ws's own client, subscribed: node graphql-ws-client.mjs URL KEY QUERY COUNT
// prints "ready" once it is connected and subscribed, then each answer as a line of JSON; ends after COUNT of them.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, key, query, count] = process.argv.slice(2);
class WithKey extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { headers: { "x-weir-key": key } });
  }
}
const client = createClient({ url, webSocketImpl: WithKey, lazy: false, retryAttempts: 0 });
// A query behind the subscription on the same connection: when it is answered, the subscription has been taken.
const events = client.iterate({ query });
const first = events.next();
for await (const answer of client.iterate({ query: "{ health }" })) {
  console.log(JSON.stringify(answer));
}
setTimeout(() => console.log("ready"), 300);
let seen = 0;
for (let event = await first; !event.done; event = await events.next()) {
  console.log(JSON.stringify(event.value));
  if (++seen === Number(count)) {
    break;
  }
}
await events.return();
await client.dispose();
