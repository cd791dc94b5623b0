/** Builds only the stories page, for the tests of how it looks; never part of what is shipped. */

import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  build: {
    outDir: process.env['VDX_STORIES_OUT'] ?? 'node_modules/.stories',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'stories.html' },
  },
});
