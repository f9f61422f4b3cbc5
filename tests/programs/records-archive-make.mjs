// Writes tests/fixtures/records/two-blocks.hex as docs/formats/records-archive.md has it, with nothing of Weir's: a packed block and a plain one.
import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';

const varint = value => {
  const bytes = [];
  for (value = BigInt.asUintN(64, value); value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(value)]);
};
const fold = value => (value << 1n) ^ (value >> 63n);
const numbers = (values, steps) => {
  const parts = [];
  const isNull = values.some(v => v === null);
  parts.push(Buffer.from([isNull ? 1 : 0]));
  if (isNull) {
    const present = Buffer.alloc((values.length + 7) >> 3);
    values.forEach((v, i) => { if (v !== null) present[i >> 3] |= 1 << (i & 7); });
    parts.push(present);
  }
  parts.push(Buffer.from([steps ? 1 : 0]));
  let last = 0n;
  for (const v of values) if (v !== null) {
    parts.push(varint(fold(BigInt.asIntN(64, v - last))));
    last = steps ? v : 0n;
  }
  return Buffer.concat(parts);
};
const bytes = values => Buffer.concat([...values.map(v => varint(BigInt(v.length))), ...values]);

const start = BigInt(Date.UTC(2026, 2, 1)) * 1000n, until = BigInt(Date.UTC(2026, 3, 1)) * 1000n;
function block(first, count, packed, steps) {
  const rows = Array.from({ length: count }, (_, i) => BigInt(first + i));
  const columns = [
    rows.map(r => r * 1_000_000_007n), rows.map(() => 3n), rows.map(r => start + r * 60_000_000n), rows.map(() => 1n), rows,
    rows.map(() => 5n), rows.map(() => 6n), rows.map(r => (r % 3n ? r * 1000n : null)), rows.map(() => null),
    ...Array.from({ length: 12 }, (_, c) => rows.map(r => (r % 2n ? r * BigInt(c) : 0n))),
    rows.map(r => (r === 1n ? -(2n ** 63n) : 2n ** 63n - 1n)),
  ];
  const plain = [
    ...columns.map(c => numbers(c, steps)),
    bytes(rows.map(r => Buffer.from(`id ${r}`))), bytes(rows.map(r => (r % 2n ? Buffer.alloc(0) : Buffer.alloc(40, 7)))),
    bytes(rows.map(() => Buffer.alloc(0))), bytes(rows.map(() => Buffer.alloc(0))),
  ];
  const stored = plain.map(p => (packed && brotliCompressSync(p).length < p.length ? brotliCompressSync(p) : p));
  const data = Buffer.concat([
    varint(BigInt(count)), ...plain.flatMap((p, i) => [varint(BigInt(p.length)), varint(BigInt(stored[i].length))]), ...stored,
  ]);
  return { data, count, times: columns[2], ids: columns[0] };
}
const blocks = [block(1, 20, true, true), block(21, 3, false, false)];
let offset = 64;
const directory = Buffer.concat(blocks.map(b => {
  const entry = Buffer.alloc(64);
  entry.writeBigInt64LE(BigInt(offset), 0); entry.writeInt32LE(b.data.length, 8); entry.writeInt32LE(b.count, 12);
  entry.writeBigInt64LE(b.times[0], 16); entry.writeBigInt64LE(b.times.at(-1), 24);
  entry.writeBigInt64LE(b.ids[0], 32); entry.writeBigInt64LE(b.ids.at(-1), 40);
  createHash('sha256').update(b.data).digest().copy(entry, 48, 0, 16);
  offset += b.data.length;
  return entry;
}));
const head = Buffer.alloc(64);
head.write('weirrec\n', 'latin1'); head.writeInt32LE(1, 8); head.writeInt32LE(26, 12); head.writeInt32LE(3, 16);
head.writeInt32LE(blocks.length, 20); head.writeBigInt64LE(start, 24); head.writeBigInt64LE(until, 32);
head.writeBigInt64LE(23n, 40); head.writeBigInt64LE(BigInt(offset), 48);
console.log(Buffer.concat([head, ...blocks.map(b => b.data), directory]).toString('hex'));
