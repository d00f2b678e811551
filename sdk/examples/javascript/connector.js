// The Directory connector in JavaScript: the calls to the app, and nothing about SCIM.
//
// Each function of the contract (`wit/resources.wit`) is a function of the exported object; a fault is thrown.

import { send } from 'scim-gateway:connector/app@0.1.0';
import description from './descriptor.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const descriptor = {
  describe: () => JSON.stringify(description),
};

export const resources = {
  check() {
    call('GET', '/people', { query: [['limit', '1']] });
  },

  create(_kind, document) {
    return stored(call('POST', '/people', { body: document }));
  },

  read(_kind, id) {
    return stored(call('GET', person(id)));
  },

  update(_kind, id, change) {
    const fields = change.fields.map(({ path, value }) => [path, value === undefined ? null : JSON.parse(value)]);
    return stored(call('PATCH', person(id), { body: JSON.stringify(Object.fromEntries(fields)) }));
  },

  delete(_kind, id) {
    call('DELETE', person(id), { expected: [404] });
  },

  search(_kind, { comparisons, page }) {
    const wanted = comparisons.map(({ field, value }) => [field, JSON.parse(value)]);
    const query = [['offset', String(page.offset)], ['limit', String(page.limit)], ...wanted];
    const { people, total } = call('GET', '/people', { query });
    return {
      resources: people.map(stored),
      total: BigInt(total),
      more: Number(page.offset) + people.length < total,
    };
  },
};

function person(id) {
  return `/people/${encodeURIComponent(id)}`;
}

function stored(person) {
  return { id: String(person.id), document: JSON.stringify(person), unresolved: [] };
}

/** Makes one call to the app and returns its response as JSON, or throws the fault for the client. */
function call(method, path, { query = [], body, expected = [] } = {}) {
  const headers = body === undefined ? [] : [['content-type', 'application/json']];
  const request = { method, path, query, headers, body: body === undefined ? undefined : encoder.encode(body) };
  let response;
  try {
    response = send(request);
  } catch ({ payload: { code, detail } }) {
    throw fault(code === 'timeout' ? 504 : 502, `The app did not respond: ${detail}`);
  }
  const { status } = response;
  const text = decoder.decode(response.body);
  if (status < 300 || expected.includes(status)) return text === '' ? null : JSON.parse(text);
  if (status === 404) throw fault(404, 'The app has no such person.');
  if (status === 409) throw fault(409, 'Another person has this e-mail address.', 'uniqueness');
  if (status === 401 || status === 403) throw fault(502, `The app rejects the credential (${status}).`);
  throw fault(status >= 500 ? 502 : 400, `The app returned ${status}: ${text.slice(0, 200)}`);
}

function fault(status, detail, scimType) {
  return Object.assign(new Error(detail), { payload: { status, scimType, detail } });
}
