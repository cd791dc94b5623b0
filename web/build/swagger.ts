/** Puts Swagger UI's assets beside the web client, so that the API's reference page loads nothing from elsewhere. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'vite';

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE'];

export function swaggerAssets(): Plugin {
  return {
    name: 'swagger-assets',
    apply: 'build',
    generateBundle() {
      const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      for (const file of FILES) {
        this.emitFile({ type: 'asset', fileName: `swagger/${file}`, source: readFileSync(path.join(folder, file)) });
      }
    },
  };
}
