// Form bodies that are looked at before the provider gets them.

const LIMIT = 64 * 1024;

/** The members of a form; the last of equal names counts. */
export async function readForm(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LIMIT) throw new Error('the form is too large');
  }
  return Object.fromEntries(new URLSearchParams(text));
}

/** The same request with this form; the provider takes a body that was read before. */
export function sendForm(request, form) {
  request.body = form;
  return request;
}
