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

/**
 * SvelteKit hides its announcer of page changes by a style attribute, which the pages' content security policy stops;
 * app.css hides it instead.
 */
const announcerWithoutStyle: Plugin = {
  name: 'announcer-without-style',
  enforce: 'pre',
  transform: {
    filter: { id: /generated[\\/]root\.svelte$/ },
    handler(code) {
      const plain = code.replace(/(id="svelte-announcer"[^>]*?) style="[^"]*"/, '$1');
      if (plain === code)
        this.error("SvelteKit's announcer has changed: look whether it still has a style attribute");
      return { code: plain, map: null };
    },
  },
};

/**
 * The compiled texts ask their runtime for one thing, the language. Its own finds it in addresses and cookies too, which costs
 * ten kilobytes: the pages' own answer stands in for it.
 */
const leanMessages: Plugin = {
  name: 'lean-messages',
  enforce: 'pre',
  transform: {
    filter: { id: /paraglide[\\/]runtime\.js$/ },
    handler: () => ({
      code: "export { getLocale } from '$lib/i18n/locale';\nexport const experimentalStaticLocale = undefined;\n",
      map: null,
    }),
  },
};

/** What every page needs is one file: it compresses better, and comes in one go. What only some need stays by itself. */
const frame =
  /node_modules[\\/](svelte|@sveltejs|esm-env|clsx)[\\/]|src[\\/](lib[\\/](api(?![\\/]copies)|format|live(?![\\/]watched)|state|ui(?![\\/](Empty|SignIn|Card|Field|Copied|CopyCommand|ChangeList|Dialog|HealthList|Picker|Popup|Select|SeverityMark)))|routes[\\/]\+(layout|error))/;

export default defineConfig({
  plugins: [announcerWithoutStyle, leanMessages, sveltekit(), leanPlot],
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
