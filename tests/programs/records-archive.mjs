// Reads a file of archived records as docs/formats/records-archive.md has it, with nothing of Weir's: prints a line of JSON for each record.
// Numbers are printed as text (they have 64 bits), bytes in hexadecimal.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

const columns = `id workspace started_at revision sequence combination kind duration first_token session_id agent_id parent_agent_id
  handoff_reason_id input cache_read cache_write_5m cache_write_1h output reasoning web_searches cost requested_cost upstream_ref
  message_ref tags attempts`.split(/\s+/);
const numbers = 22;
const file = readFileSync(process.argv[2]);
const must = (holds, what) => { if (!holds) throw new Error(what); };

must(file.subarray(0, 8).toString('latin1') === 'weirrec\n', 'beginning');
must(file.readInt32LE(8) === 1 && file.readInt32LE(12) === columns.length, 'version');
const workspace = file.readInt32LE(16), blocks = file.readInt32LE(20);
const start = file.readBigInt64LE(24), until = file.readBigInt64LE(32), rows = file.readBigInt64LE(40);
const directory = Number(file.readBigInt64LE(48));
must(directory + 64 * blocks === file.length, 'length');

function reader(bytes) {
  let at = 0;
  return {
    varint() {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const next = bytes[at++];
        value |= BigInt(next & 0x7f) << shift;
        if (next < 0x80) return value;
      }
    },
    byte: () => bytes[at++],
    take(length) { at += length; return bytes.subarray(at - length, at); },
    done: () => at === bytes.length,
  };
}
const unfold = value => BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));

function numberColumn(bytes, count) {
  const from = reader(bytes);
  const present = from.byte() === 1 ? from.take((count + 7) >> 3) : null;
  const steps = from.byte() === 1;
  const values = [];
  let last = 0n;
  for (let i = 0; i < count; i++) {
    if (present && !((present[i >> 3] >> (i & 7)) & 1)) { values.push(null); continue; }
    const value = BigInt.asIntN(64, last + unfold(from.varint()));
    values.push(value.toString());
    last = steps ? value : 0n;
  }
  must(from.done(), 'a column of numbers');
  return values;
}

function byteColumn(bytes, count) {
  const from = reader(bytes);
  const lengths = Array.from({ length: count }, () => Number(from.varint()));
  const values = lengths.map(length => (length === 0 ? null : from.take(length).toString('hex')));
  must(from.done(), 'a column of bytes');
  return values;
}

let seen = 0n;
for (let i = 0; i < blocks; i++) {
  const entry = file.subarray(directory + 64 * i, directory + 64 * (i + 1));
  const offset = Number(entry.readBigInt64LE(0)), length = entry.readInt32LE(8), count = entry.readInt32LE(12);
  const block = file.subarray(offset, offset + length);
  must(createHash('sha256').update(block).digest().subarray(0, 16).equals(entry.subarray(48, 64)), 'checksum');
  const from = reader(block);
  must(Number(from.varint()) === count, 'count');
  const lengths = columns.map(() => [Number(from.varint()), Number(from.varint())]);
  const table = lengths.map(([plain, stored], column) => {
    const bytes = from.take(stored);
    const unpacked = stored === plain ? bytes : brotliDecompressSync(bytes);
    must(unpacked.length === plain, 'unpacked length');
    return column < numbers ? numberColumn(unpacked, count) : byteColumn(unpacked, count);
  });
  must(from.done(), 'a block');
  for (let row = 0; row < count; row++) {
    const record = Object.fromEntries(columns.map((name, column) => [name, table[column][row]]));
    must(Number(record.workspace) === workspace && BigInt(record.started_at) >= start && BigInt(record.started_at) < until, 'place');
    console.log(JSON.stringify(record));
    seen++;
  }
}
must(seen === rows, 'rows');
