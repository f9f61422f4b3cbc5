import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** uPlot's calendar axes are not used: without them it is a fifth smaller. */
const uplotWithoutTime: Plugin = {
  name: 'uplot-without-time',
  transform: {
    filter: { id: /uPlot\.esm\.js/ },
    handler(code) {
      const lean = code.replace(/const FEAT_TIME\s*= true;/, 'const FEAT_TIME = false;');
      if (lean === code) this.error('uPlot no longer has FEAT_TIME');
      return { code: lean, map: null };
    },
  },
};

export default defineConfig({
  plugins: [sveltekit(), uplotWithoutTime],
  build: { target: 'es2022', assetsInlineLimit: 0,
    rollupOptions: process.env.G ? { output: { advancedChunks: { groups: [{ name: 'frame', test: /node_modules[\\/](svelte|@sveltejs|esm-env|clsx)|src[\\/]lib[\\/](ui|state)|generated/ , }] } } } : {},
    minify: (process.env.M as 'terser') || 'oxc',
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
