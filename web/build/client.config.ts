/** Builds `@vdxmedia/client`: one module with all it needs, for pages without a bundler too. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** Code of others that ends in the file. */
const OTHERS = ['socket.io-client', 'socket.io-parser', 'engine.io-client', 'engine.io-parser', '@socket.io/component-emitter'];

function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const from = createRequire(createRequire(import.meta.url).resolve('socket.io-client'));
      const texts = OTHERS.map((name) => {
        const licence = path.join(rootOf(from.resolve(name), name), 'LICENSE');
        return `${name}\n\n${readFileSync(licence, 'utf8')}`;
      });
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: texts.join('\n----\n\n') });
      this.emitFile({ type: 'asset', fileName: 'LICENSE', source: readFileSync('../LICENSE', 'utf8') });
    },
  };
}

/** The package's folder: its name ends the last `node_modules/…` of the path. */
function rootOf(file: string, name: string): string {
  const marker = path.join('node_modules', name);
  return file.slice(0, file.lastIndexOf(marker) + marker.length);
}

export default defineConfig({
  plugins: [licences()],
  build: {
    outDir: 'packages/client/dist',
    emptyOutDir: true,
    target: ['chrome111', 'firefox128', 'safari16.4'],
    copyPublicDir: false,
    rollupOptions: { output: { inlineDynamicImports: true } },
    lib: { entry: 'src/embedding/client.ts', formats: ['es'], fileName: () => 'client.js' },
  },
});
