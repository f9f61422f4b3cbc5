// Runs the OpenAI SDK against OPENAI_BASE_URL and prints, one JSON line a call, what it was told.
import OpenAI from "openai";

const client = new OpenAI({ apiKey: process.env.WEIR_KEY, maxRetries: 0 });
const model = "gpt-4o-mini";
const messages = [{ role: "user", content: "How is the weir?" }];
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));

const chat = await client.chat.completions.create({ model, messages });
tell("chat", { id: chat.id, text: chat.choices[0].message.content, usage: chat.usage });

for (const includeUsage of [false, true]) {
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    ...(includeUsage ? { stream_options: { include_usage: true } } : {}),
  });
  let text = "";
  let usage = null;
  let empty = 0;
  let id = null;
  for await (const chunk of stream) {
    id = chunk.id;
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
    empty += chunk.choices.length === 0 ? 1 : 0;
  }
  tell(includeUsage ? "chat-stream-usage" : "chat-stream", { id, text, usage, empty });
}

const tool = {
  type: "function",
  function: { name: "look", parameters: { type: "object", properties: { place: { type: "string" } } } },
};
const called = await client.chat.completions
  .stream({ model, messages: [{ role: "user", content: "WEIR-CALL-TOOL" }], tools: [tool] })
  .finalChatCompletion();
const call = called.choices[0].message.tool_calls[0];
tell("chat-tool", { id: called.id, name: call.function.name, arguments: call.function.arguments });

const response = await client.responses.create({ model, input: "How is the weir?" });
tell("response", { id: response.id, text: response.output_text, usage: response.usage });

const streamed = await client.responses.stream({ model, input: "How is the weir?" }).finalResponse();
tell("response-stream", { id: streamed.id, text: streamed.output_text, usage: streamed.usage });

const embedding = await client.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"] });
tell("embeddings", { count: embedding.data.length, vector: embedding.data[0].embedding, usage: embedding.usage });

const models = [];
for await (const entry of client.models.list()) {
  models.push(entry.id);
}
tell("models", { models });

try {
  await client.chat.completions.create({ model: "no-such-model", messages });
  tell("unknown-model", { error: null });
} catch (error) {
  tell("unknown-model", { status: error.status, error: error.code ?? error.message });
}
