// The step-up, for conditions that name an authentication context or an age.

// Asks for the login that the first such condition names. Who comes from one and is too late only by what the login may have taken,
// or clocks may differ, waits: he is not sent round again.
const stepUp = (x, t) => {
  var wish = x.w;
  var query = '';
  x.d = '"insufficient_user_authentication"';
  if (wish.a) query = '&step=' + wish.a;
  if (wish.A && !~wish.A.search(/[^ -~]/)) x.d += ', acr_values=' + JSON.stringify(wish.A);
  if (wish.g >= 0) {
    query += '&age=' + wish.g;
    x.d += `, max_age="${wish.g}"`;
  }
  if (x.t - number(t[5]) - wish.g < 120 && !(wish.a && member(x, t, 'a', wish.a))) stale(x, t, 'context', query);
  throw [401, 'context', query];
};
