/** Decides what of a field may be shown: the value itself, or a stand-in. `key` is the innermost name. */
export type Redact = (key: string, value: unknown) => unknown;

/** What stands for a value that must not be shown. */
export const REDACTED = "***";

const SECRET = /token|passw(or)?d|passphrase|secret|authorization|credential|cookie|api[-_]?key|private[-_]?key/i;
/** `token_file`, `secretPath`: where a secret lies is none. */
const PLACE = /(file|path|directory|dir)$/i;

/** Hides the value of every field whose name speaks of a secret. */
export function redactSecrets(key: string, value: unknown): unknown {
  return value !== undefined && SECRET.test(key) && !PLACE.test(key) ? REDACTED : value;
}
