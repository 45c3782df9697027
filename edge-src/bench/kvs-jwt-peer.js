// The peer of the benchmark, written from the documented behaviour of AWS's kvs-jwt-verify sample: the secret from the key value
// store, an HS256 JWT from the query, signature compared in constant time, nbf and exp, then the parameter removed.
import cf from 'cloudfront';
import crypto from 'crypto';

const UNAUTHORIZED = { statusCode: 401, statusDescription: 'Unauthorized' };

function equal(a, b) {
    if (a.length !== b.length) return false;
    let difference = 0;
    for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
    return difference === 0;
}

function verify(token, secret) {
    const parts = token.split('.');
    if (parts.length !== 3) throw new Error('segments');
    const payload = JSON.parse(Buffer.from(parts[1], 'base64url'));
    const signature = crypto.createHmac('sha256', secret).update(parts[0] + '.' + parts[1]).digest('base64url');
    if (!equal(parts[2], signature)) throw new Error('signature');
    if (payload.nbf && Date.now() < payload.nbf * 1000) throw new Error('not yet');
    if (payload.exp && Date.now() > payload.exp * 1000) throw new Error('expired');
    return payload;
}

async function handler(event) {
    const request = event.request;
    let secret = null;
    try {
        secret = await cf.kvs().get('jwt.secret');
    } catch (e) {
        return UNAUTHORIZED;
    }
    if (!request.querystring.jwt) return UNAUTHORIZED;
    try {
        verify(request.querystring.jwt.value, secret);
    } catch (e) {
        return UNAUTHORIZED;
    }
    delete request.querystring.jwt;
    return request;
}
