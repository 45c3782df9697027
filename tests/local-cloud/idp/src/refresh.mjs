// Rotation of refresh tokens: reuse of a rotated one is refused and ends the family, or, for a while, answered as the first time.
import { sendForm } from './forms.mjs';

/**
 * Answers a token request as its realm does. With `rotation: grace` a refresh token that was rotated a moment ago gets the answer it
 * got then: two tabs that refresh at once both go on.
 */
export function createRefresh(settings) {
  const answered = new Map();
  return async function serve(realm, request, response, form) {
    const token = settings.rotation === 'grace' && form.grant_type === 'refresh_token' ? form.refresh_token : undefined;
    const before = token && answered.get(token);
    if (before && Date.now() - before.time < settings.grace_seconds * 1000) {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(before.text);
      return;
    }
    if (token) {
      const { end } = response;
      response.end = (chunk, ...rest) => {
        if (response.statusCode === 200) answered.set(token, { time: Date.now(), text: String(chunk) });
        return end.call(response, chunk, ...rest);
      };
    }
    await realm.serve(sendForm(request, form), response);
  };
}
