// Runs a Weir that has real vendors' keys in its environment, uses it, leaves it alone for a while, and prints how often
// anything tried to reach the outside. Usage: node nothing-sent-home.mjs WEIR DATA-FOLDER, as one of
//   in a network namespace with nothing but loopback: attempts are what the kernel had no route for (OutNoRoutes counts
//   connects as well as datagrams) and questions to a name server, which this script poses as on every loopback address;
//   then one request is made on purpose, to show that the counters count.
//   without one (NO_NAMESPACE=1): attempts are sockets of the process whose far end is not loopback, sampled.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [weir, data] = process.argv.slice(2);
const sampling = process.env.NO_NAMESPACE === "1";
const url = `http://127.0.0.1:${20000 + (process.pid % 20000)}`;

let questions = 0;
if (!sampling) {
  const names = createSocket("udp4", () => questions++);
  names.bind(53, "0.0.0.0");
  await once(names, "listening");
  names.unref();
}

function unroutable() {
  const lines = readFileSync("/proc/self/net/snmp", "utf8").split("\n").filter((line) => line.startsWith("Ip:"));
  const [names, values] = lines.map((line) => line.split(" "));
  const six = /^Ip6OutNoRoutes\s+(\d+)/m.exec(readFileSync("/proc/self/net/snmp6", "utf8"));
  return Number(values[names.indexOf("OutNoRoutes")]) + Number(six?.[1] ?? 0);
}

const outside = new Set();
function sample(pid) {
  const own = new Set();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      own.add(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
    } catch {
      // Closed between the two calls.
    }
  }
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)) {
      const [, , remote, , , , , , , inode] = line.trim().split(/\s+/);
      if (remote && own.has(inode) && !/^(0+|.{6}7F|0{20}FFFF.{6}7F|0{24}01000000):/.test(remote)) {
        outside.add(remote);
      }
    }
  }
}

const attempts = () => (sampling ? outside.size : unroutable() + questions);

const server = spawn(weir, ["serve", "--urls", url, "--data", data], {
  env: {
    PATH: process.env.PATH,
    DOTNET_ROOT: process.env.DOTNET_ROOT ?? "",
    HOME: process.env.HOME,
    ANTHROPIC_API_KEY: "not-a-key",
    OPENAI_API_KEY: "not-a-key",
    GEMINI_API_KEY: "not-a-key",
    OPENROUTER_API_KEY: "not-a-key",
  },
  stdio: ["ignore", "pipe", "pipe"],
});
let log = "";
server.stdout.on("data", (text) => (log += text));
server.stderr.on("data", (text) => (log += text));
const sampler = sampling ? setInterval(() => sample(server.pid), 10) : null;

async function call(path, body) {
  const key = readFileSync(`${data}/admin.key`, "utf8").trim();
  const answer = await fetch(url + path, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json", "x-weir-key": key, "anthropic-version": "2023-06-01" },
    body: body && JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

try {
  for (let i = 0; ; i++) {
    const healthy = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) break;
    if (i > 600 || server.exitCode !== null) throw new Error(`Weir did not become healthy:\n${log}`);
    await sleep(50);
  }

  const messages = [{ role: "user", content: "How is the weir?" }];
  const statuses = {
    whole: await call("/v1/messages", { model: "sim-small", max_tokens: 64, messages }),
    streamed: await call("/v1/messages", { model: "sim-small", max_tokens: 64, stream: true, messages }),
    chat: await call("/v1/chat/completions", { model: "sim-large", messages }),
    models: await call("/v1/models"),
    usage: await call("/api/v1/usage/summary"),
    metrics: await call("/metrics"),
  };
  await sleep(3000);
  const quiet = attempts();

  let control = null;
  if (!sampling) {
    await call("/v1/messages", { model: "claude-haiku-4-5", max_tokens: 64, messages });
    control = attempts() - quiet;
  }

  console.log(JSON.stringify({ sampling, statuses, quiet, control }));
} finally {
  clearInterval(sampler);
  server.kill("SIGTERM");
}
