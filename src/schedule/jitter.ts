/**
 * How long the run of a slot is put off, so that jobs that are due at the same time do not all start at once: always the
 * same for the same job and slot, and spread evenly over what is allowed.
 *
 * @param of the job's name, the slot (an instant, or its key) and the most milliseconds
 * @returns whole milliseconds from 0 to `max`
 */
export function jitter(of: { readonly job: string; readonly slot: number | string; readonly max: number }): number {
  if (of.max <= 0) return 0;
  return Math.floor(hash(`${of.job}\n${of.slot}`) / 2 ** 32 * (Math.floor(of.max) + 1));
}

/** 32 bits of a text: FNV-1a over its UTF-16 units, then mixed so that texts that differ in the last letter lie apart. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
