/**
 * A client assertion without a secret: AWS STS signs who this function's role is (`GetWebIdentityToken`), and the identity
 * provider has been told to believe it.
 */
import { callAws, type Caller } from './aws_call.ts';
import type { Federation } from './features.ts';
import { Refusal } from './refusal.ts';

const SECONDS = 300;
/** An assertion is used until a minute before its end. */
export const ASSERTION_USE = (SECONDS - 60) * 1_000;

export async function webIdentityToken({ audience, algorithm, region, endpoint }: Federation, caller: Caller): Promise<string> {
  const body = new URLSearchParams({
    Action: 'GetWebIdentityToken',
    Version: '2011-06-15',
    'Audience.member.1': audience,
    DurationSeconds: String(SECONDS),
    SigningAlgorithm: algorithm,
  }).toString();
  const call = { endpoint, region, service: 'sts', contentType: 'application/x-www-form-urlencoded; charset=utf-8', body };
  try {
    const response = await callAws(call, caller, { timeout: 2_000, largest: 100_000, repeatable: true });
    if (response.status !== 200) throw new Refusal('secrets_unavailable', { detail: `sts_status_${response.status}` });
    const token = /<WebIdentityToken>\s*([\w-]+\.[\w-]+\.[\w-]+)\s*<\/WebIdentityToken>/.exec(await response.text())?.[1];
    if (token === undefined) throw new Refusal('secrets_unavailable', { detail: 'sts_answer' });
    return token;
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('secrets_unavailable', { cause });
  }
}
