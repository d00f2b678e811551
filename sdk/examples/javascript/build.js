// Makes directory.wasm of connector.js: `npm run build`. Other arguments: the source, and the file to write.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';

const [sourcePath = fileURLToPath(new URL('connector.js', import.meta.url)), output = 'directory.wasm'] =
  process.argv.slice(2);

const { component } = await componentize({
  sourcePath,
  witPath: process.env.WIT ?? fileURLToPath(new URL('../../../wit', import.meta.url)),
  worldName: 'connector',
  // The gateway links no wasi:http: the way to the app is the contract's.
  disableFeatures: ['http', 'fetch-event'],
});
await writeFile(output, component);
