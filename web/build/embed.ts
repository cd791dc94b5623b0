/** Puts `/embed.js` beside the web client: one file without imports, since suppliers' pages name it without a hash. */

import path from 'node:path';
import { build, type Plugin } from 'vite';

const ENTRY = path.resolve(import.meta.dirname, '../src/embedding/embed.ts');

export function embedScript(target: string[]): Plugin {
  return {
    name: 'embed-script',
    apply: 'build',
    async generateBundle() {
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        build: { write: false, target, modulePreload: false, rollupOptions: { input: ENTRY } },
      });
      const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
      const [script] = outputs;
      if (outputs.length !== 1 || script?.type !== 'chunk') this.error('/embed.js is to be one file');
      this.emitFile({ type: 'asset', fileName: 'embed.js', source: script.code });
    },
  };
}
