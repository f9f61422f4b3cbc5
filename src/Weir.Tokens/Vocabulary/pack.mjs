// Turns the published lists of byte pairs into tables that are searched where they lie (Vocabulary.cs has the format):
//   node pack.mjs PACKAGE FOLDER ENCODING…
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, target, ...encodings] = process.argv.slice(2);
const MAGIC = 0x45504257; // "WBPE"
const RANK_BITS = 18;

for (const name of encodings) {
  const tokens = [];
  for (const line of readFileSync(join(source, "data", `${name}.tiktoken`), "latin1").split("\n")) {
    if (line !== "") {
      const [text, rank] = line.split(" ");
      tokens[Number(rank)] = Buffer.from(text, "base64");
    }
  }

  const count = tokens.length;
  if (count >= 1 << RANK_BITS || Object.keys(tokens).length !== count) {
    throw new Error(`${name}: the ranks do not run from 0 to ${count - 1} without a gap`);
  }

  const bits = Math.ceil(Math.log2(count * 1.3));
  const size = 2 ** bits;
  const slots = new Uint32Array(size);
  const offsets = new Uint32Array(count + 1);
  let longest = 0;
  tokens.forEach((token, rank) => {
    offsets[rank + 1] = offsets[rank] + token.length;
    longest = Math.max(longest, token.length);
    const h = hash(token);
    let at = h >>> (32 - bits);
    while (slots[at] !== 0) {
      at = (at + 1) % size;
    }

    slots[at] = ((h << RANK_BITS) | (rank + 1)) >>> 0;
  });

  const words = [MAGIC, count, bits, longest, ...slots, ...offsets];
  const table = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => table.writeUInt32LE(word, i * 4));
  writeFileSync(join(target, `${name}.bpe`), Buffer.concat([table, ...tokens]));
}

// The same as Vocabulary.Hash.
function hash(bytes) {
  let h = bytes.length;
  for (let i = 0; i < bytes.length; i += 4) {
    let word = 0;
    for (let j = Math.min(3, bytes.length - 1 - i); j >= 0; j--) {
      word = (word << 8) | bytes[i + j];
    }

    h = Math.imul(h ^ word, 0x9e3779b1);
    h ^= h >>> 15;
  }

  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
