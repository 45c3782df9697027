/** One call to a service of AWS, signed with the credentials that Lambda gives this function. */
import { boundedFetch, type Bounds } from './bounded_fetch.ts';
import { Refusal } from './refusal.ts';
import { sign, type Call, type Credentials } from './sigv4.ts';

/** A clock in milliseconds, and Lambda's reserved environment. */
export interface Caller {
  readonly clock: () => number;
  readonly environment: NodeJS.ProcessEnv;
}

export async function callAws(call: Call, { clock, environment }: Caller, bounds: Bounds): Promise<Response> {
  const headers = sign(call, credentialsOf(environment), clock());
  return boundedFetch(call.endpoint, { method: 'POST', headers, body: call.body }, bounds);
}

function credentialsOf(environment: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) throw new Refusal('secrets_unavailable', { detail: 'no_credentials' });
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined };
}
