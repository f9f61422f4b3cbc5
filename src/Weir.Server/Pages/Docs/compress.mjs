// node compress.mjs FROM TO NAME…: the smallest brotli of each file, as NAME.br.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const [from, to, ...names] = process.argv.slice(2);
for (const name of names) {
  writeFileSync(join(to, `${name}.br`), brotliCompressSync(readFileSync(join(from, name))));
}
