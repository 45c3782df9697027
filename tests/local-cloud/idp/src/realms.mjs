// All issuers of this process behind one port: which of them a request is for, and what happens to it before.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serveControls } from './admin.mjs';
import { createDirectory } from './directory.mjs';
import { createDress, createFederation, FEDERATED_CLIENT, memberObjects, undressedHint } from './entra.mjs';
import { createTransmitter } from './events.mjs';
import { createFaults } from './faults.mjs';
import { readForm } from './forms.mjs';
import { handleInteraction } from './interaction.mjs';
import { createOutgoing } from './outgoing.mjs';
import { addClient, clientOf, createRealm } from './provider.mjs';
import { createRefresh } from './refresh.mjs';
import { createSigner } from './signer.mjs';

const REMEMBERED = 2000;

/** Makes the issuers below this base. */
export async function createRealms(base, configuration) {
  const outgoing = createOutgoing(configuration.ca && readFileSync(configuration.ca));
  const settings = { rotation: 'rotate', grace_seconds: 30, id_token_on_refresh: true };
  const directory = createDirectory(configuration.users);
  const around = { configuration, directory, settings, outgoing };
  const realms = { plain: await createRealm({ issuer: base, around: { ...around, signer: createSigner() } }) };
  const secret = randomBytes(32).toString('base64url');
  await addTenants(realms, { base, around: { ...around, signer: createSigner() }, secret });
  const federation = createFederation({ outgoing, secret });
  const transmitter = createTransmitter({ issuer: `${base}/events`, signer: createSigner(), outgoing });
  const [faults, requests] = [createFaults(), []];
  const { server: controls, base: admin } = await serveControls({ realms, around, faults, federation, transmitter, requests });
  const answer = createAnswer({ realms, federation, transmitter, refresh: createRefresh(settings) });
  const handle = async (request, response) => {
    const [path] = request.url.split('?');
    requests.push({ time: Date.now(), method: request.method, path });
    if (requests.length > REMEMBERED) requests.shift();
    const fault = faults.meet(path);
    if (fault) await faults.apply(fault, request, response, () => answer(request, response));
    else await answer(request, response);
  };
  return { handle, controls, told: tell({ base, admin, configuration, transmitter }) };
}

/** Entra's dress: a realm for each tenant, and one for users of any. */
async function addTenants(realms, { base, around, secret }) {
  const { tenants = [] } = around.configuration;
  const add = async (name, options) => {
    realms[name] = await createRealm({ mount: `/${name}`, issuer: `${base}/${name}/v2.0`, around, ...options });
    const federated = { client_id: FEDERATED_CLIENT, client_secret: secret, token_endpoint_auth_method: 'client_secret_post' };
    await addClient(realms[name], clientOf(federated, around.configuration));
  };
  for (const tenant of tenants) await add(tenant, { tenant, dress: createDress({ base }) });
  if (tenants.length > 0) await add('organizations', { dress: createDress({ base, template: `${base}/{tenantid}/v2.0` }) });
}

function tell({ base, admin, configuration: { clients, tenants }, transmitter }) {
  const told = { issuer: base, admin, clients: clients.map((c) => c.client_id), events: { issuer: transmitter.issuer, jwks_uri: `${transmitter.issuer}/jwks.json` } };
  if (!tenants?.length) return told;
  const entra = { tenant: tenants[0], other_tenant: tenants[1], issuer: `${base}/${tenants[0]}/v2.0`, organizations: `${base}/organizations/v2.0`,
    issuer_template: `${base}/{tenantid}/v2.0`, graph_endpoint: `${base}/graph/v1.0/me/getMemberObjects`, federated_client_id: FEDERATED_CLIENT };
  return { ...told, entra };
}

function createAnswer({ realms, federation, transmitter, refresh }) {
  return async (request, response) => {
    const [path] = request.url.split('?');
    if (Object.hasOwn(transmitter.documents, path)) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(transmitter.documents[path]));
      return;
    }
    const dressed = Object.values(realms).filter((realm) => realm.mount !== '');
    if (path === '/graph/v1.0/me/getMemberObjects') return void (await memberObjects(dressed, request, response));
    const realm = dressed.find(({ mount }) => path.startsWith(`${mount}/`)) ?? realms.plain;
    if (path.startsWith(`${realm.mount}/interaction/`)) return void (await handleInteraction(realm, request, response));
    mount(realm, request);
    if (request.method !== 'POST' || !path.endsWith('/token')) return void realm.serve(request, response);
    await token(realm, request, response);
  };

  async function token(realm, request, response) {
    let form = await readForm(request);
    if (form.client_assertion && form.client_id === FEDERATED_CLIENT) {
      const { refusal, form: exchanged } = await federation.exchange(form);
      if (refusal) return void response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
      form = exchanged;
    }
    await refresh(realm, request, response, form);
  }
}

/** The request as a mounted provider expects it: its own path, and the whole one beside it. */
function mount(realm, request) {
  if (realm.mount === '') return;
  const whole = request.url.replace('/v2.0/.well-known/', '/.well-known/');
  request.originalUrl = whole;
  request.url = undressedHint(realm, whole.slice(realm.mount.length));
  if (request.url !== whole.slice(realm.mount.length)) request.originalUrl = realm.mount + request.url;
}
