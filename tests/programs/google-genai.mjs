// Runs the Google GenAI SDK against GEMINI_BASE_URL and prints, one JSON line a call, what it was told.
import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({
  apiKey: process.env.WEIR_KEY,
  httpOptions: { baseUrl: process.env.GEMINI_BASE_URL },
});
const model = "gemini-2.5-flash";
const contents = "How is the weir?";
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));

const whole = await client.models.generateContent({ model, contents });
tell("generate", { id: whole.responseId, text: whole.text, usage: whole.usageMetadata });

let text = "";
let last = null;
for await (const chunk of await client.models.generateContentStream({ model, contents })) {
  text += chunk.text ?? "";
  last = chunk;
}
tell("generate-stream", { id: last.responseId, text, usage: last.usageMetadata });

const counted = await client.models.countTokens({ model, contents });
tell("count", { tokens: counted.totalTokens });
