// The controls of the identity provider, on a plain loopback port: what a test's administrator does.
import { createServer } from 'node:http';
import { addClient, clientOf, endSessions } from './provider.mjs';

async function jsonOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function pick(realms, name) {
  const realm = realms[name ?? 'plain'];
  if (!realm) throw new TypeError(`realm is one of ${Object.keys(realms).join(' ')}`);
  return realm;
}

/** What each control does with its JSON. */
function controls({ realms, around, faults, federation, transmitter, requests }) {
  const { configuration, directory, settings, outgoing } = around;
  return {
    'GET /users': () => ({ users: directory.list() }),
    'POST /users': ({ user, ...wanted }) => directory.change(user, wanted),
    'POST /logout': async ({ user }) => {
      const told = [];
      for (const realm of Object.values(realms)) told.push(...await endSessions(realm, directory.byName(user)?.sub));
      return { told };
    },
    'POST /clients': async ({ realm, ...entry }) => addClient(pick(realms, realm), clientOf(entry, configuration)),
    'POST /backchannel': async ({ realm, client_id: clientId, uri }) => {
      const { provider } = pick(realms, realm);
      const known = await provider.Client.adapter.find(clientId);
      if (!known) throw new TypeError('no such client');
      await provider.Client.adapter.upsert(clientId, { ...known, backchannel_logout_uri: uri });
    },
    'POST /logout-token': async ({ realm, client_id: clientId, sub, sid, claims, url, headers = {} }) => {
      const token = pick(realms, realm).logoutToken(clientId, sub, sid, claims);
      if (!url) return { token };
      const body = new URLSearchParams({ logout_token: token }).toString();
      const push = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body };
      return { token, answer: await outgoing(url, push) };
    },
    'POST /sign': ({ realm, claims, header }) => ({ token: pick(realms, realm).signer.sign(claims, header) }),
    'POST /events': (wanted) => transmitter.send(wanted),
    'GET /settings': () => settings,
    'POST /settings': (wanted) => {
      for (const name of Object.keys(wanted)) if (!Object.hasOwn(settings, name)) throw new TypeError(`${name} is no setting`);
      Object.assign(settings, wanted);
      return settings;
    },
    'GET /faults': () => ({ rules: faults.list() }),
    'POST /faults': (wanted) => { for (const rule of wanted.rules ?? [wanted]) faults.add(rule); },
    'DELETE /faults': () => faults.clear(),
    'GET /federation': () => ({ credentials: federation.credentials }),
    'POST /federation': (wanted) => federation.add(wanted),
    'GET /requests': () => ({ requests }),
  };
}

/** Serves the controls; resolves to the base of their URLs. */
export async function serveControls(parts) {
  const known = controls(parts);
  const server = createServer(async (request, response) => {
    const send = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    const control = known[`${request.method} ${request.url}`];
    if (!control) return send(404, { error: 'no such control', controls: Object.keys(known) });
    try {
      return send(200, await control(await jsonOf(request)));
    } catch (error) {
      return send(400, { error: error.message });
    }
  });
  await new Promise((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });
  return { server, base: `http://127.0.0.1:${server.address().port}` };
}
