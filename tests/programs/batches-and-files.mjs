// Fetches results of batches and moves files with the vendors' SDKs below WEIR_URL/p/, and prints, one JSON line a call, what they were told.
import { createHash } from "node:crypto";
import Anthropic, { toFile as toAnthropicFile } from "@anthropic-ai/sdk";
import OpenAI, { toFile } from "openai";
import { GoogleGenAI } from "@google/genai";

const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const anthropic = new Anthropic({
  apiKey: process.env.WEIR_KEY,
  baseURL: `${process.env.WEIR_URL}/p/anthropic`,
  maxRetries: 0,
});
const openai = new OpenAI({ apiKey: process.env.WEIR_KEY, baseURL: `${process.env.WEIR_URL}/p/openai/v1`, maxRetries: 0 });
const google = new GoogleGenAI({
  apiKey: process.env.WEIR_KEY,
  httpOptions: { baseUrl: `${process.env.WEIR_URL}/p/gemini` },
});

const batch = await anthropic.messages.batches.retrieve("msgbatch_1");
tell("anthropic-batch", { status: batch.processing_status });
// Its own results() goes to the address that the provider names, which is the provider's.
const results = await anthropic.get("/v1/messages/batches/msgbatch_1/results").asResponse();
tell("anthropic-results", { lines: (await results.text()).trim().split("\n").length });

const done = await openai.batches.retrieve("batch_1");
const output = await openai.files.content(done.output_file_id);
tell("openai-results", { lines: (await output.text()).trim().split("\n").length });

const job = await google.batches.get({ name: "batches/b1" });
tell("gemini-results", { answers: job.dest.inlinedResponses.map((r) => r.response.candidates[0].content.parts[0].text) });

const bytes = new Uint8Array(300_000).map((_, i) => (i * 31) % 251);
const uploaded = await openai.files.create({ file: await toFile(bytes, "weir.bin"), purpose: "user_data" });
const back = Buffer.from(await (await openai.files.content("file-up")).arrayBuffer());
tell("openai-file", { id: uploaded.id, sent: sha(bytes), got: sha(back) });

const kept = await anthropic.beta.files.upload({ file: await toAnthropicFile(bytes, "weir.bin", { type: "application/octet-stream" }) });
tell("anthropic-file", { id: kept.id });
