/** Entra ID: tenants, who a user is, groups that do not fit into a token, app roles, clouds apart (checklist T3, T8, T9, T10, C7). */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import { cookiesAfter, locationOf, MEMBERSHIP } from './support/application.mjs';
import { listen } from './support/listen.mjs';
import { makeRsaKey, makeToken } from './support/plain_provider.mjs';
import { readCookie } from './support/session_reader.mjs';
import { certificate, World } from './support/world.mjs';

const [ONE, TWO, OTHER] = ['aaaaaaaa-1111-1111-1111-111111111111', 'bbbbbbbb-2222-2222-2222-222222222222', 'cccccccc-9999-9999-9999-999999999999'];
const MAPPING = { user: 'oid', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' };

/** What Graph answers; `fault` answers instead. */
const graph = { requests: [], groups: ['staff'], fault: undefined };
let template;
let world;

before(async () => {
  graph.server = createServer(certificate, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    graph.requests.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    if (graph.fault !== undefined) return graph.fault(response);
    response.setHeader('content-type', 'application/json;odata.metadata=minimal');
    response.end(JSON.stringify({ '@odata.context': 'x', value: graph.groups }));
  });
  graph.endpoint = `https://localhost:${await listen(graph.server)}/v1.0/me/getMemberObjects`;
  template = 'https://login.example.com/{tenantid}/v2.0';
  world = await World.start({ changes: { issuer: template, tenants: [ONE, TWO], claims: MAPPING, iss_parameter: false, overage: { endpoint: graph.endpoint } } });
});
after(() => {
  graph.server.closeAllConnections();
  graph.server.close();
});

const issuerFor = (tenant) => template.replace('{tenantid}', tenant);
const claimsOf = (tenant, more = {}) => ({ iss: issuerFor(tenant), tid: tenant, oid: 'object-1', ...more });
const login = async (claims, options = {}, where = world) => where.finish(await where.begin('/a'), claims, { ...options, query: { iss: undefined, ...options.query } });
const sessionOf = (response, where = world) => readCookie(cookiesAfter(response)['__Host-zt-session'], where.config, where.secrets);

function checkRefused(response, code, status = '403') {
  assert.equal(response.status, status, response.body);
  assert.match(response.body, new RegExp(`Reason: ${code}\\.`));
  assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined);
}

test('[T3] only users of a listed tenant log in, under the issuer of their own tenant', async () => {
  for (const tenant of [ONE, TWO]) assert.equal((await login(claimsOf(tenant))).status, '303');
  const refused = [
    ['a tenant that is not listed', claimsOf(OTHER)],
    ['the issuer of one tenant and the tid of another', { ...claimsOf(ONE), iss: issuerFor(TWO) }],
    ['a listed tid under a foreign issuer', { ...claimsOf(ONE), iss: `https://evil.example/${ONE}/v2.0` }],
    ['the template itself', { ...claimsOf(ONE), iss: template }],
    ['no tid', { ...claimsOf(ONE), tid: undefined }],
    ['a list of tids', { ...claimsOf(ONE), tid: [ONE] }],
    ['a tid in capitals', { ...claimsOf(ONE), tid: ONE.toUpperCase(), iss: issuerFor(ONE.toUpperCase()) }],
    ['a tid with a path', { ...claimsOf(ONE), tid: `${ONE}/../${TWO}`, iss: issuerFor(`${ONE}/../${TWO}`) }],
    ['a tid that a replacement would read', { ...claimsOf(ONE), tid: '$&', iss: template }],
  ];
  for (const [name, claims] of refused) {
    const response = await login(claims);
    assert.match(`${response.status} ${/Reason: (\w+)/.exec(response.body)?.[1]}`, /^403 id_token$/, name);
    assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined, name);
  }
});

