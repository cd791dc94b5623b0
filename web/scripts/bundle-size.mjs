// What a citizen's phone must load at first: the page's script and styles with all they import at once, gzip. Fails
// above the budget. What is fetched later, and only by those who need it (English, a host's tools), is shown beside it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 90 * 1024;
/** Of `/embed.js`, which runs in other people's pages. */
const EMBED_BUDGET_BYTES = 5 * 1024;
const folder = path.resolve(import.meta.dirname, '../../src/vdxmedia/_web');
const assets = path.join(folder, 'assets');

/** Files that these import statically, themselves among them. */
function withImports(names, found = new Set()) {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    if (!name.endsWith('.js')) continue;
    const code = readFileSync(path.join(assets, name), 'utf8');
    withImports([...code.matchAll(/(?:from|^import|;import)\s*["']\.\/([^"']+)["']/gm)].map(([, file]) => file), found);
  }
  return found;
}

const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
const first = withImports([...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file));
const sizes = readdirSync(assets)
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => ({ name, size: gzipSync(readFileSync(path.join(assets, name)), { level: 9 }).length, isFirst: first.has(name) }));
for (const { name, size, isFirst } of sizes) process.stdout.write(`${String(size).padStart(8)}  ${name}${isFirst ? '' : '  (later)'}\n`);
// Beside the assets: what stands under a name of its own.
for (const [, name] of page.matchAll(/<script[^>]* src="\/([^"/]+\.js)"/g)) {
  const size = gzipSync(readFileSync(path.join(folder, name)), { level: 9 }).length;
  sizes.push({ name, size, isFirst: true });
  process.stdout.write(`${String(size).padStart(8)}  ${name}\n`);
}
const total = sizes.filter(({ isFirst }) => isFirst).reduce((sum, { size }) => sum + size, 0);
process.stdout.write(`${String(total).padStart(8)}  of ${BUDGET_BYTES} bytes at first\n`);
const embed = gzipSync(readFileSync(path.join(folder, 'embed.js')), { level: 9 }).length;
process.stdout.write(`${String(embed).padStart(8)}  of ${EMBED_BUDGET_BYTES} bytes for embed.js\n`);
process.exitCode = total === 0 || total > BUDGET_BYTES || embed > EMBED_BUDGET_BYTES ? 1 : 0;
