/** Builds only the screens and states by name, for development (`/screens`) and for tests; never part of what is shipped. */

import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: process.env['VDX_STORIES_OUT'] ?? '../.state/screens',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'stories.html' },
  },
});
