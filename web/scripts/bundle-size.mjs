// What a citizen's phone must load before a call: every script and style of the built page, gzip. Fails above the budget.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 90 * 1024;
const folder = path.resolve(import.meta.dirname, '../../src/vdxmedia/_web/assets');

let total = 0;
for (const file of readdirSync(folder).filter((name) => /\.(js|css)$/.test(name))) {
  const size = gzipSync(readFileSync(path.join(folder, file)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  of ${BUDGET_BYTES} bytes\n`);
process.exitCode = total > BUDGET_BYTES ? 1 : 0;
