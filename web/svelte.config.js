import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter({ fallback: '404.html' }),
    // The texts of the pages, compiled from src/messages.
    alias: { $messages: '.svelte-kit/paraglide/messages.js' },
    // The server knows these pages alone; links and scripts are absolute so that one page can stand in for another.
    paths: { relative: false },
    // The shell is prerendered without data; what it shows comes from the API.
    prerender: { handleMissingId: 'fail' },
    version: { pollInterval: 0 },
  },
  compilerOptions: {
    runes: true,
    // It stands at every element: four letters tell two dozen components apart.
    cssHash: ({ hash, css }) => `w${hash(css).slice(0, 4)}`,
  },
};
