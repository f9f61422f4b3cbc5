// Runs the Google GenAI SDK, as one who does not know that another vendor answers, and prints, one JSON line a call,
// what it was told: whole answers, streams, tools in a chat that keeps its own history, thinking, a schema, an error.
import { FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";

const client = new GoogleGenAI({
  apiKey: process.env.WEIR_KEY,
  httpOptions: { baseUrl: process.env.GEMINI_BASE_URL },
});
const model = process.env.MODEL;
const contents = "How is the weir?";
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));

const whole = await client.models.generateContent({ model, contents });
tell("generate", {
  id: whole.responseId,
  text: whole.text,
  finish: whole.candidates[0].finishReason,
  usage: whole.usageMetadata,
});

let text = "";
let last = null;
for await (const chunk of await client.models.generateContentStream({ model, contents })) {
  text += chunk.text ?? "";
  last = chunk;
}
tell("stream", {
  id: last.responseId,
  text,
  finish: last.candidates[0].finishReason,
  usage: last.usageMetadata,
});

const look = {
  name: "look",
  description: "Looks at a place.",
  parameters: { type: Type.OBJECT, properties: { place: { type: Type.STRING } }, required: ["place"] },
};
for (const prompt of ["WEIR-CALL-TOOL", "WEIR-CALL-TWICE", "WEIR-THINK WEIR-CALL-TOOL"]) {
  const chat = client.chats.create({
    model,
    config: {
      systemInstruction: "You look after a weir.",
      tools: [{ functionDeclarations: [look] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
      thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
    },
  });
  let calls = [];
  let thoughts = "";
  for await (const chunk of await chat.sendMessageStream({ message: prompt })) {
    calls = calls.concat(chunk.functionCalls ?? []);
    for (const part of chunk.candidates[0].content.parts) {
      thoughts += part.thought ? part.text : "";
    }
  }
  const answer = await chat.sendMessage({
    message: calls.map((call) => ({
      functionResponse: { id: call.id, name: call.name, response: { output: `weir-tool-ran ${call.args.place}` } },
    })),
  });
  tell(prompt, { calls: calls.map((call) => call.args), thoughts, text: answer.text, turns: chat.getHistory(true).length });
}

const shaped = await client.models.generateContent({
  model,
  contents,
  config: {
    responseMimeType: "application/json",
    responseSchema: { type: Type.OBJECT, properties: { title: { type: Type.STRING } } },
  },
});
tell("shaped", { title: JSON.parse(shaped.text).title });

try {
  await client.models.generateContent({ model: "no-such-model", contents });
  tell("unknown-model", { status: null });
} catch (error) {
  tell("unknown-model", { status: error.status, message: error.message });
}
