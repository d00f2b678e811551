// The Directory connector in JavaScript: the calls to the app, and nothing about SCIM.
//
// Each function of the contract (`wit/resources.wit`) is a function of the exported object; a fault is thrown.

import { send } from 'scim-gateway:connector/app@0.1.0';
import { emit } from 'scim-gateway:connector/log@0.1.0';
import description from './descriptor.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const descriptor = {
  describe: () => JSON.stringify(description),
};

export const resources = told({
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
    call('DELETE', person(id));
  },

  search(_kind, { comparisons, page }) {
    const wanted = comparisons.map(({ field, value }) => [field, JSON.parse(value)]);
    const query = [['offset', String(page.offset)], ['limit', String(page.limit)], ...wanted];
    const { people, total } = call('GET', '/people', { query }) ?? {};
    if (!Array.isArray(people) || !Number.isInteger(total)) {
      throw fault(502, 'The app answered a search without `people` and `total`.');
    }
    return {
      resources: people.map(stored),
      total: BigInt(total),
      more: Number(page.offset) + people.length < total,
    };
  },
});

function person(id) {
  return `/people/${encodeURIComponent(id)}`;
}

/** A person for the host. Without the check, an id that is missing would become the id "undefined". */
function stored(person) {
  const id = person?.id;
  if (!Number.isInteger(id) && (typeof id !== 'string' || id === '')) {
    throw fault(502, 'The app answered with a person without an `id`.');
  }
  return { id: String(id), document: JSON.stringify(person), unresolved: [] };
}

/** Makes one call to the app and returns its response as JSON, or throws the fault for the client. */
function call(method, path, { query = [], body } = {}) {
  const headers = body === undefined ? [] : [['content-type', 'application/json']];
  const request = { method, path, query, headers, body: body === undefined ? undefined : encoder.encode(body) };
  let response;
  try {
    response = send(request);
  } catch (error) {
    throw error.payload?.code === undefined ? error : unsent(error.payload);
  }
  const { status } = response;
  const text = decoder.decode(response.body);
  if (status < 300) {
    try {
      return text === '' ? null : JSON.parse(text);
    } catch {
      throw fault(502, `The app returned ${status} without valid JSON.`);
    }
  }
  // 401 and 403 are about the gateway's credential: the host tells the client 502, and the operator what they need to know.
  if (status === 401 || status === 403) throw fault(status, `The app rejects the credential (${status}).`);
  if (status === 404) throw fault(404, 'The app has no such person.');
  if (status === 409) throw fault(409, 'Another person has this e-mail address.', { scimType: 'uniqueness' });
  const detail = `The app returned ${status}: ${text.slice(0, 200)}`;
  // What may succeed later stays what it is, and when: the client asks again then.
  if (status === 429 || status === 503) throw fault(status, detail, { retryAfterSeconds: retryAfter(response) });
  throw fault(status >= 500 || status < 400 ? 502 : 400, detail);
}

/** The fault for a call that got no response, by the codes of `wit/app.wit`. */
function unsent({ code, detail }) {
  const status = { timeout: 504, 'rate-limited': 429, 'circuit-open': 503 }[code] ?? 502;
  return fault(status, `The app did not respond: ${detail}`);
}

/** The seconds in `Retry-After`; a connector has no use for the date that it may be instead. */
function retryAfter({ headers }) {
  const [, value] = headers.find(([name]) => name === 'retry-after') ?? [];
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function fault(status, detail, { scimType, retryAfterSeconds } = {}) {
  return Object.assign(new Error(detail), { payload: { status, scimType, detail, retryAfterSeconds } });
}

/** The functions, of which each reports a mistake in this connector. An error that is not a fault would end as a bare trap. */
export function told(functions) {
  const wrapped = Object.entries(functions).map(([name, run]) => [name, (...args) => {
    try {
      return run(...args);
    } catch (error) {
      if (error?.payload?.status !== undefined) throw error;
      emit('error', `${name}: ${error?.stack ?? error}`);
      throw fault(502, `The connector failed in \`${name}\`: ${error}`);
    }
  }]);
  return Object.fromEntries(wrapped);
}
