// The Directory connector, whose `check` tries to get out and whose `read` has a mistake.

import { descriptor, resources as directory, told } from './connector.js';

export { descriptor };

export const resources = {
  ...directory,
  ...told({
    read(kind, id) {
      if (id === 'mistake') undefined.property;
      return directory.read(kind, id);
    },
  }),
  check() {
    console.log('printed by the intruder');
    const report = {
      environment: attempt(() => globalThis.process.env.HOME),
      file: attempt(() => globalThis.require('fs').readFileSync('/etc/passwd')),
      // `fetch` is there, and calling it traps: it was built without `http`.
      network: attempt(() => globalThis.require('net').connect(80)),
    };
    throw Object.assign(new Error('intruder'), { payload: { status: 418, detail: JSON.stringify(report) } });
  },
};

function attempt(action) {
  try {
    return `got ${action()}`;
  } catch (error) {
    return `refused: ${error}`;
  }
}
