// For translators. `npm run translations` lists what each language lacks; `npm run translations -- de` prints those texts
// of German as JSON, with the Danish and the English, to be filled in; `npm run translations -- de FILE` takes the filled
// file into the catalogue, in the order of the template and without texts that are no more. See docs/topics/translations.md.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const load = async (file) => (await runnerImport(path.join(root, file), { root, configFile: false, logLevel: 'error' })).module;
const [{ AREAS }, { templateOf }, { LANGUAGES }] = await Promise.all(['src/text/all.ts', 'src/text/template.ts', 'src/text/languages.ts'].map(load));
const template = Object.assign({}, ...AREAS.map(templateOf));
const fileOf = (language) => path.join(root, `src/text/catalogues/${language}.json`);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const lacking = (catalogue) => Object.keys(template).filter((key) => catalogue[key] === undefined);

const [language, filled] = process.argv.slice(2);
if (language === undefined) {
  for (const each of LANGUAGES.filter((one) => one !== 'da' && one !== 'en')) {
    const catalogue = read(fileOf(each));
    const stale = Object.keys(catalogue).filter((key) => template[key] === undefined);
    process.stdout.write(`${each}: ${lacking(catalogue).length} of ${Object.keys(template).length} texts are lacking, ${stale.length} are no longer used\n`);
  }
} else if (filled === undefined) {
  const texts = lacking(read(fileOf(language))).map((key) => [key, { ...template[key], [language]: '' }]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`);
} else {
  const catalogue = read(fileOf(language));
  for (const [key, said] of Object.entries(read(filled))) {
    const text = typeof said === 'object' && language in said ? said[language] : said;
    if (text !== '') catalogue[key] = text;
  }
  const kept = Object.keys(template).filter((key) => catalogue[key] !== undefined).map((key) => [key, catalogue[key]]);
  writeFileSync(fileOf(language), `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  process.stdout.write(`${language}: ${kept.length} of ${Object.keys(template).length} texts\n`);
}
