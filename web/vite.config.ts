/** Builds the web client into the Python package, which serves it from `/`. */

import { defineConfig } from 'vite';
import { embedScript } from './build/embed.js';
import { commonHead } from './build/head.js';
import { swaggerAssets } from './build/swagger.js';

/** Where `npm run dev` finds signalling and REST. */
const SERVER = process.env['VDX_DEV_SERVER'] ?? 'http://127.0.0.1:8080';

// Firefox 128 is the first with setCodecPreferences; Safari 16.4 with wake lock and class static blocks.
const TARGET = ['chrome111', 'firefox128', 'safari16.4'];

export default defineConfig({
  base: '/',
  plugins: [commonHead(), swaggerAssets(), embedScript(TARGET)],
  build: {
    outDir: '../src/vdxmedia/_web',
    emptyOutDir: true,
    target: TARGET,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // Each entry is a page of its own: citizens load nothing of the others.
    rollupOptions: { input: ['index.html', 'playground.html', 'staff.html', 'operator.html'] },
  },
  server: {
    proxy: {
      '/api': SERVER,
      '/docs': SERVER,
      '/embed.js': SERVER,
      '/socket.io': { target: SERVER, ws: true },
    },
  },
});
