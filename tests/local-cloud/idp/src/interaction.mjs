// The sign-in pages: one form with user and password, nothing else to click.
import { timingSafeEqual, createHash } from 'node:crypto';
import { loginPage } from './pages.mjs';

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

/** Answers `/interaction/<uid>`: GET shows the form, POST signs in. */
export async function handleInteraction(provider, users, request, response) {
  const details = await provider.interactionDetails(request, response);
  if (details.prompt.name !== 'login') throw new Error(`nothing to do for prompt ${details.prompt.name}`);
  const action = `/interaction/${details.uid}`;
  if (request.method === 'GET') {
    send(response, 200, loginPage(action, details.params.login_hint));
  } else if (request.method === 'POST') {
    const sent = await form(request);
    const user = users.find((u) => u.user === sent.get('user'));
    if (!user || !same(user.password, sent.get('password') ?? '')) {
      send(response, 401, loginPage(action, sent.get('user'), 'The user or the password is wrong.'));
      return;
    }
    const login = { accountId: user.sub, amr: ['pwd'], remember: true };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  } else {
    response.writeHead(405, { allow: 'GET, POST' }).end();
  }
}
