// Judges what Weir wrote by what the vendors' own packages say of the wire: each request, answer and event that the given
// file lists, one JSON line each, against the package's TypeScript type, unknown members and missing ones included; and
// whole answers and streams by Vercel's AI SDK, whose schemas were written apart from the vendors'. Prints what it counted.
//   node wire-judge.mjs FILE
import { readFileSync } from "node:fs";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import ts from "typescript";

const cases = readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

// What is no part of OpenAI's Chat, but of what others made of it, and is taken out before the judgement.
const beyondChat = new Set(["reasoning_content", "reasoning_details"]);

const prelude = `
import type * as A from "@anthropic-ai/sdk/resources/messages/messages";
import type * as C from "openai/resources/chat/completions/completions";
import type * as R from "openai/resources/responses/responses";
import type * as G from "@google/genai";
// Enums of Google's package are texts on the wire, and its classes have members that no answer has.
type Wire<T> = T extends string ? \`\${T}\` : T extends (infer U)[] ? Wire<U>[]
  : T extends object ? { [K in keyof T as T[K] extends Function ? never : K]: Wire<T[K]> } : T;
// Anthropic's package has every member in an answer; on the wire those that would be null are left out, as is who called a tool
// where the model itself did.
type IsLeftOut<T, K extends keyof T> = null extends T[K] ? K : K extends "caller" ? K : never;
type Sparse<T> = T extends (infer U)[] ? Sparse<U>[] : T extends object
  ? { [K in keyof T as K extends IsLeftOut<T, K> ? never : K]: Sparse<T[K]> } & { [K in keyof T as IsLeftOut<T, K>]?: Sparse<T[K]> }
  : T;
// Models up to 4.5 still take what the package no longer has.
type AnthropicRequest = A.MessageCreateParams & { temperature?: number; top_p?: number; top_k?: number };
// OpenAI sends null for members that its package only leaves out, and repeats more of the request than that has.
type Full<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] } & {
  max_tool_calls?: number | null; store?: boolean; frequency_penalty?: number; presence_penalty?: number };
type FullEvent<T> = T extends { response: R.Response } ? Omit<T, "response"> & { response: Full<R.Response> } : T;
// Ids of messages are OpenAI's own, so one of the model's that declines has none.
type Refused = { type: "message"; role: "assistant"; content: R.ResponseOutputRefusal[] };
type ResponsesRequest = Omit<R.ResponseCreateParams, "input"> & { input: (R.ResponseInputItem | Refused)[] };
type GeminiRequest = Wire<{ contents: G.Content[]; systemInstruction?: G.Content; tools?: G.Tool[];
  toolConfig?: G.ToolConfig; generationConfig?: G.GenerationConfig }>;
type GeminiAnswer = Wire<Pick<G.GenerateContentResponse,
  "candidates" | "usageMetadata" | "modelVersion" | "responseId" | "promptFeedback">>;
`;

const typeOf = {
  "request AnthropicMessages": "AnthropicRequest",
  "answer AnthropicMessages": "Sparse<A.Message>",
  "event AnthropicMessages": "Sparse<A.RawMessageStreamEvent>",
  "request OpenAIChat": "C.ChatCompletionCreateParams",
  "answer OpenAIChat": "C.ChatCompletion",
  "event OpenAIChat": "C.ChatCompletionChunk",
  "request OpenAIResponses": "ResponsesRequest",
  "answer OpenAIResponses": "Full<R.Response>",
  "event OpenAIResponses": "FullEvent<R.ResponseStreamEvent>",
  "request Gemini": "GeminiRequest",
  "answer Gemini": "GeminiAnswer",
  "event Gemini": "GeminiAnswer",
};

// The SDK sets output_text itself, from the output.
const withText = (response) => ({ ...response, output_text: "" });

function onTheWire(kind, value) {
  if (kind === "answer OpenAIResponses") return withText(value);
  if (kind === "event OpenAIResponses") return value.response ? { ...value, response: withText(value.response) } : value;
  if (kind.endsWith("OpenAIChat") && !kind.startsWith("request")) {
    return JSON.parse(JSON.stringify(value), (name, inner) => (beyondChat.has(name) ? undefined : inner));
  }
  return value;
}

