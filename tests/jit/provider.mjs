// A real OpenID provider on loopback, for the tests of just-in-time provisioning: two clients, one person, a sign-in form.
//
//   node provider.mjs <directory of node_modules> <redirect URI of the gateway>
//
// It prints one line, its issuer, when it is ready, and stops when its standard input ends. `POST /test/next-id-token` with
// {"claims": {…}, "forged": false} changes the next ID token: the claims replace the real ones (null removes one), and the token is
// signed again, with the provider's own key unless it is forged.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, redirectUri] = process.argv.slice(2);
const { resolve } = createRequire(`${modules}/package.json`);
const load = async (name) => import(pathToFileURL(resolve(name)));
const { default: Provider, interactionPolicy } = await load('oidc-provider');
const { SignJWT, decodeJwt, decodeProtectedHeader } = await load('jose');

const PERSON = { login: 'ada', password: 'correct horse', email: 'ada@example.com' };
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const [key, stranger] = [rsa(), rsa()];

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (id, uris) => ({
  client_id: id,
  client_secret: `${id}-s3cret`,
  redirect_uris: uris,
  grant_types: ['authorization_code'],
  response_types: ['code'],
});

// One form signs in; consent is given with it.
const policy = interactionPolicy.base();
policy.remove('consent');

const provider = new Provider(issuer, {
  clients: [client('gateway', [redirectUri]), client('somebody-else', ['http://127.0.0.1:9/callback'])],
  jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'current' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  // Entra, Okta and Google put the e-mail address into the ID token of the code flow too.
  conformIdTokenClaims: false,
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) =>
    id === PERSON.login && { accountId: id, claims: () => ({ sub: id, email: PERSON.email, email_verified: true }) },
  interactions: { policy, url: (_, interaction) => `/form/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});

let bend;
provider.use(async (ctx, next) => {
  await next();
  if (!bend || ctx.path !== '/token' || !ctx.body?.id_token) return;
  const claims = { ...decodeJwt(ctx.body.id_token), ...bend.claims };
  for (const name of Object.keys(claims)) if (claims[name] === null) delete claims[name];
  const token = new SignJWT(claims).setProtectedHeader(decodeProtectedHeader(ctx.body.id_token));
  ctx.body = { ...ctx.body, id_token: await token.sign(bend.forged ? stranger : key) };
  bend = undefined;
});

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

const answer = (response, status, html) => response.writeHead(status, { 'content-type': 'text/html' }).end(html);

const form = async (request, response) => {
  const action = new URL(request.url, issuer).pathname;
  const show = (status) =>
    answer(response, status, `<form method="post" action="${action}"><input name="login"><input name="password"></form>`);
  if (request.method !== 'POST') return show(200);
  const given = new URLSearchParams(await body(request));
  if (given.get('login') !== PERSON.login || given.get('password') !== PERSON.password) return show(403);
  return provider.interactionFinished(request, response, { login: { accountId: PERSON.login } });
};

const handle = provider.callback();
server.on('request', async (request, response) => {
  try {
    if (request.url === '/test/next-id-token') {
      bend = JSON.parse(await body(request));
      response.writeHead(204).end();
    } else if (request.url.startsWith('/form/')) {
      await form(request, response);
    } else {
      await handle(request, response);
    }
  } catch (error) {
    console.error(error);
    answer(response, 500, 'failed');
  }
});

console.log(issuer);
process.stdin.on('end', () => process.exit(0)).resume();
