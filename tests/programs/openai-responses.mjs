// Runs the OpenAI SDK's Responses against OPENAI_BASE_URL, at models that answer in another dialect, and prints, one JSON
// line a call, what it was told: streams as the SDK's own accumulator put them together, without their last event.
import OpenAI from "openai";
import { accumulateResponse } from "openai/lib/responses/ResponseAccumulator";

const client = new OpenAI({ apiKey: process.env.WEIR_KEY, maxRetries: 0 });
const model = process.env.WEIR_MODEL;
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));
const tools = [
  { type: "function", name: "look", strict: false, parameters: { type: "object", properties: { at: { type: "string" } } } },
  { type: "custom", name: "apply_patch", format: { type: "grammar", syntax: "lark", definition: "start: /.+/" } },
];
const kept = { model, store: false, include: ["reasoning.encrypted_content"], reasoning: { effort: "medium" } };

const plain = await client.responses.create({ model, input: "How is the weir?" });
tell("create", { text: plain.output_text, status: plain.status, usage: plain.usage });

const input = [{ role: "user", content: "Look, and patch." }];
let gathered;
let final;
const names = [];
for await (const event of await client.responses.create({ ...kept, input, tools, stream: true })) {
  names.push(event.type);
  final = event.response;
  if (event.type !== "response.completed") {
    gathered = accumulateResponse(event, gathered);
  }
}
tell("stream", { names, gathered: gathered.output, final: final.output, usage: final.usage });

for (const item of final.output) {
  input.push(item);
}
for (const item of final.output.filter((o) => o.call_id)) {
  const type = item.type === "custom_tool_call" ? "custom_tool_call_output" : "function_call_output";
  input.push({ type, call_id: item.call_id, output: `${item.name} is done` });
}
const after = await client.responses.stream({ ...kept, input, tools }).finalResponse();
tell("next-turn", { text: after.output_text, id: after.id });

const schema = { type: "object", properties: { high: { type: "boolean" } }, required: ["high"], additionalProperties: false };
const parsed = await client.responses.parse({
  model,
  input: "How high?",
  text: { format: { type: "json_schema", name: "height", schema, strict: true } },
});
tell("parse", { parsed: parsed.output_parsed });

const long = await client.responses.create({ model, input: "At length.", max_output_tokens: 20 });
tell("incomplete", { status: long.status, reason: long.incomplete_details?.reason });

const failed = await client.responses.stream({ model, input: "Fail." }).finalResponse();
tell("failed-within", { status: failed.status, error: failed.error });

for (const [call, more] of [
  ["error", {}],
  ["stored", { previous_response_id: "resp_1" }],
]) {
  try {
    await client.responses.create({ model, input: "x", ...more });
    tell(call, { status: 200 });
  } catch (error) {
    tell(call, { status: error.status, code: error.code, message: error.message });
  }
}
