// Builds directory.wasm from connector.js: `npm run build`. Optional arguments: the source, and the file to write.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';

const [sourcePath = fileURLToPath(new URL('connector.js', import.meta.url)), output = 'directory.wasm'] =
  process.argv.slice(2);

const { component } = await componentize({
  sourcePath,
  witPath: process.env.WIT ?? fileURLToPath(new URL('../../../wit', import.meta.url)),
  worldName: 'connector',
  // The gateway does not link wasi:http: calls to the app go through the contract.
  disableFeatures: ['http', 'fetch-event'],
});
await writeFile(output, component);
