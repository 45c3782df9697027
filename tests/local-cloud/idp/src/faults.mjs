// Faults on demand for requests to the provider, as tests ask for them.

const KINDS = ['error', 'timeout', 'garbage', 'truncated', 'slow', 'reset'];

/** Rules, counted from their arrival like those of the control plane. */
export function createFaults() {
  let rules = [];
  return {
    add(rule) {
      const { kind, path = '/', nth = 1, count = 1, delay_ms: delay = 1000, status = 500 } = rule;
      if (!KINDS.includes(kind)) throw new TypeError(`kind is one of ${KINDS.join(' ')}`);
      rules.push({ kind, path, nth, count, delay_ms: delay, status, matched: 0 });
    },
    list: () => rules,
    clear() { rules = []; },
    /** The rule that hits this request, if one does. */
    meet(path) {
      let hit;
      for (const rule of rules) {
        if (!path.includes(rule.path)) continue;
        rule.matched += 1;
        if (!hit && rule.matched >= rule.nth && (rule.count === 0 || rule.matched < rule.nth + rule.count)) hit = rule;
      }
      return hit;
    },
    /** Carries a fault out. `answer` makes the good answer. */
    async apply(rule, request, response, answer) {
      if (rule.kind === 'reset') request.socket.destroy();
      else if (rule.kind === 'timeout') request.resume();
      else if (rule.kind === 'error') response.writeHead(rule.status, { 'content-type': 'application/json' }).end('{"error":"server_error"}');
      else if (rule.kind === 'garbage') response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>{"');
      else if (rule.kind === 'slow') {
        await new Promise((resolve) => { setTimeout(resolve, rule.delay_ms); });
        await answer();
      } else {
        cut(request, response);
        await answer();
      }
    },
  };
}

/** Lets half of what is written through, then ends the connection. */
function cut(request, response) {
  const { end } = response;
  response.end = (chunk, ...rest) => {
    const whole = Buffer.from(typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk : '');
    if (whole.length === 0) return end.call(response, chunk, ...rest);
    response.write(whole.subarray(0, whole.length / 2), () => { request.socket.destroy(); });
    return response;
  };
}
