// Runs the vendor's SDK that SDK names at BASE_URL, as one who does not know who answers, and prints one JSON line a
// request: what it, or its own accumulator of a stream, made of the answer. All have the same conversation: a whole
// answer, a stream, two tools at once behind thinking, their results, a picture, an answer of a schema. Usage is told as
// the whole prompt, what of it was cached, and the output.
const apiKey = process.env.WEIR_KEY;
const base = process.env.BASE_URL;
const model = "whatever";
const greeting = "How is the weir?";
const work = "WEIR-THINK WEIR-CALL-TWICE";
const png = process.env.PICTURE;
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const title = { type: "object", properties: { title: { type: "string" } }, required: ["title"], additionalProperties: false };
const ran = (place) => `weir-tool-ran at the ${place}`;
const say = (call, rest) => console.log(JSON.stringify({ call, ...rest }));

async function anthropic() {
  const { default: Anthropic } = await import("@anthropic-ai/sdk");
  const client = new Anthropic({ apiKey, baseURL: base, maxRetries: 0 });
  const tell = (call, message) =>
    say(call, {
      text: message.content.filter((block) => block.type === "text").map((block) => block.text).join(""),
      thought: message.content.filter((block) => block.type === "thinking").map((block) => block.thinking).join(""),
      places: message.content.filter((block) => block.type === "tool_use").map((block) => block.input.place),
      stop: message.stop_reason,
      usage: {
        prompt:
          message.usage.input_tokens +
          (message.usage.cache_read_input_tokens ?? 0) +
          (message.usage.cache_creation_input_tokens ?? 0),
        cached: message.usage.cache_read_input_tokens ?? 0,
        output: message.usage.output_tokens,
      },
    });
  const ask = (messages, more) => ({ model, max_tokens: 4096, messages, ...more });
  const user = (content) => ({ role: "user", content });
  tell("whole", await client.messages.create(ask([user(greeting)])));
  tell("stream", await client.messages.stream(ask([user(greeting)])).finalMessage());
  const more = {
    thinking: { type: "enabled", budget_tokens: 1024 },
    tools: [{ name: "look", description: "Looks.", input_schema: schema }],
  };
  const messages = [user(work)];
  const called = await client.messages.stream(ask(messages, more)).finalMessage();
  tell("tools", called);
  messages.push({ role: "assistant", content: called.content });
  messages.push(
    user(
      called.content
        .filter((block) => block.type === "tool_use")
        .map((block) => ({ type: "tool_result", tool_use_id: block.id, content: ran(block.input.place) })),
    ),
  );
  tell("results", await client.messages.create(ask(messages, more)));
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: png } };
  tell("picture", await client.messages.create(ask([user([{ type: "text", text: greeting }, image])])));
  const format = { output_config: { format: { type: "json_schema", schema: title } } };
  tell("shaped", await client.messages.create(ask([user(greeting)], format)));
}

async function chat() {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey, baseURL: base + "/v1", maxRetries: 0 });
  const tell = (call, completion, thought = "") => {
    const { message, finish_reason } = completion.choices[0];
    say(call, {
      text: message.content ?? "",
      thought,
      places: (message.tool_calls ?? []).map((made) => JSON.parse(made.function.arguments).place),
      stop: finish_reason,
      usage: {
        prompt: completion.usage.prompt_tokens,
        cached: completion.usage.prompt_tokens_details?.cached_tokens ?? 0,
        output: completion.usage.completion_tokens,
      },
    });
  };
  const user = (content) => ({ role: "user", content });
  const whole = (messages, more) => client.chat.completions.create({ model, messages, ...more });
  const stream = (messages, more) =>
    client.chat.completions.stream({ model, messages, stream_options: { include_usage: true }, ...more });
  tell("whole", await whole([user(greeting)]));
  tell("stream", await stream([user(greeting)]).finalChatCompletion());
  const more = {
    reasoning_effort: "medium",
    tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: schema } }],
  };
  const messages = [user(work)];
  let thought = "";
  const calling = stream(messages, more);
  calling.on("chunk", (chunk) => (thought += chunk.choices[0]?.delta?.reasoning_content ?? ""));
  const called = await calling.finalChatCompletion();
  tell("tools", called, thought);
  messages.push(called.choices[0].message);
  for (const made of called.choices[0].message.tool_calls) {
    const content = ran(JSON.parse(made.function.arguments).place);
    messages.push({ role: "tool", tool_call_id: made.id, content });
  }
  tell("results", await whole(messages, more));
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } };
  tell("picture", await whole([user([{ type: "text", text: greeting }, image])]));
  const format = { type: "json_schema", json_schema: { name: "title", schema: title, strict: true } };
  tell("shaped", await whole([user(greeting)], { response_format: format }));
}

