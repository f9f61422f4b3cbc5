// Runs npm's graphql-http audit suite against a server: node graphql-audit.mjs URL KEY
// prints { ok, notOk: [[status, name, reason]] } as JSON.
import { serverAudits } from "graphql-http";

const [url, key] = process.argv.slice(2);
const fetchFn = (address, options = {}) => {
  const headers = new Headers(options.headers);
  headers.set("x-weir-key", key);
  return fetch(address, { ...options, headers });
};
const counts = { ok: 0, notOk: [] };
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  if (result.status === "ok") {
    counts.ok++;
  } else {
    counts.notOk.push([result.status, result.name, result.reason ?? ""]);
  }
}
console.log(JSON.stringify(counts));
