// Makes of SvelteKit's output what the server carries inside: every file beside its brotli and gzip forms, and index.json,
// which says of each how it is to be served. Run by the .NET build: node scripts/pack.mjs FROM TO
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};
const COMPRESSED_ALREADY = new Set(['png', 'woff2']);

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: node pack.mjs FROM TO');

const files = readdirSync(from, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) =>
    posix.join(...join(entry.parentPath, entry.name).slice(from.length).split(/[\\/]/).filter(Boolean)),
  )
  .sort();

rmSync(to, { recursive: true, force: true });
const index = files.map((name) => {
  const body = readFileSync(join(from, name));
  const kind = name.slice(name.lastIndexOf('.') + 1);
  const type = TYPES[kind];
  if (!type) throw new Error(`pack.mjs does not know how to serve ${name}`);
  const save = (suffix, bytes) => {
    const path = join(to, name + suffix);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  save('', body);
  const encodings = [];
  if (!COMPRESSED_ALREADY.has(kind)) {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
    const brotli = { params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: body.length } };
    for (const [encoding, suffix, bytes] of [
      ['br', '.br', brotliCompressSync(body, brotli)],
      ['gzip', '.gz', gzipSync(body, { level: 9 })],
    ]) {
      if (bytes.length >= body.length) continue;
      save(suffix, bytes);
      encodings.push(encoding);
    }
  }
  return {
    path: '/' + name.replace(/(^|\/)index\.html$/, '').replace(/\.html$/, ''),
    file: name,
    type,
    tag: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    immutable: name.startsWith('_app/immutable/'),
    encodings,
    // What a page's content security policy lets run beside the files themselves.
    scripts: kind === 'html' ? inlineScripts(body.toString('utf8')) : [],
  };
});
writeFileSync(join(to, 'index.json'), JSON.stringify({ files: index }, null, 1) + '\n');

function inlineScripts(html) {
  return [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text]) => 'sha256-' + createHash('sha256').update(text).digest('base64'),
  );
}
