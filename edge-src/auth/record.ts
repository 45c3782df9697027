/** Narrowing of values that came from JSON: own members only, so that a prototype never answers for a document. */

export type Json = Readonly<Record<string, unknown>>;

export function asRecord(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export const member = (record: Json, name: string): unknown => (Object.hasOwn(record, name) ? record[name] : undefined);

export function asStrings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** A whole number of seconds, a bit or a generation: never NaN, never negative. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
