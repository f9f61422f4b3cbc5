import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [sveltekit()],
  build: { target: 'es2022', assetsInlineLimit: 0 },
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
