import { resolve } from 'node:path'
import { defineConfig } from 'vite'

/** Browsers of the last two years: `light-dark()`, nesting and `:has()` come as written. */
const browsers = ['chrome123', 'edge123', 'firefox125', 'safari17.5']

export default defineConfig({
  base: '/desk/',
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: browsers,
    cssTarget: browsers,
    sourcemap: false,
    modulePreload: { polyfill: false },
    // A data: URL would be a second kind of source for the policy to allow.
    assetsInlineLimit: 0,
    // Libraries mark modules for server components, of which there are none here.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        'who-read-it': resolve(import.meta.dirname, 'src/tour/who-read-it.ts'),
      },
      output: {
        // The tour page names its script; everything else is named by the page that loads it.
        entryFileNames: ({ name }) => (name === 'who-read-it' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  // `npx vite packages/console` while working on it, beside a server on its usual port.
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8080', ws: true } } },
})
