// Runs the realtime clients of OpenAI's and Google's SDKs against WEIR_URL and prints, one JSON line a call, what they were told.
import net from "node:net";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { ResponsesWS } from "openai/resources/responses/ws";
import { GoogleGenAI } from "@google/genai";

const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));
const openai = new OpenAI({ apiKey: process.env.WEIR_KEY, baseURL: `${process.env.WEIR_URL}/p/openai/v1`, maxRetries: 0 });

await new Promise((resolve, reject) => {
  // The client insists on wss, and this Weir speaks no TLS: the connection alone is made in the clear.
  const createConnection = (options) => net.connect({ host: options.host, port: options.port });
  const realtime = new OpenAIRealtimeWS({ model: "gpt-realtime-mini", options: { createConnection } }, openai);
  const asks = ["text", "voice"];
  let text = "";
  const ask = () => realtime.send({ type: "response.create", response: { instructions: asks.shift() } });
  realtime.on("error", reject);
  realtime.on("session.created", (event) => {
    tell("session", { model: event.session.model });
    ask();
  });
  realtime.on("response.output_text.delta", (event) => (text += event.delta));
  realtime.on("conversation.item.input_audio_transcription.completed", (event) =>
    tell("transcript", { item: event.item_id, usage: event.usage }),
  );
  realtime.on("response.done", (event) => {
    tell("realtime", { id: event.response.id, text, usage: event.response.usage });
    if (asks.length > 0) {
      ask();
    } else {
      realtime.close();
    }
  });
  realtime.socket.on("close", (code) => {
    tell("realtime-closed", { code });
    resolve();
  });
});

await new Promise((resolve, reject) => {
  const responses = new ResponsesWS(openai);
  const asks = ["one", "two"];
  responses.on("error", reject);
  const ask = () => responses.send({ type: "response.create", model: "gpt-5.5", input: asks.shift() });
  responses.on("response.completed", (event) => {
    tell("responses", { id: event.response.id, usage: event.response.usage });
    if (asks.length > 0) {
      ask();
    } else {
      responses.close({ code: 1000, reason: "done" });
      resolve();
    }
  });
  ask();
});

const google = new GoogleGenAI({
  apiKey: process.env.WEIR_KEY,
  httpOptions: { baseUrl: `${process.env.WEIR_URL}/p/gemini` },
});
await new Promise((resolve, reject) => {
  const asks = ["with", "voice"];
  let session;
  const ask = () => session.sendClientContent({ turns: [{ role: "user", parts: [{ text: asks.shift() }] }] });
  google.live
    .connect({
      model: "gemini-live-2.5-flash-preview",
      callbacks: {
        onerror: (event) => reject(new Error(event.message)),
        onclose: (event) => {
          tell("live-closed", { code: event.code });
          resolve();
        },
        onmessage: (message) => {
          if (message.usageMetadata) {
            tell("live", { usage: message.usageMetadata });
          }
          if (message.serverContent?.turnComplete) {
            if (asks.length > 0) {
              ask();
            } else {
              session.close();
            }
          }
        },
      },
    })
    .then((opened) => {
      session = opened;
      ask();
    }, reject);
});
process.exit(0);
