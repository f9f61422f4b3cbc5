// Runs the Anthropic SDK against ANTHROPIC_BASE_URL and prints, one JSON line a call, what it was told.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ apiKey: process.env.WEIR_KEY, maxRetries: 0 });
const request = {
  model: "claude-haiku-4-5",
  max_tokens: 256,
  messages: [{ role: "user", content: "How is the weir?" }],
};
const tell = (call, message) =>
  console.log(JSON.stringify({ call, id: message.id, text: message.content[0]?.text, usage: message.usage }));

tell("create", await client.messages.create(request));

const stream = client.messages.stream(request);
let streamed = "";
stream.on("text", (text) => (streamed += text));
const final = await stream.finalMessage();
if (streamed !== final.content[0].text) {
  throw new Error("The streamed text is not the final text.");
}
tell("stream", final);

const counted = await client.messages.countTokens({ model: request.model, messages: request.messages });
console.log(JSON.stringify({ call: "count", tokens: counted.input_tokens }));

const models = [];
for await (const model of client.models.list()) {
  models.push(model.id);
}
console.log(JSON.stringify({ call: "models", models }));

try {
  await client.messages.create({ ...request, model: "no-such-model" });
  console.log(JSON.stringify({ call: "unknown-model", error: null }));
} catch (error) {
  console.log(
    JSON.stringify({ call: "unknown-model", status: error.status, error: error.error?.error?.type ?? error.message }),
  );
}