async function responses() {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey, baseURL: base + "/v1", maxRetries: 0 });
  const tell = (call, response) =>
    say(call, {
      text: response.output_text,
      thought: response.output
        .filter((item) => item.type === "reasoning")
        .flatMap((item) => [...(item.summary ?? []), ...(item.content ?? [])])
        .map((part) => part.text)
        .join(""),
      places: response.output
        .filter((item) => item.type === "function_call")
        .map((item) => JSON.parse(item.arguments).place),
      stop: response.status,
      usage: {
        prompt: response.usage.input_tokens,
        cached: response.usage.input_tokens_details?.cached_tokens ?? 0,
        output: response.usage.output_tokens,
      },
    });
  const kept = { model, store: false, include: ["reasoning.encrypted_content"] };
  tell("whole", await client.responses.create({ ...kept, input: greeting }));
  tell("stream", await client.responses.stream({ ...kept, input: greeting }).finalResponse());
  const more = {
    reasoning: { effort: "medium", summary: "auto" },
    tools: [{ type: "function", name: "look", description: "Looks.", strict: false, parameters: schema }],
  };
  const input = [{ role: "user", content: work }];
  const called = await client.responses.stream({ ...kept, ...more, input }).finalResponse();
  tell("tools", called);
  input.push(...called.output);
  for (const item of called.output.filter((made) => made.type === "function_call")) {
    const output = ran(JSON.parse(item.arguments).place);
    input.push({ type: "function_call_output", call_id: item.call_id, output });
  }
  tell("results", await client.responses.create({ ...kept, ...more, input }));
  const content = [
    { type: "input_text", text: greeting },
    { type: "input_image", detail: "auto", image_url: `data:image/png;base64,${png}` },
  ];
  tell("picture", await client.responses.create({ ...kept, input: [{ role: "user", content }] }));
  const format = { type: "json_schema", name: "title", schema: title, strict: true };
  tell("shaped", await client.responses.create({ ...kept, input: greeting, text: { format } }));
}

async function google() {
  const { GoogleGenAI, Type } = await import("@google/genai");
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: base } });
  const tell = (call, answers) => {
    const parts = answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
    const last = answers[answers.length - 1];
    say(call, {
      text: parts.filter((part) => part.text && !part.thought).map((part) => part.text).join(""),
      thought: parts.filter((part) => part.text && part.thought).map((part) => part.text).join(""),
      places: parts.filter((part) => part.functionCall).map((part) => part.functionCall.args.place),
      stop: last.candidates[0].finishReason,
      usage: {
        prompt: last.usageMetadata.promptTokenCount,
        cached: last.usageMetadata.cachedContentTokenCount ?? 0,
        output: (last.usageMetadata.candidatesTokenCount ?? 0) + (last.usageMetadata.thoughtsTokenCount ?? 0),
      },
    });
    return parts;
  };
  const gather = async (stream) => {
    const answers = [];
    for await (const answer of await stream) {
      answers.push(answer);
    }
    return answers;
  };
  tell("whole", [await client.models.generateContent({ model, contents: greeting })]);
  tell("stream", await gather(client.models.generateContentStream({ model, contents: greeting })));
  const chat = client.chats.create({
    model,
    config: {
      tools: [{ functionDeclarations: [{ name: "look", description: "Looks.", parametersJsonSchema: schema }] }],
      thinkingConfig: { includeThoughts: true },
    },
  });
  const called = tell("tools", await gather(chat.sendMessageStream({ message: work })));
  const message = called
    .filter((part) => part.functionCall)
    .map(({ functionCall: { id, name, args } }) => ({
      functionResponse: { id, name, response: { output: ran(args.place) } },
    }));
  tell("results", [await chat.sendMessage({ message })]);
  const contents = [{ text: greeting }, { inlineData: { mimeType: "image/png", data: png } }];
  tell("picture", [await client.models.generateContent({ model, contents })]);
  const config = {
    responseMimeType: "application/json",
    responseSchema: { type: Type.OBJECT, properties: { title: { type: Type.STRING } }, required: ["title"] },
  };
  tell("shaped", [await client.models.generateContent({ model, contents: greeting, config })]);
}

await { anthropic, chat, responses, google }[process.env.SDK]();
