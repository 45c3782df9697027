/** Pieces that parsers stumble over, and a seeded way to mix them. */
import { HOST } from './application.mjs';

/** Mulberry32: small, seeded, and good enough to mix pieces. */
export function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export const PIECES = [
  '/', '//', '\\', '..', '.', '%2f', '%5c', '%2e', '%00', '%0d%0a', '%25', '%', '%c0%af', '%ed%a0%80', ';', '?', '#', '@', ':', 'evil.example', HOST, 'https:', 'javascript:', 'oauth2', 'start', 'members',
  '&', '=', '"', "'", '<script>', '__proto__', 'constructor', '\t', '\r\n', '\0', ' ', '\u00a0', '\u3002', '\ud800', 'é', 'A'.repeat(50), '1', '0', '-1', 'NaN', '9e9', 'true', 'null', '[]', '{}', '..AAAA..', 'eyJhbGciOiJkaXIifQ',
];
