// node compress.mjs FROM TO: the brotli of each file, as NAME.br, but of the page itself, which is as it is.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const [from, whole] = process.argv.slice(2);
// There when all of it is: what is broken off must not pass for made.
const to = `${whole}.${process.pid}`;
mkdirSync(to);
for (const name of readdirSync(from)) {
  if (name.endsWith('.html')) {
    copyFileSync(join(from, name), join(to, name));
    continue;
  }
  // The most takes five times as long for one part in twenty.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(join(to, `${name}.br`), brotliCompressSync(readFileSync(join(from, name)), { params }));
}
rmSync(whole, { recursive: true, force: true });
renameSync(to, whole);
