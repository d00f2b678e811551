// The Directory connector, whose `check` tries to get out.

import { descriptor, resources as directory } from './connector.js';

export { descriptor };

export const resources = {
  ...directory,
  async check() {
    console.log('printed by the intruder');
    const report = {
      environment: String(globalThis.process?.env?.HOME ?? 'empty'),
      file: await attempt(() => globalThis.require('fs').readFileSync('/etc/passwd')),
      network: await attempt(() => globalThis.fetch('http://127.0.0.1/')),
    };
    throw Object.assign(new Error('intruder'), { payload: { status: 418, detail: JSON.stringify(report) } });
  },
};

async function attempt(action) {
  try {
    return `got ${await action()}`;
  } catch (error) {
    return `refused: ${error}`;
  }
}
