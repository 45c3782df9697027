/**
 * Reads one JSON object of the settings, member by member: each by its form, own members only. The error names the member
 * and never its value.
 */
import { asCount, asRecord, asStrings, member, type Json } from './record.ts';

/** Only asymmetric algorithms: with a MAC the public client id would be the only thing an attacker lacks. */
export const ALGORITHMS = /^(?:RS|PS)(?:256|384|512)$|^ES(?:256|384|512)$|^(?:EdDSA|Ed25519)$/;
export const ARN = /^[\x21-\x7e]{1,2048}$/;
export const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

export class Reader {
  readonly #record: Json;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    const record = asRecord(value);
    if (record === undefined) throw new TypeError(`config: ${path} is not an object`);
    this.#record = record;
    this.#path = path;
  }

  raw(name: string): unknown {
    return member(this.#record, name);
  }

  check(name: string, holds: boolean): void {
    if (!holds) throw new TypeError(`config: ${this.#path}${name} is not valid`);
  }

  object(name: string): Reader {
    return new Reader(this.raw(name), `${this.#path}${name}.`);
  }

  /** The objects of a list; none when the member is absent. */
  objects(name: string): readonly Reader[] {
    const values = this.raw(name) ?? [];
    if (!Array.isArray(values)) throw new TypeError(`config: ${this.#path}${name} is not a list`);
    return values.map((value: unknown, index) => new Reader(value, `${this.#path}${name}.${index}.`));
  }

  /** A member that may be absent or null, read only when it is there. */
  optional<T>(name: string, read: () => T): T | null {
    return this.raw(name) == null ? null : read();
  }

  text(name: string, form: RegExp): string {
    const value = this.raw(name);
    if (typeof value !== 'string' || !form.test(value)) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  list(name: string, form: RegExp): readonly string[] {
    const values = asStrings(this.raw(name));
    if (values === undefined || !values.every((value) => form.test(value))) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return values;
  }

  count(name: string): number {
    const value = asCount(this.raw(name));
    if (value === undefined) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  /** Kept as written, because issuers are compared byte for byte. */
  url(name: string): string {
    const text = this.text(name, /^https:\/\/[\x21-\x7e]+$/);
    const url = new URL(text);
    this.check(name, url.username === '' && url.password === '' && url.hash === '');
    return text;
  }

  /** Where a service of AWS answers; plain HTTP is for the local cloud, and cannot leave the machine. */
  endpoint(name: string, usual: string): string {
    const { protocol, hostname, origin } = new URL(this.raw(name) == null ? usual : this.text(name, /^./));
    this.check(name, protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
    return `${origin}/`;
  }

  /** An address of ours or of the provider that a loopback server may play. */
  webAddress(name: string): string {
    const text = this.text(name, /^https?:\/\/[\x21-\x7e]+$/);
    const url = new URL(text);
    this.check(name, url.username === '' && url.password === '' && url.hash === '' && (url.protocol === 'https:' || isLoopback(url.hostname)));
    return text;
  }
}

const isLoopback = (hostname: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
