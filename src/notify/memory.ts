/** Names that are kept in mind; more exist only where names come and go. */
const MOST = 1000;

/** Sets a value as the newest; beyond the limit the oldest goes. */
export function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}
