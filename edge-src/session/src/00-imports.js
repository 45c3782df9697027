// The session function: decides every request outside the auth prefix, before the cache, on every behaviour.
// Formats and answers: docs-dev/edge-contract.md. No secret is in here; keys come from the session store.
//
// The runtime is cloudfront-js-2.0 (njs of about 0.8.0): no for-of, destructuring, spread, class, `?.`, default
// parameters, `catch {}`, nor await inside call arguments, nor closures inside async functions. build.mjs refuses them.
// The whole, with the table of a large application, must fit into 10,240 bytes: hence arrows, throws and short properties, and `text[n]` for `text.length > n`.
//
// `search` and not `test`: in njs a match that nobody asked for costs sixteen times the search. `replace` costs more still, and
// `split` by an expression takes a time that is the square of the length. A call costs as much as five comparisons.
//
// Files up to 70 are the core. Each file after it is a part, which the provider leaves out where no member of the table asks for it; the
// core calls it by its name, so that a part that is missing though it is needed is a fault.
//
// All files become one script, in the order of their names. They share one vocabulary:
//   T   the table of this application, rendered by the provider (contract, section 5)
//   x   one request on its way: e event, q its request, n it is a navigation, t now, o headers for our own answer, l readings of the path, i route index, r route,
//       f route flags, p policy met, h session handle, m the host, c cookies of our own answer,
//       k service token shown, s name of the service token that counts, j the session came in a header, w condition that a step-up would meet, d challenge of a step-up
//   t   the fields of the session by their index: 1 kid, 2 sid, 3 usr, 4 ses, 5 lt, 6 iat, 7 exp, 8 gen, 9 grants, 10 ctx, 11 claims, 12 ah;
//       nothing for a service token
// A refusal is thrown as [status, reason, detail]; anything else that is thrown is a fault: 503.
import cf from 'cloudfront';
import crypto from 'crypto';
var T = {};
