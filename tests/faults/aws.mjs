// Calls of AWS by the lane itself, where nobody checks signatures: set-up, and a look into queues.

/** `target` makes it a JSON call, otherwise the body is a query. */
export async function callAws({ account_id: account, region }, { endpoint, service, target, type = '1.0', body }) {
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    'content-type': target ? `application/x-amz-json-${type}` : 'application/x-www-form-urlencoded; charset=utf-8',
    'user-agent': 'zt-faults',
    ...(target && { 'x-amz-target': target }),
  };
  const answer = await fetch(endpoint, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service}: ${answer.status} ${text}`);
  return text;
}
