/** What came of an attempt to listen. */
export type PortAttempt = "free" | "taken" | "no address" | "denied";

/** Whether this process could listen on a TCP address: it does, for an instant, because only the kernel knows. */
export function tryPort(hostname: string, port: number): PortAttempt {
  try {
    Deno.listen({ hostname, port }).close();
    return "free";
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return "taken";
    if (error instanceof Deno.errors.AddrNotAvailable) return "no address";
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    throw error;
  }
}
