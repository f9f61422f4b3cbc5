import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * uPlot offers its ways to draw a line and its helpers as properties of itself, which no bundler may leave out. The pages
 * use one of them: without the others a sixth of it goes.
 */
const leanPlot: Plugin = {
  name: 'lean-uplot',
  transform: {
    filter: { id: /uPlot\.esm\.js/ },
    handler(code) {
      for (const unused of [
        '(paths.stepped = stepped);',
        '(paths.bars    = bars);',
        '(paths.spline  = monotoneCubic);',
        'uPlot.join = join;',
        'uPlot.tzDate  = tzDate;',
      ]) {
        if (!code.includes(unused)) this.error(`uPlot has changed: it has no "${unused}"`);
        code = code.replace(unused, '');
      }
      return { code, map: null };
    },
  },
};

/** What every page needs is one file: it compresses better, and comes in one go. What only some need stays by itself. */
const frame =
  /node_modules[\\/](svelte|@sveltejs|esm-env|clsx)[\\/]|src[\\/](lib[\\/](api|format|live|state|ui(?![\\/]Empty))|routes[\\/]\+(layout|error))/;

export default defineConfig({
  plugins: [sveltekit(), leanPlot],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'frame', test: frame }] } } },
  },
  server: {
    // `npm run dev` beside a running server: everything that is not a page goes there.
    proxy: {
      '/api': 'http://127.0.0.1:8082',
      '/health': 'http://127.0.0.1:8082',
      '/live': { target: 'ws://127.0.0.1:8082', ws: true },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
