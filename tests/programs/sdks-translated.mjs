// Runs Anthropic's and OpenAI's SDKs, as ones who do not know that another vendor answers, and prints, one JSON line a
// call, what their own accumulators made of the streams: words, thinking, a tool's loop with its history sent back.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const apiKey = process.env.WEIR_KEY;
const model = process.env.MODEL;
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));

const anthropic = new Anthropic({ apiKey, baseURL: process.env.BASE_URL, maxRetries: 0 });
const messages = [{ role: "user", content: "WEIR-THINK WEIR-CALL-TWICE" }];
const ask = () =>
  anthropic.messages
    .stream({
      model,
      max_tokens: 4096,
      thinking: { type: "enabled", budget_tokens: 1024 },
      tools: [{ name: "look", description: "Looks.", input_schema: schema }],
      messages,
    })
    .finalMessage();
const first = await ask();
messages.push({ role: "assistant", content: first.content });
messages.push({
  role: "user",
  content: first.content
    .filter((block) => block.type === "tool_use")
    .map((block) => ({ type: "tool_result", tool_use_id: block.id, content: `weir-tool-ran ${block.input.place}` })),
});
const second = await ask();
tell("anthropic", {
  blocks: first.content.map((block) => block.type),
  inputs: first.content.filter((block) => block.type === "tool_use").map((block) => block.input),
  stop: first.stop_reason,
  text: second.content.filter((block) => block.type === "text").map((block) => block.text).join(""),
  usage: second.usage,
});

const openai = new OpenAI({ apiKey, baseURL: process.env.BASE_URL + "/v1", maxRetries: 0 });
const chat = [{ role: "user", content: "WEIR-CALL-TWICE" }];
const complete = () =>
  openai.chat.completions
    .stream({
      model,
      messages: chat,
      tools: [{ type: "function", function: { name: "look", parameters: schema } }],
      stream_options: { include_usage: true },
    })
    .finalChatCompletion();
const called = await complete();
chat.push(called.choices[0].message);
for (const call of called.choices[0].message.tool_calls) {
  chat.push({ role: "tool", tool_call_id: call.id, content: "weir-tool-ran" });
}
const answered = await complete();
tell("openai", {
  inputs: called.choices[0].message.tool_calls.map((call) => JSON.parse(call.function.arguments)),
  stop: called.choices[0].finish_reason,
  text: answered.choices[0].message.content,
  usage: answered.usage,
});
