/** The file itself is at fault: it goes to the quarantine with this message as the reason. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** The file is no longer what was found: somebody took it away or goes on writing. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}