test('[T8] the same object id in two tenants is two users, and an address is nobody', async () => {
  const [one, two] = [await login(claimsOf(ONE)), await login(claimsOf(TWO))];
  assert.notEqual(sessionOf(one).usr, sessionOf(two).usr);
  assert.equal(sessionOf(one).usr, sessionOf(await login(claimsOf(ONE, { sub: 'pairwise-2', email: 'x@example.com' }))).usr, 'neither sub nor address count');
  checkRefused(await login(claimsOf(ONE, { oid: undefined, email: 'ada@example.com', email_verified: true })), 'id_token');
  const addressed = sessionOf(await login(claimsOf(ONE, { email: 'ada@example.com', email_verified: '1' })));
  assert.deepEqual([addressed.policies, addressed.claims], [[], {}], 'an address that is not verified counts for nothing');
});

test('[T3] a key that is published for one tenant signs for no other', async () => {
  const own = await World.start({ changes: { issuer: template, tenants: [ONE, TWO], claims: MAPPING, iss_parameter: false } });
  const [forOne, forAll, odd] = [makeRsaKey('one'), makeRsaKey('all'), makeRsaKey('odd')];
  own.provider.published = [{ ...forOne.jwk, issuer: issuerFor(ONE) }, { ...forAll.jwk, issuer: template }, { ...odd.jwk, issuer: 7 }];
  const status = async (key, tenant) => (await login(claimsOf(tenant), { token: { key } }, own)).status;
  assert.deepEqual([await status(forOne, ONE), await status(forOne, TWO)], ['303', '403']);
  assert.deepEqual([await status(forAll, ONE), await status(forAll, TWO)], ['303', '303']);
  assert.equal(await status(odd, ONE), '403');
});

test('[C7] with tenants an answer names a listed one, and then the user is of that one', async () => {
  const answers = [
    [issuerFor(ONE), ONE, '303', undefined],
    [issuerFor(TWO), ONE, '400', 'issuer'],
    [issuerFor(OTHER), OTHER, '400', 'issuer'],
    [template, ONE, '400', 'issuer'],
    ['https://evil.example', ONE, '400', 'issuer'],
  ];
  for (const [iss, tenant, status, code] of answers) {
    const response = await login(claimsOf(tenant), { query: { iss } });
    assert.equal(response.status, status, iss);
    if (code !== undefined) checkRefused(response, code, status);
  }
});

const OVERAGES = [
  ['named elsewhere', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://evil.example/groups' } } }],
  ['named elsewhere, with a list that is not whole', { groups: ['admins'], _claim_names: { groups: 'src1' } }],
  ['told by hasgroups', { hasgroups: true }],
  ['told by hasgroups as text', { hasgroups: 'true' }],
  ['told by hasgroups, with a list that is not whole', { hasgroups: true, groups: ['admins'] }],
];

test('[T10] groups that do not fit are asked for where the settings say, and nowhere else', async () => {
  for (const [name, claims] of OVERAGES) {
    graph.requests.length = 0;
    const response = await login(claimsOf(ONE, claims));
    assert.deepEqual(sessionOf(response).policies, ['staff'], name);
    const [{ method, headers, body }, ...more] = graph.requests;
    assert.deepEqual([method, headers.authorization, headers['content-type'], JSON.parse(body), more.length], ['POST', 'Bearer the-access-token', 'application/json', { securityEnabledOnly: false }, 0]);
  }
  graph.requests.length = 0;
  for (const claims of [{}, { groups: ['staff'] }, { hasgroups: false, groups: ['staff'] }, { _claim_names: { other: 'src1' }, groups: ['staff'] }]) assert.equal((await login(claimsOf(ONE, claims))).status, '303');
  assert.equal(graph.requests.length, 0, 'a token that has its groups is asked for none');
});

const FAULTS = [
  ['an error', (response) => response.writeHead(403).end('{}')],
  ['throttling', (response) => response.writeHead(429).end('{}')],
  ['a redirect', (response) => response.writeHead(302, { location: 'https://evil.example/' }).end()],
  ['a page', (response) => response.setHeader('content-type', 'text/html').end('{"value":["staff"]}')],
  ['a list of something else', (response) => response.setHeader('content-type', 'application/json').end('{"value":[{"id":"staff"}]}')],
  ['no list', (response) => response.setHeader('content-type', 'application/json').end('{"value":"staff"}')],
  ['a list that goes on', (response) => response.setHeader('content-type', 'application/json').end('{"value":["staff"],"@odata.nextLink":"https://evil.example/"}')],
  ['half an answer', (response) => response.setHeader('content-type', 'application/json').end('{"value":["st')],
  ['too much', (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: Array.from({ length: 60_000 }, (_, at) => `group-number-${at}`) }))],
  ['a closed connection', (response) => response.destroy()],
  ['silence', () => {}],
];

