// Lays out the configurations that documents show: the ```hcl blocks of each module's README and of each guide, joined, as one
// folder `documents/<name>` of the place given. Prints the folders.
//
//     node tests/modules/documents.mjs <place>
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const place = process.argv[2];
const documents = [
  ...readdirSync('modules').map((name) => [`module-${name}`, `modules/${name}/README.md`]),
  ...(existsSync('docs/guides') ? readdirSync('docs/guides') : []).map((name) => [`guide-${name.replace('.md', '')}`, `docs/guides/${name}`]),
];
for (const [name, path] of documents.filter(([, path]) => existsSync(path))) {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```hcl\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  if (blocks.length === 0) continue;
  const folder = `documents/${name}`;
  mkdirSync(`${place}/${folder}`, { recursive: true });
  const text = blocks.join('\n');
  writeFileSync(`${place}/${folder}/main.tf`, text);
  if (!/^provider "zt"/m.test(text)) copyFileSync('examples/provider/provider.tf', `${place}/${folder}/provider.tf`);
  console.log(folder);
}
