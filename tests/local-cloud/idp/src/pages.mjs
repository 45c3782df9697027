// The pages, as plain as pages can be.

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text ?? '').replace(/[&<>"']/g, (c) => escapes[c]);

function page(title, body) {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem}
label{display:block;margin:1rem 0 0}input,button{font:inherit;padding:.4rem .6rem;width:100%;box-sizing:border-box}
button{margin-top:1.5rem}[role=alert]{color:#a00}</style></head>
<body><h1>${escape(title)}</h1>${body}</body></html>
`;
}

/** The sign-in form. */
export function loginPage(action, { user, strong, problem } = {}) {
  const alert = problem ? `<p role="alert">${escape(problem)}</p>` : '';
  const code = strong ? '<label>Code <input name="code" autocomplete="one-time-code"></label>' : '';
  return page('Sign in to the local directory', `${alert}<form method="post" action="${escape(action)}">
<label>User <input name="user" value="${escape(user)}" autocomplete="username" autofocus required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
${code}
<button type="submit">Sign in</button></form>`);
}

/** The provider's own logout form, sent by itself where scripts run. */
export function logoutPage(form) {
  return page('Sign out', `${form}<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>
<script>document.querySelector('button[name=logout]').click()</script>`);
}

/** Where a logout without return address ends. */
export function signedOutPage() {
  return page('Signed out', '<p>You are signed out of the local directory.</p>');
}

/** An error for the person at the browser. */
export function errorPage(out) {
  const rows = Object.entries(out).map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('');
  return page('That did not work', `<dl>${rows}</dl>`);
}