for (const [name, fault] of FAULTS) {
  test(`[T10] ${name} instead of the groups ends in a page that says to try again`, async () => {
    graph.fault = fault;
    const response = await login(claimsOf(ONE, { hasgroups: true })).finally(() => (graph.fault = undefined));
    checkRefused(response, 'groups_unavailable', '503');
    assert.match(response.headers['retry-after'][0].value, /^\d+$/);
    assert.match(response.body, /Request: request-id-of-the-test==/);
  });
}

test('[T10] without a place to ask, groups that are elsewhere meet no policy, and no exclusion either', async () => {
  const policies = { ...MEMBERSHIP.policies, example: { require: [{ authenticated: true }], any: [], none: [{ groups: ['staff'] }] } };
  const own = await World.start({ changes: { issuer: template, tenants: [ONE], claims: MAPPING, iss_parameter: false }, secrets: { membership: { ...MEMBERSHIP, policies } } });
  for (const [name, claims] of OVERAGES) assert.deepEqual(sessionOf(await login(claimsOf(ONE, claims), {}, own), own).policies, [], name);
  assert.deepEqual(sessionOf(await login(claimsOf(ONE, { groups: [] }), {}, own), own).policies, ['example'], 'an empty list is a list');
  assert.deepEqual(sessionOf(await login(claimsOf(ONE, { _claim_names: { other: 'x' }, groups: [] }), {}, own), own).policies, ['example'], 'what is elsewhere is another claim');
});

test('[T9] app roles are a list of texts, or nothing', async () => {
  const policies = async (claims) => sessionOf(await login(claimsOf(ONE, claims))).policies;
  assert.deepEqual(await policies({ roles: ['auditor'] }), ['auditors']);
  for (const roles of ['auditor', 'superauditor', { auditor: true }, ['auditor', 1], [['auditor']], ['Auditor'], ['superauditor'], null]) assert.deepEqual(await policies({ roles }), [], JSON.stringify(roles));
});

test('[T2] an issuer of another cloud or of External ID is compared as it is, whatever the host of its endpoints', async () => {
  for (const issuer of [`https://login.microsoftonline.us/${ONE}/v2.0`, `https://login.partner.microsoftonline.cn/${ONE}/v2.0`, `https://${ONE}.ciamlogin.com/${ONE}/v2.0`]) {
    const own = await World.start({ changes: { issuer, claims: MAPPING, iss_parameter: false } });
    assert.equal((await login({ oid: 'object-1', tid: ONE }, {}, own)).status, '303', issuer);
    checkRefused(await login({ oid: 'object-1', iss: `https://login.microsoftonline.com/${ONE}/v2.0` }, {}, own), 'id_token');
    assert.ok((await own.begin()).location.href.startsWith(own.provider.issuer));
    own.stop();
  }
});

test('[T3] settings whose tenants and issuer do not fit each other serve nobody', async () => {
  for (const changes of [{ issuer: template }, { issuer: issuerFor(ONE), tenants: [ONE] }, { issuer: template, tenants: [] }, { issuer: template, tenants: ['common'] }, { issuer: template, tenants: [ONE.toUpperCase()] }, { issuer: `${template}{tenantid}`, tenants: [ONE] }]) {
    const own = await World.start({ changes: { ...changes, claims: MAPPING } });
    assert.equal((await own.get('/oauth2/start')).status, '503', JSON.stringify(changes));
    own.stop();
  }
});

test('[T1] with tenants the signature is verified as ever', async () => {
  const attempt = await world.begin('/a');
  const token = makeToken(makeRsaKey('rsa-1'), await world.claims(attempt, claimsOf(ONE)));
  checkRefused(await world.finish(attempt, {}, { token: { text: token }, query: { iss: undefined } }), 'id_token');
  assert.equal(locationOf(await login(claimsOf(ONE))), '/a');
});
