import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphql/',
  logLevel: 'error',
  build: {
    target: 'es2022',
    outDir: 'made',
    assetsDir: '',
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.txt' },
    chunkSizeWarningLimit: 5000,
    // React's libraries mark what runs in a browser alone; here everything does.
    rolldownOptions: { input: 'graphql.html', onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log) },
  },
  worker: { format: 'es' },
});