function eventsOf(text) {
  return text
    .split("\n\n")
    .map((event) => event.split("\n").find((line) => line.startsWith("data: "))?.slice(6))
    .filter((data) => data && data !== "[DONE]")
    .map((data) => JSON.parse(data));
}

// By type: one file, one constant a value, and one run of the compiler.
const lines = prelude.split("\n");
const at = [];
const counts = {};
for (const { name, kind, dialect, text } of cases) {
  const values = kind === "event" ? eventsOf(text) : [JSON.parse(text)];
  for (const value of values) {
    const what = `${kind} ${dialect}`;
    counts[what] = (counts[what] ?? 0) + 1;
    at[lines.length] = { name, what, value };
    const literal = JSON.stringify(onTheWire(what, value)).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    lines.push(`export const v${lines.length}: ${typeOf[what]} = ${literal};`);
  }
}

const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
};
const file = new URL("./judged.ts", import.meta.url).pathname;
const source = lines.join("\n");
const host = ts.createCompilerHost(options);
const { fileExists, readFile, getSourceFile } = host;
host.fileExists = (path) => path === file || fileExists.call(host, path);
host.readFile = (path) => (path === file ? source : readFile.call(host, path));
host.getSourceFile = (path, ...rest) =>
  path === file ? ts.createSourceFile(path, source, rest[0], true) : getSourceFile.call(host, path, ...rest);
const program = ts.createProgram([file], options, host);
const root = program.getSourceFile(file);
const faults = [];
for (const found of [...program.getSyntacticDiagnostics(root), ...program.getSemanticDiagnostics(root)]) {
  const line = root.getLineAndCharacterOfPosition(found.start).line;
  faults.push({
    judge: "types",
    name: at[line]?.name,
    what: at[line]?.what,
    fault: ts.flattenDiagnosticMessageText(found.messageText, "\n").slice(0, 600),
    value: JSON.stringify(at[line]?.value)?.slice(0, 600),
  });
}

// By the AI SDK: what its clients make of the bytes, which never leave this process.
const prompt = [{ role: "user", content: [{ type: "text", text: "x" }] }];
const modelOf = {
  AnthropicMessages: (fetch) => createAnthropic({ apiKey: "k", fetch })("m"),
  OpenAIChat: (fetch) => createOpenAI({ apiKey: "k", fetch }).chat("m"),
  OpenAIResponses: (fetch) => createOpenAI({ apiKey: "k", fetch }).responses("m"),
  Gemini: (fetch) => createGoogleGenerativeAI({ apiKey: "k", fetch })("m"),
};
for (const { name, kind, dialect, text } of cases.filter((one) => one.kind !== "request")) {
  const type = kind === "event" ? "text/event-stream" : "application/json";
  const model = modelOf[dialect](async () => new Response(text, { headers: { "content-type": type } }));
  const what = `sdk ${kind === "event" ? "stream" : "answer"} ${dialect}`;
  counts[what] = (counts[what] ?? 0) + 1;
  try {
    if (kind === "answer") {
      const { finishReason } = await model.doGenerate({ prompt });
      if (!finishReason) throw new Error("no reason why it ended");
      continue;
    }
    let ended = false;
    for await (const part of (await model.doStream({ prompt })).stream) {
      if (part.type === "error") throw part.error;
      ended ||= part.type === "finish";
    }
    if (!ended) throw new Error("the stream has no end");
  } catch (error) {
    faults.push({ judge: "sdk", name, what, fault: String(error?.message ?? error).slice(0, 600), value: text.slice(0, 600) });
  }
}

// The first of those that say the same.
function ofEachKind(all) {
  const kinds = new Map();
  for (const fault of all) {
    const kind = `${fault.judge} ${fault.what} ${fault.fault}`;
    kinds.set(kind, { ...fault, times: (kinds.get(kind)?.times ?? 0) + 1 });
  }
  return [...kinds.values()].slice(0, 40);
}

console.log(JSON.stringify({ counts, faults: faults.length, first: ofEachKind(faults) }));
