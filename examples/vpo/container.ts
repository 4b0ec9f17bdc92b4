export const CONTAINERS = ["matroska", "mp4", "avi", "mpeg-ts", "mpeg-ps", "flv"] as const;

/** Form of a video file, with the streams in it. */
export type Container = (typeof CONTAINERS)[number];

/** So many bytes of a file's beginning are enough for {@link containerOf}. */
export const HEAD_BYTES = 1024;

const TS_PACKET = 188;

type Test = (head: Uint8Array) => boolean;

/** What a file of each begins with; `matroska` is WebM too, `mp4` QuickTime too. */
const TESTS: Readonly<Record<Container, Test>> = {
  /** EBML header, RFC 8794 section 11.2.1. */
  matroska: (head) => hasBytes(head, [0x1a, 0x45, 0xdf, 0xa3]),
  /** A box `ftyp` comes first, ISO/IEC 14496-12 section 4.3; old QuickTime files begin with `moov` or `mdat`. */
  mp4: (head) => ["ftyp", "moov", "mdat"].some((box) => hasText(head, box, 4)),
  /** RIFF of the type `AVI `. */
  avi: (head) => hasText(head, "RIFF", 0) && hasText(head, "AVI ", 8),
  /** Packets of 188 bytes that begin with 0x47, ISO/IEC 13818-1 section 2.4.3.2. */
  "mpeg-ts": (head) => [0, 1, 2].every((packet) => head[packet * TS_PACKET] === 0x47),
  /** Pack header, ISO/IEC 13818-1 section 2.5.3.4. */
  "mpeg-ps": (head) => hasBytes(head, [0x00, 0x00, 0x01, 0xba]),
  flv: (head) => hasText(head, "FLV\x01", 0),
};

/** What a file is, by its first {@link HEAD_BYTES}; undefined: no video that is known. */
export function containerOf(head: Uint8Array): Container | undefined {
  return CONTAINERS.find((container) => TESTS[container](head));
}

function hasBytes(head: Uint8Array, bytes: readonly number[], at = 0): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}

function hasText(head: Uint8Array, text: string, at: number): boolean {
  return hasBytes(head, [...text].map((letter) => letter.charCodeAt(0)), at);
}
