// The sign-in pages: one form with user and password, a one-time code where a stronger login is wanted, nothing else to click.
import { timingSafeEqual, createHash } from 'node:crypto';
import { loginPage } from './pages.mjs';
import { strongContext } from './policy.mjs';

const FORM_LIMIT = 8192;

async function form(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error('the form is too large');
  }
  return new URLSearchParams(text);
}

function same(a, b) {
  const digest = (x) => createHash('sha256').update(String(x)).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function send(response, status, html) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
}

/** Who signs in, or what to tell them. */
function judge(sent, { directory, tenant }, wanted) {
  const user = directory.byName(sent.get('user'));
  if (!user || !same(user.password, sent.get('password') ?? '')) return { problem: 'The user or the password is wrong.' };
  if (user.disabled) return { problem: 'The account is disabled.' };
  if (tenant && user.tenant !== tenant) return { problem: 'The account does not exist in this tenant (AADSTS50020).' };
  if (wanted && user.code && !same(user.code, sent.get('code') ?? '')) return { problem: 'The code is wrong.' };
  const strong = wanted && user.code;
  return { login: { accountId: user.sub, acr: strong ? wanted : 'pwd', amr: strong ? ['pwd', 'otp'] : ['pwd'], remember: true } };
}

/** Answers `<mount>/interaction/<uid>`: GET shows the form, POST signs in. */
export async function handleInteraction(realm, request, response) {
  const { provider } = realm;
  const details = await provider.interactionDetails(request, response);
  const { name } = details.prompt;
  if (name !== 'login' && name !== 'select_account') throw new Error(`nothing to do for prompt ${name}`);
  const action = `${realm.mount}/interaction/${details.uid}`;
  const claims = details.params.claims ? JSON.parse(details.params.claims) : {};
  const wanted = strongContext(details.params, claims);
  if (request.method === 'GET') {
    send(response, 200, loginPage(action, { user: details.params.login_hint, strong: wanted }));
  } else if (request.method === 'POST') {
    const sent = await form(request);
    const { login, problem } = judge(sent, realm, wanted);
    if (problem) {
      send(response, 401, loginPage(action, { user: sent.get('user'), strong: wanted, problem }));
      return;
    }
    await provider.interactionFinished(request, response, { login, select_account: {} }, { mergeWithLastSubmission: false });
  } else {
    response.writeHead(405, { allow: 'GET, POST' }).end();
  }
}
